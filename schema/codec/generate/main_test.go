package main

import (
	"bytes"
	"os"
	"testing"
)

func TestModelIsInStep(t *testing.T) {
	want, err := Source()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../model.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("package schema has changed: run go generate ./schema/codec")
	}
}

package lex_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

func TestRightEscapes(t *testing.T) {
	for src, want := range map[string]bool{
		`'\u1'`:                true, // no escape there
		`E'a\n\\u1\''`:         true,
		`E'\u0061\U0001F600'`:  true,
		`E'\u061'`:             false,
		`E'\U0061'`:            false,
		`E'\u0000'`:            false,
		`E'\U002FFFFF'`:        false,
		`E'\ud83d\ude00'`:      true,
		`E'\ud83d'`:            false,
		`E'\ud83dx\ude00'`:     false,
		`E'\ud83d\n'`:          false,
		`E'\ude00'`:            false,
		`E'\U0000d83d\ude00'`:  true,
		`U&'\0061\+000061\\1'`: true,
		`U&'\061'`:             false,
		`U&'\+0061'`:           false,
		`U&'\d83d\+00de00'`:    true,
		`U&'\d83d\\'`:          false,
		`U&"d\0061t\+000061"`:  true,
		`U&"\wrong"`:           false,
		`U&'\`:                 true, // not closed is another fault
	} {
		if got := lex.RightEscapes(lex.Lex(src, lex.Options{})[0], src); got != want {
			t.Errorf("%s: %v", src, got)
		}
	}
}

func TestRightUescape(t *testing.T) {
	for _, example := range []struct {
		src, uescape string
		want         bool
	}{
		{`U&'d!0061t!+000061!!\'`, `'!'`, true},
		{`U&'!61'`, `'!'`, false},
		{`U&'\61'`, `'!'`, true},
		{`U&'+0061'`, `'+'`, false},
		{`U&'a0061'`, `'a'`, false},
		{`U&'a'`, `' '`, false},
		{`U&'a'`, `''`, false},
		{`U&'a'`, `'!!'`, false},
	} {
		if got := lex.RightUescape(lex.Lex(example.src, lex.Options{})[0], example.src, example.uescape); got != example.want {
			t.Errorf("%s UESCAPE %s: %v", example.src, example.uescape, got)
		}
	}
}

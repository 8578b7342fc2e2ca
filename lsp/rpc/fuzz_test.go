package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// Any bytes are read to their end or to an error, within bounds; what frame
// wrote is read back.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}"))
	f.Add([]byte("content-length:2\ncontent-type: x\n\n{}Content-Length: 0\r\n\r\n"))
	f.Add([]byte("Content-Length: 4294967295\r\n\r\n"))
	f.Add([]byte("Content-Length: 2000\r\n\r\n" + strings.Repeat("x", 2000)))
	f.Add([]byte(strings.Repeat("a", maxHeader+1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1000
		broken := &frames{bufio.NewReader(bytes.NewReader(data)), limit}
		for messages := 0; ; messages++ {
			content, err := broken.next()
			if len(content) > limit || err != nil && content != nil {
				t.Fatalf("%d bytes with error %v", len(content), err)
			}
			if err != nil && !errors.Is(err, errTooLong) {
				break
			}
			if messages > len(data) {
				t.Fatal("more messages than bytes")
			}
		}
		written := append(frame(string(data)), frame("<", string(data), ">")...)
		good := &frames{bufio.NewReader(bytes.NewReader(written)), len(data) + 2}
		for _, want := range []string{string(data), "<" + string(data) + ">"} {
			if got, err := good.next(); err != nil || string(got) != want {
				t.Fatalf("got %q, %v, want %q", got, err, want)
			}
		}
		if _, err := good.next(); err != io.EOF {
			t.Fatalf("got %v at the end", err)
		}
	})
}

// Any content is a message or is refused, and an answer to it is one again.
func FuzzParseMessage(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"method":"a","params":[]}`, `{"id":"\u0061","method":"a"}`, `{"id":-1,"result":null}`, `{"id":null,"error":{}}`,
		`[]`, `null`, `{"id":1e3,"method":""}`, `{"id":"\ud800","method":"a"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, n, refusal := parseMessage(data)
		if n == "" {
			return // a notification, or an answer to no one
		}
		answer, err := answerFrame(n, []byte("1"), refusal)
		if err != nil {
			t.Fatal(err)
		}
		content, err := (&frames{bufio.NewReader(bytes.NewReader(answer)), 1 << 20}).next()
		if err != nil {
			t.Fatal(err)
		}
		back, again, err2 := parseMessage(content)
		if err2 != nil {
			t.Fatalf("%s: %v", content, err2)
		}
		if n != unknownID && again != n || back.Method != "" {
			t.Fatalf("%s answers %s, want %s", content, again, n)
		}
	})
}

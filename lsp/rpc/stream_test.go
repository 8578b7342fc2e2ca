package rpc_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"
)

func echoing(r *rpc.Router, _ func() *rpc.Conn) {
	rpc.Request(r, "echo", nothing[json.RawMessage], echo)
}

const hello = `{"id":1,"method":"echo","params":"héllo"}`

func TestHeadersTaken(t *testing.T) {
	n := len(hello)
	for name, header := range map[string]string{
		"plain":             fmt.Sprintf("Content-Length: %d\r\n\r\n", n),
		"lower case":        fmt.Sprintf("content-length: %d\r\n\r\n", n),
		"upper case":        fmt.Sprintf("CONTENT-LENGTH:%d\r\n\r\n", n),
		"with content type": fmt.Sprintf("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n", n),
		"with unknown ones": fmt.Sprintf("X-Trace: a:b\r\nContent-Length: %d\r\nX:\r\n\r\n", n),
		"spaces":            fmt.Sprintf("Content-Length :   %d  \r\n\r\n", n),
		"bare line feeds":   fmt.Sprintf("Content-Length: %d\n\n", n),
		"the last counts":   fmt.Sprintf("Content-Length: 1\r\nContent-Length: %d\r\n\r\n", n),
	} {
		t.Run(name, func(t *testing.T) {
			withPeer(t, rpc.Options{}, echoing, func(t *testing.T, p *peer) {
				p.write(header + hello + header + strings.Replace(hello, "1", "2", 1))
				p.answer("1")
				if got := p.answer("2").String(); got != `2: "héllo"` {
					t.Errorf("got %s", got)
				}
			})
		})
	}
}

func TestMessageInPieces(t *testing.T) {
	withPeer(t, rpc.Options{}, echoing, func(t *testing.T, p *peer) {
		for _, b := range []byte(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(hello), hello)) {
			if _, err := p.conn.Write([]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
		p.expect(`1: "héllo"`)
	})
}

func TestBrokenFramingEndsTheConnection(t *testing.T) {
	for name, text := range map[string]string{
		"no end":             "X: " + strings.Repeat("x", 1<<20),
		"no end of lines":    strings.Repeat("X: y\r\n", 1<<16),
		"no length":          "Content-Type: x\r\n\r\n" + hello,
		"no header":          hello + "\n" + hello,
		"no colon":           "Content-Length 17\r\n\r\n",
		"negative length":    "Content-Length: -1\r\n\r\n",
		"length in letters":  "Content-Length: ten\r\n\r\n",
		"absurd length":      "Content-Length: 99999999999999\r\n\r\n",
		"unspeakable length": "Content-Length: 99999999999999999999999999\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			withPeer(t, rpc.Options{}, echoing, func(t *testing.T, p *peer) {
				go p.conn.Write([]byte(text)) // the rest may find nobody
				err := p.end()
				if err == nil || len(p.kept) != 1 || p.kept[0].String() != "null: error -32700" {
					t.Errorf("Serve: %v, answers: %v", err, p.kept)
				}
			})
		})
	}
}

func TestTooLongMessageIsSkipped(t *testing.T) {
	withPeer(t, rpc.Options{MaxMessage: 100}, echoing, func(t *testing.T, p *peer) {
		p.request("1", "echo", `"`+strings.Repeat("x", 100_000)+`"`)
		p.expect("null: error -32600")
		p.request("2", "echo", `"x"`)
		p.expect(`2: "x"`)
	})
}

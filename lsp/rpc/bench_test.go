package rpc_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"
)

// BenchmarkRoundTrip is a request and its answer over a pipe in memory.
func BenchmarkRoundTrip(b *testing.B) {
	for name, size := range map[string]int{"100B": 100, "20MB": 20 << 20} {
		b.Run(name, func(b *testing.B) {
			ours, theirs := net.Pipe()
			r := rpc.NewRouter()
			rpc.Request(r, "echo", nothing[json.RawMessage], echo)
			served := make(chan error)
			go func() { served <- rpc.NewConn(theirs, r, rpc.Options{}).Serve(b.Context()) }()
			p := &peer{t: b, conn: ours, r: textproto.NewReader(bufio.NewReader(ours))}
			params := `"` + strings.Repeat("x", size) + `"`
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				p.request("1", "echo", params)
				if err := skip(p); err != nil {
					b.Fatal(err)
				}
			}
			ours.Close()
			<-served
		})
	}
}

// skip reads one message without decoding it.
func skip(p *peer) error {
	header, err := p.r.ReadMIMEHeader()
	if err != nil {
		return err
	}
	var length int64
	if err := json.Unmarshal([]byte(header.Get("Content-Length")), &length); err != nil {
		return err
	}
	_, err = io.CopyN(io.Discard, p.r.R, length)
	return err
}

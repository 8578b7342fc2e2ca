package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"
)

func TestSlowRequestDelaysNobody(t *testing.T) {
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Request(r, "run", nothing[struct{}], func(ctx context.Context, _ struct{}, _ struct{}) (string, error) {
			time.Sleep(3 * time.Second)
			return "rows", nil
		})
		rpc.Request(r, "complete", nothing[json.RawMessage], echo)
		rpc.Ordered(r, "change", func(context.Context, struct{}) (any, error) { return "changed", nil })
	}
	withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
		begin := time.Now()
		p.request("1", "run", "{}")
		p.request("2", "change", "{}")
		p.request("3", "complete", `"select"`)
		p.expect(`2: "changed"`, `3: "select"`)
		if waited := time.Since(begin); waited > 0 {
			t.Errorf("the completion waited %v", waited)
		}
		p.expect(`1: "rows"`)
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("the slow request took %v", took)
		}
	})
}

func TestRequestSeesTheMessagesBeforeIt(t *testing.T) {
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		text := "" // the ordering goroutine's: the race detector watches
		rpc.Ordered(r, "edit", func(_ context.Context, added string) (any, error) {
			text += added
			return nil, nil
		})
		rpc.Request(r, "length",
			func(json.RawMessage) (string, error) { return text, nil },
			func(_ context.Context, _ json.RawMessage, text string) (int, error) { return len(text), nil })
	}
	withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
		for i := range 1000 {
			p.notify("edit", `"é"`)
			p.request(fmt.Sprint(i), "length", "null")
		}
		got := map[string]string{}
		for range 1000 {
			a := p.next()
			got[string(a.ID)] = string(a.Result)
		}
		for i := range 1000 {
			if want := fmt.Sprint(2 * (i + 1)); got[fmt.Sprint(i)] != want {
				t.Fatalf("request %d saw %s bytes, want %s", i, got[fmt.Sprint(i)], want)
			}
		}
	})
}

func TestCancelAnswersAtOnce(t *testing.T) {
	for _, id := range []string{`1`, `0`, `-7`, `9007199254740993`, `"a"`, `"é\n"`} {
		t.Run(id, func(t *testing.T) {
			var w waiter
			withPeer(t, rpc.Options{}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
				p.request(id, "wait", "null")
				<-w.started
				p.notify("$/cancelRequest", `{"id":`+id+`}`)
				p.expect(id + ": error -32800")
				// The id is free again.
				close(w.release)
				p.request(id, "wait", "null")
				p.expect(id + `: "released"`)
			})
		})
	}
}

func TestCancelFindsAStringHoweverItIsEscaped(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request(`"a<b"`, "wait", "null")
		<-w.started
		p.notify("$/cancelRequest", `{"id":"\u0061\u003cb"}`)
		p.expect(`"a<b": error -32800`)
	})
}

func TestCancelOfWhatHeedsNoContext(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "stubborn", "null")
		<-w.started
		p.notify("$/cancelRequest", `{"id":1}`)
		p.expect("1: error -32800")
		p.notify("$/cancelRequest", `{"id":1}`) // nothing to cancel
		close(w.release)
		synctest.Wait() // its late result is dropped
		p.request("2", "wait", "null")
		p.expect(`2: "released"`)
	})
}

func TestCancelWhileQueued(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "block", "1")
		<-w.started
		p.request("2", "wait", "2")
		p.request("3", "block", "3")
		p.notify("$/cancelRequest", `{"id":2}`)
		p.notify("$/cancelRequest", `{"id":3}`)
		p.expect("2: error -32800", "3: error -32800")
		close(w.release)
		p.expect(`1: "released"`)
		synctest.Wait()
		if len(w.started) > 0 {
			t.Errorf("request %s ran although it was cancelled", <-w.started)
		}
	})
}

func TestCancelWhileOthersRun(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{MaxConcurrent: 1}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "wait", "1")
		<-w.started
		p.request("2", "wait", "2")
		p.request("3", "wait", "3")
		synctest.Wait()
		if len(w.started) > 0 {
			t.Errorf("request %s ran beside another", <-w.started)
		}
		p.notify("$/cancelRequest", `{"id":2}`)
		p.expect("2: error -32800")
		p.notify("$/cancelRequest", `{"id":1}`)
		p.expect("1: error -32800")
		if got := <-w.started; got != "3" {
			t.Errorf("request %s ran", got)
		}
		close(w.release)
		p.expect(`3: "released"`)
	})
}

// What changes the session is not given up half-way: the client learns what
// came of it.
func TestCancelledOrderedHandlerAnswersForItself(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "block", "null")
		<-w.started
		p.notify("$/cancelRequest", `{"id":1}`)
		synctest.Wait()
		close(w.release)
		p.expect(`1: "released though cancelled"`)
	})
}

func TestImmediateOvertakes(t *testing.T) {
	var w waiter
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		w.add(r)
		rpc.Immediate(r, "stop", func(struct{}) { close(w.release) })
	}
	withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
		p.request("1", "block", "null")
		<-w.started
		p.notify("stop", "{}")
		p.expect(`1: "released"`)
		p.notify("stop", "7") // unreadable: ignored
		p.request("2", "stop", "7")
		p.expect("2: error -32600")
	})
}

func TestHandlersMayCallTheClient(t *testing.T) {
	methods := func(r *rpc.Router, conn func() *rpc.Conn) {
		ask := func(ctx context.Context) (string, error) {
			var name string
			err := conn().Call(ctx, "ask", map[string]string{"what": "a<b"}, &name)
			return name, err
		}
		rpc.Ordered(r, "ordered", func(ctx context.Context, _ struct{}) (any, error) { return ask(ctx) })
		rpc.Request(r, "request", nothing[struct{}], func(ctx context.Context, _ struct{}, _ struct{}) (string, error) { return ask(ctx) })
		rpc.Request(r, "other", nothing[json.RawMessage], echo)
	}
	for _, kind := range []string{"ordered", "request"} {
		t.Run(kind, func(t *testing.T) {
			withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
				p.request("1", kind, "{}")
				call := p.next()
				if call.Method != "ask" || string(call.Params) != `{"what":"a\u003cb"}` && string(call.Params) != `{"what":"a<b"}` {
					t.Errorf("got %s", call)
				}
				p.request("2", "other", `"meanwhile"`)
				if kind == "request" {
					p.expect(`2: "meanwhile"`)
				}
				p.send(`{"id":999,"result":1}`)           // nobody asked
				p.send(`{"id":null,"error":{"code":-1}}`) // about a message that the client could not read
				p.send(`{"id":-3,"result":1}`)
				p.send(fmt.Sprintf(`{"id":%s,"result":"tusk"}`, call.ID))
				p.expect(`1: "tusk"`)
				if kind == "ordered" {
					p.expect(`2: "meanwhile"`)
				}
			})
		})
	}
}

func TestCallFails(t *testing.T) {
	var got error
	methods := func(r *rpc.Router, conn func() *rpc.Conn) {
		rpc.Request(r, "go", nothing[struct{}], func(ctx context.Context, _ struct{}, _ struct{}) (any, error) {
			var number int
			got = conn().Call(ctx, "ask", nil, &number)
			return nil, nil
		})
	}
	t.Run("with the client's error", func(t *testing.T) {
		withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
			p.request("1", "go", "{}")
			p.send(fmt.Sprintf(`{"id":%s,"error":{"code":-32601,"message":"what?","data":[1]}}`, p.next().ID))
			p.expect("1: null")
			failure, ok := errors.AsType[*rpc.Error](got)
			if !ok || failure.Code != -32601 || failure.Message != "what?" || fmt.Sprintf("%s", failure.Data) != "[1]" {
				t.Errorf("got %v", got)
			}
		})
	})
	t.Run("with an answer of another type", func(t *testing.T) {
		withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
			p.request("1", "go", "{}")
			p.send(fmt.Sprintf(`{"id":%s,"result":"seven"}`, p.next().ID))
			p.expect("1: null")
			if _, ok := errors.AsType[*json.UnmarshalTypeError](got); !ok {
				t.Errorf("got %v", got)
			}
		})
	})
	t.Run("when its context ends, and the client is told", func(t *testing.T) {
		withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
			p.request("1", "go", "{}")
			call := p.next()
			p.notify("$/cancelRequest", `{"id":1}`)
			p.expect("1: error -32800", fmt.Sprintf(`$/cancelRequest {"id":%s}`, call.ID))
			synctest.Wait()
			if !errors.Is(got, context.Canceled) {
				t.Errorf("got %v", got)
			}
			p.send(fmt.Sprintf(`{"id":%s,"error":{"code":-32800,"message":"cancelled"}}`, call.ID))
		})
	})
	t.Run("when the client has announced its end", func(t *testing.T) {
		withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
			p.request("1", "go", "{}")
			p.next()
			p.send(`{"method":"exit"}`)
			if err := p.end(); err != nil {
				t.Error(err)
			}
			if !errors.Is(got, rpc.ErrClosed) {
				t.Errorf("got %v", got)
			}
		})
	})
}

// unencodable panics where the result is encoded.
type unencodable struct{}

func (unencodable) MarshalJSON() ([]byte, error) { panic("cannot encode") }

func TestPanicAnswersAndTheServerLives(t *testing.T) {
	var log bytes.Buffer
	o := rpc.Options{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		Gate: func(method string) error {
			if method == "gate" {
				panic("in the gate")
			}
			return nil
		},
	}
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Ordered(r, "ordered", func(context.Context, struct{}) (any, error) { panic("in ordered") })
		rpc.Request(r, "take", func(struct{}) (int, error) { panic("in take") }, func(context.Context, struct{}, int) (int, error) { return 0, nil })
		rpc.Request(r, "request", nothing[struct{}], func(context.Context, struct{}, struct{}) (int, error) { panic("in request") })
		rpc.Request(r, "result", nothing[struct{}], func(context.Context, struct{}, struct{}) (unencodable, error) { return unencodable{}, nil })
		rpc.Immediate(r, "immediate", func(struct{}) { panic("in immediate") })
		rpc.Request(r, "echo", nothing[json.RawMessage], echo)
	}
	withPeer(t, o, methods, func(t *testing.T, p *peer) {
		p.notify("immediate", "{}")
		p.notify("ordered", "{}")
		for _, method := range []string{"gate", "ordered", "take", "request", "result"} {
			p.request("1", method, "{}")
			p.expect("1: error -32603")
			p.request("2", "echo", `"alive"`)
			p.expect(`2: "alive"`)
		}
	})
	for _, where := range []string{"in the gate", "in immediate", "in ordered", "in take", "in request", "cannot encode", "conn_test.go"} {
		if !strings.Contains(log.String(), where) {
			t.Errorf("the log does not tell of the panic %s:\n%s", where, &log)
		}
	}
}

func TestErrorCodes(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		code int
	}{
		"a handler's own":   {fmt.Errorf("run: %w", &rpc.Error{Code: rpc.CodeContentModified, Message: "moved"}), -32801},
		"any other":         {errOops, -32803},
		"cancelled":         {fmt.Errorf("run: %w", context.Canceled), -32800},
		"out of time":       {context.DeadlineExceeded, -32803},
		"data with no JSON": {&rpc.Error{Code: 7, Message: "seven", Data: func() {}}, 7},
	} {
		t.Run(name, func(t *testing.T) {
			methods := func(r *rpc.Router, _ func() *rpc.Conn) {
				rpc.Ordered(r, "ordered", func(context.Context, struct{}) (any, error) { return "dropped", test.err })
				rpc.Request(r, "take", func(struct{}) (int, error) { return 0, test.err }, func(context.Context, struct{}, int) (int, error) { return 0, nil })
				rpc.Request(r, "request", nothing[struct{}], func(context.Context, struct{}, struct{}) (int, error) { return 0, test.err })
			}
			withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
				for _, method := range []string{"ordered", "take", "request"} {
					p.request("1", method, "{}")
					if a := p.next(); a.Error == nil || a.Error.Code != test.code {
						t.Errorf("%s: got %s, want %d", method, a, test.code)
					}
				}
			})
		})
	}
}

func TestResults(t *testing.T) {
	type list []int
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		add := func(name string, add func(name string)) { add(name) }
		add("nil list", func(n string) {
			rpc.Request(r, n, nothing[struct{}], func(context.Context, struct{}, struct{}) ([]int, error) { return nil, nil })
		})
		add("nil named list", func(n string) {
			rpc.Request(r, n, nothing[struct{}], func(context.Context, struct{}, struct{}) (list, error) { return nil, nil })
		})
		add("nil pointer", func(n string) {
			rpc.Request(r, n, nothing[struct{}], func(context.Context, struct{}, struct{}) (*struct{}, error) { return nil, nil })
		})
		add("nil", func(n string) {
			rpc.Request(r, n, nothing[struct{}], func(context.Context, struct{}, struct{}) (any, error) { return nil, nil })
		})
		add("SQL", func(n string) {
			rpc.Request(r, n, nothing[struct{}], func(context.Context, struct{}, struct{}) (string, error) { return "a <> b\u2028", nil })
		})
	}
	withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
		for method, want := range map[string]string{
			"nil list": `[]`, "nil named list": `[]`, "nil pointer": `null`, "nil": `null`, "SQL": `"a <> b\u2028"`,
		} {
			p.request("1", method, "{}")
			if a := p.next(); string(a.Result) != want {
				t.Errorf("%s: got %s, want %s", method, a.Result, want)
			}
		}
	})
}

func TestRefusedMessages(t *testing.T) {
	var w waiter
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		w.add(r)
		rpc.Request(r, "number", nothing[int], func(_ context.Context, n int, _ struct{}) (int, error) { return n, nil })
		rpc.Ordered(r, "change", func(_ context.Context, n int) (any, error) { return n, nil })
		rpc.Ordered(r, "$/setTrace", func(_ context.Context, n int) (any, error) { return n, nil })
	}
	for _, test := range []struct{ message, want string }{
		{`{"id":1,"method":`, "null: error -32700"},
		{``, "null: error -32700"},
		{"\xff\xfe", "null: error -32700"},
		{`{"id":1,"method":"number","params":3} trailing`, "null: error -32700"},
		{strings.Repeat("[", 20_000), "null: error -32700"},
		{`[{"id":1,"method":"number","params":3}]`, "null: error -32600"},
		{`7`, "null: error -32600"},
		{`{"id":1,"method":7}`, "null: error -32600"},
		{`{"id":1}`, "1: error -32600"},
		{`{}`, "null: error -32600"},
		{`{"id":{},"method":"number"}`, "null: error -32600"},
		{`{"id":1.5,"method":"number"}`, "null: error -32600"},
		{`{"id":true,"method":"number"}`, "null: error -32600"},
		{`{"id":1,"method":"nothing"}`, "1: error -32601"},
		{`{"id":1,"method":"$/nothing"}`, "1: error -32601"},
		{`{"id":1,"method":"number","params":"three"}`, "1: error -32602"},
		{`{"id":1,"method":"change","params":{}}`, "1: error -32602"},
		{`{"method":"nothing"}`, ""},
		{`{"method":"$/nothing"}`, ""},
		{`{"method":"number","params":3}`, ""},
		{`{"method":"change","params":"three"}`, ""},
		{`{"method":"$/cancelRequest","params":{"id":77}}`, ""},
		{`{"method":"$/cancelRequest","params":{"id":[]}}`, ""},
		{`{"method":"$/cancelRequest","params":{}}`, ""},
		{`{"method":"$/cancelRequest"}`, ""},
		{`{"id":1,"method":"number"}`, "1: 0"},
		{`{"id":1,"method":"number","params":null}`, "1: 0"},
		{`{"id":1,"method":"$/setTrace","params":4}`, "1: 4"},
		{` {"ID":1,"jsonrpc":"1.0","method":"number","params":3,"extra":[]}` + "\n", "1: 3"},
	} {
		t.Run(test.message[:min(len(test.message), 60)], func(t *testing.T) {
			withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
				p.send(test.message)
				if test.want != "" {
					p.expect(test.want)
				}
				p.request("2", "number", "5") // it reads on
				p.expect("2: 5")
			})
		})
	}
}

func TestIDInUse(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "wait", "null")
		p.request("1", "wait", "null")
		p.expect("1: error -32600")
		close(w.release)
		p.expect(`1: "released"`)
	})
}

func TestTooManyRequests(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{MaxPending: 2}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "wait", "null")
		p.request("2", "wait", "null")
		p.request("3", "wait", "null")
		p.expect("3: error -32803")
		close(w.release)
		p.answer("1")
		p.answer("2")
		p.request("4", "wait", "null")
		p.expect(`4: "released"`)
	})
}

func TestGateRefuses(t *testing.T) {
	initialized := false
	o := rpc.Options{Gate: func(method string) error {
		if !initialized && method != "initialize" {
			return &rpc.Error{Code: rpc.CodeServerNotInitialized, Message: "initialize first"}
		}
		return nil
	}}
	changes := 0
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Ordered(r, "initialize", func(context.Context, struct{}) (any, error) { initialized = true; return nil, nil })
		rpc.Ordered(r, "change", func(context.Context, struct{}) (any, error) { changes++; return changes, nil })
	}
	withPeer(t, o, methods, func(t *testing.T, p *peer) {
		p.request("1", "change", "{}")
		p.notify("change", "{}")
		p.request("2", "nothing", "{}")
		p.request("3", "initialize", "{}")
		p.request("4", "change", "{}")
		p.expect("1: error -32002", "2: error -32002", "3: null", "4: 1")
	})
}

func TestLogHoldsNoParams(t *testing.T) {
	const secret = "hunter2"
	var log bytes.Buffer
	o := rpc.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo}))}
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Ordered(r, "change", func(_ context.Context, p struct{ N int }) (any, error) { return nil, errors.New(secret) })
		rpc.Request(r, "request", nothing[string], func(_ context.Context, p string, _ struct{}) (any, error) { return nil, errors.New(p) })
	}
	withPeer(t, o, methods, func(t *testing.T, p *peer) {
		p.notify("change", `{"n":1}`)
		p.notify("change", `{"n":"`+secret+`"}`)
		p.send(`{"id":"` + secret)
		p.request("1", "request", `"`+secret+`"`)
		p.send(`{"id":[],"method":"` + secret + `"}`)
		p.answer("1")
	})
	if !strings.Contains(log.String(), "change") || strings.Contains(log.String(), secret) {
		t.Errorf("got:\n%s", &log)
	}
}

func TestExitSendsWhatWaits(t *testing.T) {
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Ordered(r, "shutdown", func(context.Context, struct{}) (any, error) { return nil, nil })
		rpc.Ordered(r, "late", func(context.Context, struct{}) (any, error) { t.Error("handled after exit"); return nil, nil })
	}
	withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
		p.request("1", "shutdown", "null")
		p.send(`{"method":"exit"}`)
		go io.WriteString(p.conn, "Content-Length: 17\r\n\r\n{\"method\":\"late\"}") // it finds nobody
		if err := p.end(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		p.expect("1: null")
	})
}

func TestExitDoesNotWaitForTheTerminal(t *testing.T) {
	handled := false
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Ordered(r, "exit", func(context.Context, struct{}) (any, error) { handled = true; return nil, nil })
	}
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		p := connect(t, ours, uninterruptible{theirs}, rpc.Options{}, methods)
		p.send(`{"method":"exit"}`)
		begin := time.Now()
		if err := <-p.served; err != nil || !handled {
			t.Errorf("Serve: %v, handled: %t", err, handled)
		}
		if took := time.Since(begin); took > 0 {
			t.Errorf("Serve took %v to end", took)
		}
	})
}

func TestExitDoesNotWaitForWhatIsStuck(t *testing.T) {
	var w waiter
	withPeer(t, rpc.Options{Grace: time.Second}, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "block", "null")
		<-w.started
		begin := time.Now()
		p.send(`{"method":"exit"}`)
		if err := p.end(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("Serve took %v to end", took)
		}
		close(w.release)
	})
}

// uninterruptible is a file whose Read goes on when it is closed.
type uninterruptible struct{ net.Conn }

func (uninterruptible) Close() error { return nil }

func TestClientVanishes(t *testing.T) {
	var w waiter
	waiting := make(chan error, 1)
	methods := func(r *rpc.Router, conn func() *rpc.Conn) {
		w.add(r)
		rpc.Ordered(r, "ask", func(ctx context.Context, _ struct{}) (any, error) {
			err := conn().Call(ctx, "ask", nil, nil)
			waiting <- err
			return nil, err
		})
	}
	withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
		for i := range 10 {
			p.request(fmt.Sprint(i), "wait", "null")
			<-w.started
		}
		p.request("10", "ask", "{}")
		p.next()
		p.request("11", "wait", "null") // queued behind it
		begin := time.Now()
		p.conn.Close()
		if err := <-p.served; !errors.Is(err, rpc.ErrGone) {
			t.Errorf("Serve: %v", err)
		}
		p.served = nil
		if took := time.Since(begin); took > 0 {
			t.Errorf("Serve took %v to end", took)
		}
		if err := <-waiting; err == nil {
			t.Error("the call of the client was answered")
		}
	})
}

func TestClientVanishesWithinAMessage(t *testing.T) {
	withPeer(t, rpc.Options{}, func(*rpc.Router, func() *rpc.Conn) {}, func(t *testing.T, p *peer) {
		p.write("Content-Length: 100\r\n\r\n{")
		p.conn.Close()
		if err := <-p.served; !errors.Is(err, rpc.ErrGone) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Serve: %v", err)
		}
		p.served = nil
	})
}

func TestContextEndsServe(t *testing.T) {
	var w waiter
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		r := rpc.NewRouter()
		w.add(r)
		ctx, cancel := context.WithCancelCause(t.Context())
		served := make(chan error)
		go func() { served <- rpc.NewConn(theirs, r, rpc.Options{}).Serve(ctx) }()
		p := &peer{t: t, conn: ours}
		p.request("1", "wait", "null")
		<-w.started
		cancel(errOops)
		go io.Copy(io.Discard, ours)
		if err := <-served; err != errOops {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestStuckHandlerIsNamed(t *testing.T) {
	var log bytes.Buffer
	var w waiter
	o := rpc.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Grace: 2 * time.Second}
	withPeer(t, o, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.request("1", "stubborn", "null")
		<-w.started
		begin := time.Now()
		p.conn.Close()
		<-p.served
		p.served = nil
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("Serve took %v to give up", took)
		}
		close(w.release)
	})
	if !strings.Contains(log.String(), "stubborn") {
		t.Errorf("got:\n%s", &log)
	}
}

// A client that stops reading costs bounded memory and ends by itself; until
// then it delays nothing but what is for its eyes.
func TestClientDoesNotRead(t *testing.T) {
	const kilobyte = 1 << 10
	sent, refused, changes := 0, make(chan error, 1), 0
	methods := func(r *rpc.Router, conn func() *rpc.Conn) {
		text := strings.Repeat("x", kilobyte)
		rpc.Request(r, "flood", nothing[struct{}], func(ctx context.Context, _ struct{}, _ struct{}) (any, error) {
			for {
				if err := conn().Notify(context.Background(), "x", text); err != nil {
					refused <- err
					return nil, err
				}
				sent++
			}
		})
		rpc.Ordered(r, "change", func(context.Context, struct{}) (any, error) { changes++; return nil, nil })
	}
	withPeer(t, rpc.Options{MaxUnsent: 100 * kilobyte}, methods, func(t *testing.T, p *peer) {
		begin := time.Now()
		p.request("1", "flood", "{}")
		synctest.Wait()
		if sent < 95 || sent > 101 {
			t.Errorf("%d kB wait to be read, the limit is 100", sent)
		}
		for range 10 {
			p.notify("change", "{}")
		}
		p.notify("$/cancelRequest", `{"id":1}`)
		synctest.Wait()
		if changes != 10 {
			t.Errorf("%d of 10 changes were handled", changes)
		}
		if err := <-p.served; !errors.Is(err, rpc.ErrWriteTimeout) {
			t.Errorf("Serve: %v", err)
		}
		p.served = nil
		if took := time.Since(begin); took != time.Minute {
			t.Errorf("the client was cut off after %v", took)
		}
		if err := <-refused; !errors.Is(err, rpc.ErrClosed) {
			t.Errorf("Notify: %v", err)
		}
	})
}

func TestSlowClientIsNotCutOff(t *testing.T) {
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Request(r, "large", nothing[struct{}], func(context.Context, struct{}, struct{}) (string, error) {
			return strings.Repeat("x", 1<<20), nil
		})
	}
	withPeer(t, rpc.Options{WriteTimeout: 10 * time.Second}, methods, func(t *testing.T, p *peer) {
		p.request("1", "large", "{}")
		piece := make([]byte, 64<<10)
		for read := 0; read < 1<<20; {
			time.Sleep(9 * time.Second)
			n, err := p.conn.Read(piece)
			if err != nil {
				t.Fatalf("after %d bytes: %v", read, err)
			}
			read += n
		}
	})
}

func TestClientSendsMoreThanCanBeHandled(t *testing.T) {
	var w waiter
	o := rpc.Options{MaxUnhandled: 10 << 10}
	withPeer(t, o, func(r *rpc.Router, _ func() *rpc.Conn) { w.add(r) }, func(t *testing.T, p *peer) {
		p.notify("block", "null")
		<-w.started
		go func() {
			// The last ones may find nobody.
			message := fmt.Sprintf(`{"method":"block","params":%q}`, strings.Repeat("x", 1000))
			for range 20 {
				if _, err := fmt.Fprintf(p.conn, "Content-Length: %d\r\n\r\n%s", len(message), message); err != nil {
					return
				}
			}
		}()
		synctest.Wait()
		close(w.release)
		if err := p.end(); !errors.Is(err, rpc.ErrOverrun) {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestLargeMessage(t *testing.T) {
	methods := func(r *rpc.Router, _ func() *rpc.Conn) {
		rpc.Ordered(r, "open", func(_ context.Context, text string) (any, error) { return len(text), nil })
		rpc.Request(r, "echo", nothing[json.RawMessage], echo)
	}
	text := strings.Repeat("select 'é';\n", 20<<20/13)
	params, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	withPeer(t, rpc.Options{}, methods, func(t *testing.T, p *peer) {
		p.request("1", "open", string(params))
		p.expect(fmt.Sprintf("1: %d", len(text)))
		p.request("2", "echo", string(params))
		if a := p.next(); !slices.Equal(a.Result, params) {
			t.Errorf("got %d bytes, want %d", len(a.Result), len(params))
		}
	})
}

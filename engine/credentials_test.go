//go:build unix

package engine_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/internal/sshtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// thief is a server that asks for the password in clear and writes it down.
type thief struct {
	listener net.Listener

	mu    sync.Mutex
	taken []string // guarded by mu
}

func newThief(t *testing.T) *thief {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	thief := &thief{listener: listener}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { thief.serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return thief
}

func (s *thief) serve(conn net.Conn) {
	defer conn.Close()
	server := pgproto3.NewBackend(conn, conn)
	for {
		message, err := server.ReceiveStartupMessage()
		if err != nil {
			return
		}
		if _, tls := message.(*pgproto3.SSLRequest); !tls {
			break
		}
		if _, err := conn.Write([]byte("N")); err != nil {
			return
		}
	}
	server.Send(&pgproto3.AuthenticationCleartextPassword{})
	if server.Flush() != nil || server.SetAuthType(pgproto3.AuthTypeCleartextPassword) != nil {
		return
	}
	message, err := server.Receive()
	if err != nil {
		return
	}
	if password, ok := message.(*pgproto3.PasswordMessage); ok {
		s.mu.Lock()
		s.taken = append(s.taken, password.Password)
		s.mu.Unlock()
	}
	server.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "28P01", Message: "password authentication failed"})
	_ = server.Flush() // the client may be gone
}

func TestSecretGoesWhereItWasStoredFor(t *testing.T) {
	const secret = "tr0ub4dor&3"
	config := func(c tusk.ConnectionConfig) tusk.ConnectionConfig {
		c.Name, c.Database, c.Username = "shop", "shop", "ada"
		return c.WithDefaults()
	}
	for _, test := range []struct {
		name   string
		stored func(*tusk.ConnectionConfig) // how the configuration was when the secret was stored
		sent   bool
	}{
		{"the same", func(*tusk.ConnectionConfig) {}, true},
		{"another name and database", func(c *tusk.ConnectionConfig) { c.Name, c.Database = "old", "old" }, true},
		{"another host", func(c *tusk.ConnectionConfig) { c.Host = "db.example.com" }, false},
		{"another port", func(c *tusk.ConnectionConfig) { c.Port++ }, false},
		{"another user", func(c *tusk.ConnectionConfig) { c.Username = "bob" }, false},
		{"a weaker TLS mode", func(c *tusk.ConnectionConfig) { c.SSLMode = tusk.SSLDisable }, true},
		{"a stricter TLS mode", func(c *tusk.ConnectionConfig) { c.SSLMode = tusk.SSLRequire }, false},
		{"a tunnel", func(c *tusk.ConnectionConfig) {
			c.SSHTunnel = &tusk.SSHTunnelConfig{Host: "gate", Username: "ada", AuthMethod: tusk.SSHAgent}
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			thief := newThief(t)
			var c tusk.ConnectionConfig
			c.Host, c.Port = "127.0.0.1", thief.listener.Addr().(*net.TCPAddr).Port
			c = config(c)
			stored := c
			test.stored(&stored)

			state := newState(t)
			if err := state.StorePassword(t.Context(), stored, secrets.NewSecret(secret)); err != nil {
				t.Fatal(err)
			}
			open(t, state, engine.Source{Config: c, Origin: "test"})
			e := wantCategory(t, state.Connect(t.Context(), c.ID), tusk.Authentication)
			got := strings.Join(thief.taken, " ")
			switch {
			case test.sent && got != secret:
				t.Errorf("the server got %q", got)
			case !test.sent && got != "":
				t.Errorf("the secret was stored for %s:%d and sent to %s:%d: %q", stored.Host, stored.Port, c.Host, c.Port, got)
			case !test.sent && !strings.Contains(e.Detail, "is not sent to"):
				t.Errorf("the error does not say why no password was sent: %q", e.Detail)
			}
		})
	}
}

// answers is a user who answers questions for secrets.
type answers struct {
	mu    sync.Mutex
	asked []engine.SecretQuestion // guarded by mu
	give  []engine.SecretAnswer   // what is left to answer; guarded by mu
}

func (a *answers) answer(_ context.Context, q engine.SecretQuestion) (engine.SecretAnswer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, q)
	if len(a.give) == 0 {
		return engine.SecretAnswer{}, nil
	}
	answer := a.give[0]
	a.give = a.give[1:]
	return answer, nil
}

func asking(give ...string) (*answers, func(*engine.Config)) {
	a := &answers{}
	for _, secret := range give {
		a.give = append(a.give, engine.SecretAnswer{Secret: secrets.NewSecret(secret)})
	}
	return a, func(c *engine.Config) { c.AskSecret = a.answer }
}

func TestMissingPasswordIsAskedFor(t *testing.T) {
	db := pgtest.New(t).Database(t)
	user, ask := asking("wrong", db.Password)
	state := newState(t, ask)
	s := source(t, db)
	s.Password = secrets.Secret{}
	id := open(t, state, s)

	// Ten documents at once ask one question after the other, not ten.
	var documents sync.WaitGroup
	for i := range 10 {
		documents.Go(func() {
			o := run(t.Context(), state, script(id, string(rune('a'+i)), `select 1`))
			if o.err != nil || o.failed != nil {
				t.Errorf("document %d: %v %v", i, o.err, o.failed)
			}
		})
	}
	documents.Wait()
	if len(user.asked) != 2 {
		t.Fatalf("the user was asked %d times: %+v", len(user.asked), user.asked)
	}
	first, second := user.asked[0], user.asked[1]
	if first.Kind != engine.DatabasePassword || first.Refused || !second.Refused || first.Connection != s.Config.Name {
		t.Errorf("the questions were %+v and %+v", first, second)
	}
}

func TestDismissedQuestionIsNoAnswer(t *testing.T) {
	db := pgtest.New(t).Database(t)
	user, ask := asking()
	state := newState(t, ask)
	s := source(t, db)
	s.Password = secrets.Secret{}
	id := open(t, state, s)
	e := wantCategory(t, state.Connect(t.Context(), id), tusk.Authentication)
	if len(user.asked) != 1 || !strings.Contains(e.Hint, "tusk-lsp connection password") {
		t.Errorf("asked %d times; hint %q", len(user.asked), e.Hint)
	}
}

func TestPassphraseIsAskedFor(t *testing.T) {
	server := sshtest.Start(t)
	gate := through(t, server)
	key := filepath.Join(t.TempDir(), "locked")
	server.Authorize(t, sshtest.WriteKey(t, key, "open sesame"))
	user, ask := asking("open barley", "open sesame")
	state := newState(t, ask, func(c *engine.Config) {
		c.AcceptHost = func(context.Context, *tunnel.UnknownHost) (bool, error) { return true, nil }
	})
	id := open(t, state, source(t, pgtest.New(t).Database(t), gate, func(c *tusk.ConnectionConfig) {
		t := *c.SSHTunnel
		t.KeyPath = key
		c.SSHTunnel = &t
	}))
	must(t, state, id, "doc", `select 1`)
	if len(user.asked) != 2 || user.asked[0].Kind != engine.SSHPassphrase || user.asked[0].For != key || !user.asked[1].Refused {
		t.Errorf("the questions were %+v", user.asked)
	}
}

func TestPasswordCommand(t *testing.T) {
	db := pgtest.New(t).Database(t)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(db.Password+"\nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	s := source(t, db)
	s.Password = secrets.Secret{}
	id := open(t, state, s)
	set := func(c tusk.ConnectionConfig, argv ...string) {
		t.Helper()
		if err := state.SetPasswordCommand(t.Context(), c, argv); err != nil {
			t.Fatal(err)
		}
	}
	set(s.Config, "cat", file)
	must(t, state, id, "doc", `select 1`)

	set(s.Config, "cat", file+".missing")
	e := wantCategory(t, run(t.Context(), state, script(id, "other", `select 1`)).err, tusk.Authentication)
	if !strings.Contains(e.Detail, "password command") {
		t.Errorf("the error does not tell of the command: %+v", e.Info())
	}
	elsewhere := s.Config
	elsewhere.Host = "db.example.com"
	set(elsewhere, "touch", file+".started")
	wantCategory(t, run(t.Context(), state, script(id, "third", `select 1`)).err, tusk.Authentication)
	if _, err := os.Stat(file + ".started"); err == nil {
		t.Error("a command for another host was started")
	}
	set(s.Config)
	wantCategory(t, run(t.Context(), state, script(id, "fourth", `select 1`)).err, tusk.Authentication)
}

//go:build unix

package engine_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/certtest"
	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/internal/sshtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// scenarios are ways for things to go wrong, against the real thing each. The
// answers, as users see them, are in testdata/errors.txt.
var scenarios = map[string]func(t *testing.T, db *pgtest.Database) error{
	"wrong password": connecting(func(s *engine.Source) { s.Password = secrets.NewSecret("wrong") }),
	"no password":    connecting(func(s *engine.Source) { s.Password = secrets.Secret{} }),
	"unknown user":   connecting(func(s *engine.Source) { s.Config.Username = "nobody_known" }),
	"a password stored for another host": func(t *testing.T, db *pgtest.Database) error {
		state := newState(t)
		s := source(t, db)
		s.Password = secrets.Secret{}
		elsewhere := s.Config
		elsewhere.Host = "db.example.com"
		if err := state.StorePassword(t.Context(), elsewhere, secrets.NewSecret("s3cret")); err != nil {
			t.Fatal(err)
		}
		return state.Connect(t.Context(), open(t, state, s))
	},
	"unknown database": connecting(func(s *engine.Source) { s.Config.Database = "nowhere" }),
	"unknown host":     connecting(func(s *engine.Source) { s.Config.Host = "no-such-host.invalid" }),
	"refused port":     connecting(func(s *engine.Source) { s.Config.Port = 1 }),
	"missing socket":   connecting(func(s *engine.Source) { s.Config.Host, s.Config.Port = "/no/such/folder", 5432 }),
	"blackholed host": func(t *testing.T, db *pgtest.Database) error {
		port := silentServer(t)
		return connecting(func(s *engine.Source) { s.Config.Port = port })(t, db)
	},
	"server without TLS":       connecting(func(s *engine.Source) { s.Config.SSLMode = tusk.SSLRequire }),
	"verify-ca without a root": connecting(func(s *engine.Source) { s.Config.SSLMode = tusk.SSLVerifyCA }),
	"root certificate missing": connecting(func(s *engine.Source) {
		s.Config.SSLMode, s.Config.SSLRootCert = tusk.SSLVerifyFull, "/no/such/root.crt"
	}),

	"certificate of another authority": withTLS(nil, "127.0.0.1", func(t *testing.T, c *tusk.ConnectionConfig) {
		c.SSLRootCert = certtest.New(t, "another").File(t)
	}),
	"certificate of another host": withTLS(nil, "db.example.com", nil),
	"expired certificate": withTLS(func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	}, "127.0.0.1", nil),

	"unknown SSH host": throughSSH(func(t *testing.T, _ *sshtest.Server, _ *engine.Source) { home(t) }),
	"changed SSH host key": throughSSH(func(t *testing.T, server *sshtest.Server, _ *engine.Source) {
		other := sshtest.WriteKey(t, filepath.Join(t.TempDir(), "other"), "")
		text, err := os.ReadFile(server.KnownHosts(t, other))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(os.Getenv("HOME"), ".ssh", "known_hosts"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}),
	"SSH key missing": throughSSH(func(_ *testing.T, _ *sshtest.Server, s *engine.Source) {
		s.Config.SSHTunnel.KeyPath = "/no/such/key"
	}),
	"SSH key not authorised": throughSSH(func(t *testing.T, _ *sshtest.Server, s *engine.Source) {
		s.Config.SSHTunnel.KeyPath = filepath.Join(t.TempDir(), "key")
		sshtest.WriteKey(t, s.Config.SSHTunnel.KeyPath, "")
	}),
	"SSH passphrase missing": throughSSH(func(t *testing.T, _ *sshtest.Server, s *engine.Source) {
		s.Config.SSHTunnel.KeyPath = filepath.Join(t.TempDir(), "key")
		sshtest.WriteKey(t, s.Config.SSHTunnel.KeyPath, "open sesame")
	}),
	"SSH agent missing": throughSSH(func(t *testing.T, _ *sshtest.Server, s *engine.Source) {
		t.Setenv("SSH_AUTH_SOCK", "")
		s.Config.SSHTunnel.AuthMethod, s.Config.SSHTunnel.KeyPath = tusk.SSHAgent, ""
	}),
	"SSH server down":              throughSSH(func(_ *testing.T, server *sshtest.Server, _ *engine.Source) { server.Stop() }),
	"database beyond the SSH host": throughSSH(func(_ *testing.T, _ *sshtest.Server, s *engine.Source) { s.Config.Port = 1 }),

	"syntax error":    running(`select 1 from where`),
	"unknown table":   running(`select * from nowhere`),
	"unknown column":  running(`select nothing from pg_class`),
	"no privilege":    running(`select * from pg_authid`),
	"division":        running(`select 1/0`),
	"constraint":      running(`create temp table t (n int primary key); insert into t values (1), (1)`),
	"failed block":    running(`begin; select 1/0`, `select 1`),
	"time-out":        running(`set statement_timeout = '50ms'; select pg_sleep(60)`),
	"lock time-out":   running(`begin; set local lock_timeout = '50ms'; lock table held in access share mode`),
	"session ended":   running(`select pg_terminate_backend(pg_backend_pid())`),
	"COPY from stdin": running(`copy held from stdin`),
	"read-only": func(t *testing.T, db *pgtest.Database) error {
		state, id := connected(t, db, func(c *tusk.ConnectionConfig) { c.Options.ReadOnly = true })
		return run(t.Context(), state, script(id, "doc", `delete from held`)).failed
	},
	"cancelled": func(t *testing.T, db *pgtest.Database) error {
		state, id := connected(t, db)
		must(t, state, id, "doc", `select 1`) // what is cancelled is the statement, not the attempt to connect
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return run(ctx, state, script(id, "doc", `select pg_sleep(60)`)).failed
	},
	"serialization": func(t *testing.T, db *pgtest.Database) error {
		state, id := connected(t, db)
		must(t, state, id, "one", `begin isolation level serializable; select * from held`)
		must(t, state, id, "two", `begin isolation level serializable; select * from held; update held set n = 2; commit`)
		return run(t.Context(), state, script(id, "one", `update held set n = 3`)).failed
	},
	"too many connections": func(t *testing.T, db *pgtest.Database) error {
		state, id := connected(t, db)
		must(t, state, id, "one", `select 1`)
		must(t, state, id, "two", `select 1`)
		return run(t.Context(), state, script(id, "three", `select 1`)).err
	},
	"exhausted pool": func(t *testing.T, db *pgtest.Database) error {
		state := newState(t, func(c *engine.Config) { c.MaxConns, c.AcquireTimeout = 1, 2*time.Second })
		pool, err := state.Pool(open(t, state, source(t, db)))
		if err != nil {
			t.Fatal(err)
		}
		conn, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
		_, err = pool.Acquire(t.Context())
		return err
	},

	"bad configuration": func(*testing.T, *pgtest.Database) error {
		return tusk.ConnectionConfig{Port: 70000, SSLMode: "maybe", Color: "red"}.Validate()
	},
	"corrupt store": func(t *testing.T, _ *pgtest.Database) error {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, store.FileName), []byte("this is no database"), 0o600); err != nil {
			t.Fatal(err)
		}
		kept, warning, err := store.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { kept.Close() })
		return warning
	},
	"no keychain": func(t *testing.T, _ *pgtest.Database) error {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/bus")
		vault := secrets.New(secrets.Options{})
		t.Cleanup(func() { vault.Close() })
		return vault.Recheck(t.Context())
	},
}

// connecting is the error of a connection that was changed.
func connecting(change func(*engine.Source)) func(*testing.T, *pgtest.Database) error {
	return func(t *testing.T, db *pgtest.Database) error {
		state := newState(t)
		s := source(t, db, func(c *tusk.ConnectionConfig) { c.Options.ConnectTimeoutSecs = 1 })
		change(&s)
		if err := state.Open(t.Context(), s); err != nil {
			return err
		}
		return state.Connect(t.Context(), s.Config.ID)
	}
}

// throughSSH is the error of a connection through an SSH server, when something
// was changed.
func throughSSH(change func(*testing.T, *sshtest.Server, *engine.Source)) func(*testing.T, *pgtest.Database) error {
	return func(t *testing.T, db *pgtest.Database) error {
		server := sshtest.Start(t)
		gate := through(t, server)
		return connecting(func(s *engine.Source) {
			gate(&s.Config)
			change(t, server, s)
		})(t, db)
	}
}

// withTLS is the error of a verify-full connection to a server with a certificate
// for a host.
func withTLS(certificate func(*x509.Certificate), host string, change func(*testing.T, *tusk.ConnectionConfig)) func(*testing.T, *pgtest.Database) error {
	return func(t *testing.T, _ *pgtest.Database) error {
		authority := certtest.New(t, "ours")
		server := newSecureServer(t, pgtest.New(t), authority)
		server.present(t, authority.Server(t, certificate, host), tlsOnly)
		state := newState(t)
		s := server.ada(t, func(c *tusk.ConnectionConfig) {
			c.SSLMode, c.SSLRootCert = tusk.SSLVerifyFull, authority.File(t)
			if change != nil {
				change(t, c)
			}
		})
		return state.Connect(t.Context(), open(t, state, s))
	}
}

// running is the error of the last statement, while another session holds a lock
// on a table.
func running(texts ...string) func(*testing.T, *pgtest.Database) error {
	return func(t *testing.T, db *pgtest.Database) error {
		state, id := connected(t, db)
		if strings.Contains(texts[0], "lock") {
			must(t, state, id, "holder", `begin; lock table held`)
		}
		var o outcome
		for _, text := range texts {
			o = run(t.Context(), state, script(id, "doc", text))
		}
		return o.failed
	}
}

func TestErrorsThatUsersSee(t *testing.T) {
	seen := map[tusk.Category]bool{tusk.Internal: true} // nobody should meet one
	fixture.Run(t, filepath.Join("testdata", "errors.txt"), func(t *testing.T, input string) string {
		scenario := scenarios[input]
		if scenario == nil {
			t.Fatalf("there is no scenario %q", input)
		}
		t.Setenv("HOME", t.TempDir()) // no certificates and passwords of whoever runs the tests
		role := pgtest.New(t).Database(t, `create table held (n int); insert into held values (1)`).Role(t, `grant all on held to $role`, `alter role $role connection limit 2`)
		err := scenario(t, role)
		if err == nil {
			t.Fatal("nothing went wrong")
		}
		if strings.Contains(fmt.Sprintf("%+v %+v", err, tusk.InfoOf(err)), role.Password) {
			t.Error("the password is in the error")
		}
		seen[tusk.CategoryOf(err)] = true
		return shown(tusk.InfoOf(err), role)
	})
	for c := tusk.Internal; c <= tusk.Cancelled; c++ {
		if !seen[c] {
			t.Errorf("no scenario gives a %v", c)
		}
	}
}

// shown is an error as the command line shows it, without the parts that differ
// from run to run.
func shown(info tusk.ErrorInfo, db *pgtest.Database) string {
	text := fmt.Sprintf("%s: %s\nhint: %s\n", info.ErrorType, info.Message, info.Hint)
	if info.TechnicalDetail != "" {
		text += "detail: " + info.TechnicalDetail + "\n"
	}
	text = strings.NewReplacer(db.Name, "DATABASE", db.Username, "ROLE", os.Getenv("HOME"), "~").Replace(text)
	for _, v := range []struct{ pattern, name string }{
		{`127\.0\.0\.1(\]?):\d{2,5}`, "127.0.0.1$1:PORT"},
		{`current time \S+ is after \S+`, "current time NOW is after THEN"},
		{`invalid:\d{2,5}`, "invalid:PORT"},
		{`example.com:\d{2,5}`, "example.com:PORT"},
		{`SHA256:[A-Za-z0-9+/]{43}`, "SHA256:FINGERPRINT"},
		{`/[^ ]*/(TestErrorsThatUsersSee|sshd)[^ ]*/`, "FOLDER/"},
		{`on \[::1\]:53: .*|on 127\.0\.0\.\d+:\S+: .*`, "on RESOLVER"},
		{`lookup no-such-host.invalid.*`, "lookup no-such-host.invalid: no such host"},
		{`\d{8}T\d{6}\.\d{3}Z`, "TIME"},
		{`(.*deadline exceeded\n)+`, "detail: deadline exceeded\n"},
		{`not let \w+ in`, "not let USER in"},
	} {
		text = regexp.MustCompile(v.pattern).ReplaceAllString(text, v.name)
	}
	return text
}

package engine_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/certtest"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// secureServer is a server with TLS that the test configures as it goes. The
// role ada has the password "pw".
type secureServer struct {
	*pgtest.Dedicated
	db *pgtest.Database
}

func newSecureServer(t *testing.T, s *pgtest.Server, authority *certtest.Authority) *secureServer {
	t.Helper()
	d := s.Dedicated(t, nil)
	d.WriteFile(t, "clients.crt", authority.PEM())
	return &secureServer{d, d.Create(t, `create role ada login password 'pw'`)}
}

// present has the server use a certificate, and let ada in by a line of
// pg_hba.conf. It returns when new connections see both.
func (s *secureServer) present(t *testing.T, pair certtest.Pair, rule string) {
	t.Helper()
	s.WriteFile(t, "server.crt", pair.Cert)
	s.WriteFile(t, "server.key", pair.Key)
	s.WriteFile(t, "pg_hba.conf", []byte(rule+"\nhost all postgres all scram-sha-256\n"))
	begin := s.loaded(t)
	s.Set(t, map[string]string{"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key", "ssl_ca_file": "clients.crt"})
	for deadline := time.Now().Add(soon); ; {
		if s.loaded(t).After(begin) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not read its configuration again")
		}
	}
}

// loaded is when the configuration of new connections was read.
func (s *secureServer) loaded(t *testing.T) time.Time {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.db.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var at time.Time
	if err := conn.QueryRow(t.Context(), `select pg_conf_load_time()`).Scan(&at); err != nil {
		t.Fatal(err)
	}
	return at
}

// ada is a connection as ada, without certificates.
func (s *secureServer) ada(t *testing.T, change ...func(*tusk.ConnectionConfig)) engine.Source {
	t.Helper()
	source := source(t, s.db, change...)
	source.Config.Username = "ada"
	source.Config.Options.ConnectTimeoutSecs = 5
	source.Password = secrets.NewSecret("pw")
	return source
}

const (
	tlsOnly   = "hostssl all ada all scram-sha-256"
	plainOnly = "hostnossl all ada all scram-sha-256"
	either    = "host all ada all scram-sha-256"
	byCert    = "hostssl all ada all cert"
)

// sslTest is a connection to a server, and how that ends: encrypted, plain, or
// with a category, and words of the message or the detail.
type sslTest struct {
	change func(*tusk.ConnectionConfig)
	want   string
}

func TestSSLModes(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		t.Setenv("HOME", t.TempDir()) // no certificates of whoever runs the tests
		ours, other := certtest.New(t, "ours"), certtest.New(t, "another")
		server := newSecureServer(t, s, ours)
		good := ours.Server(t, nil, "127.0.0.1")
		elsewhere := ours.Server(t, nil, "db.example.com", "10.0.0.1")
		expired := ours.Server(t, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
		}, "127.0.0.1")
		early := ours.Server(t, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(24*time.Hour), time.Now().Add(48*time.Hour)
		}, "127.0.0.1")
		root, wrongRoot := ours.File(t), other.File(t)
		clientCert, clientKey := ours.Client(t, "ada").Files(t)
		strangerCert, strangerKey := other.Client(t, "ada").Files(t)
		bobCert, bobKey := ours.Client(t, "bob").Files(t)
		mode := func(m tusk.SSLMode, root string) func(*tusk.ConnectionConfig) {
			return func(c *tusk.ConnectionConfig) { c.SSLMode, c.SSLRootCert = m, root }
		}
		client := func(cert, key string) func(*tusk.ConnectionConfig) {
			return func(c *tusk.ConnectionConfig) {
				c.SSLMode, c.SSLRootCert, c.SSLCert, c.SSLKey = tusk.SSLVerifyFull, root, cert, key
			}
		}
		named := func(c *tusk.ConnectionConfig) {
			c.SSLMode, c.SSLRootCert, c.Host = tusk.SSLVerifyFull, root, "localhost"
		}
		const plain, encrypted = "f", "t"
		for _, step := range []struct {
			name  string
			pair  certtest.Pair
			rule  string
			tests map[string]sslTest
		}{
			{"a good certificate", good, either, map[string]sslTest{
				"disable":                        {mode(tusk.SSLDisable, ""), plain},
				"prefer":                         {mode(tusk.SSLPrefer, ""), encrypted},
				"require":                        {mode(tusk.SSLRequire, ""), encrypted},
				"require, with a root":           {mode(tusk.SSLRequire, root), encrypted},
				"require, with another root":     {mode(tusk.SSLRequire, wrongRoot), "SSL Error: unknown authority"},
				"verify-ca":                      {mode(tusk.SSLVerifyCA, root), encrypted},
				"verify-ca, another root":        {mode(tusk.SSLVerifyCA, wrongRoot), "SSL Error: unknown authority"},
				"verify-full":                    {mode(tusk.SSLVerifyFull, root), encrypted},
				"verify-full, another root":      {mode(tusk.SSLVerifyFull, wrongRoot), "SSL Error: unknown authority"},
				"verify-full, system's":          {mode(tusk.SSLVerifyFull, ""), "SSL Error: unknown authority"},
				"verify-full by another name":    {named, "SSL Error: not valid for any names, but wanted to match localhost"},
				"a root that is none":            {mode(tusk.SSLVerifyFull, clientKey), "SSL Error: certificates"},
				"a client certificate unasked":   {client(clientCert, clientKey), encrypted},
				"a client key that does not fit": {client(clientCert, bobKey), "SSL Error: private key does not match"},
			}},
			{"TLS alone", good, tlsOnly, map[string]sslTest{
				"disable": {mode(tusk.SSLDisable, ""), "Authentication Error: no encryption"},
				"prefer":  {mode(tusk.SSLPrefer, ""), encrypted},
			}},
			{"plain text alone", good, plainOnly, map[string]sslTest{
				"prefer falls back": {mode(tusk.SSLPrefer, ""), plain},
				"require":           {mode(tusk.SSLRequire, ""), "Authentication Error: SSL"},
			}},
			{"a certificate for another host", elsewhere, either, map[string]sslTest{
				"require":     {mode(tusk.SSLRequire, ""), encrypted},
				"verify-ca":   {mode(tusk.SSLVerifyCA, root), encrypted},
				"verify-full": {mode(tusk.SSLVerifyFull, root), "SSL Error: not 127.0.0.1"},
			}},
			{"an expired certificate", expired, either, map[string]sslTest{
				"require":     {mode(tusk.SSLRequire, ""), encrypted},
				"verify-ca":   {mode(tusk.SSLVerifyCA, root), "SSL Error: expired or is not yet valid"},
				"verify-full": {mode(tusk.SSLVerifyFull, root), "SSL Error: expired or is not yet valid"},
			}},
			{"a certificate that is not valid yet", early, either, map[string]sslTest{
				"verify-full": {mode(tusk.SSLVerifyFull, root), "SSL Error: expired or is not yet valid"},
			}},
			{"a client certificate wanted", good, byCert, map[string]sslTest{
				"the right one":     {client(clientCert, clientKey), encrypted},
				"none":              {mode(tusk.SSLVerifyFull, root), "Authentication Error: certificate"},
				"another role's":    {client(bobCert, bobKey), "Authentication Error: certificate authentication failed"},
				"another authority": {client(strangerCert, strangerKey), "Authentication Error: certificate"}, // it is not shown at all
			}},
		} {
			t.Run(step.name, func(t *testing.T) {
				server.present(t, step.pair, step.rule)
				for name, test := range step.tests {
					t.Run(name, func(t *testing.T) {
						state := newState(t)
						source := server.ada(t, test.change)
						err := state.Open(t.Context(), source)
						if err == nil {
							err = state.Connect(t.Context(), source.Config.ID)
						}
						if err == nil {
							got := cells(must(t, state, source.Config.ID, "doc", `select ssl from pg_stat_ssl where pid = pg_backend_pid()`))
							if got != test.want {
								t.Errorf("encrypted: %s, want %s", got, test.want)
							}
							status, err := state.Status(t.Context(), source.Config.ID)
							if err != nil || (status.Server.TLS != "") != (test.want == encrypted) {
								t.Errorf("the status says TLS %q, %v", status.Server.TLS, err)
							}
							return
						}
						info := tusk.InfoOf(err)
						category, words, _ := strings.Cut(test.want, ": ")
						if info.ErrorType != category || !strings.Contains(info.Message+"\n"+info.TechnicalDetail, words) || info.Hint == "" {
							t.Errorf("got %+v, want %s", info, test.want)
						}
					})
				}
			})
		}
	})
}

// Channel binding: SCRAM over TLS is bound to the server's certificate, so that
// nobody between can pass it on.
func TestSCRAMIsBoundToTheChannel(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	ours := certtest.New(t, "ours")
	server := newSecureServer(t, pgtest.New(t), ours)
	server.present(t, ours.Server(t, nil, "127.0.0.1"), tlsOnly)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go middleman(listener, server.db.Config(), ours.Server(t, nil, "127.0.0.1"))
	root := ours.File(t)
	source := server.ada(t, func(c *tusk.ConnectionConfig) {
		c.Port = listener.Addr().(*net.TCPAddr).Port
		c.SSLMode, c.SSLRootCert = tusk.SSLVerifyFull, root
	})
	state := newState(t)
	e := wantCategory(t, state.Connect(t.Context(), open(t, state, source)), tusk.Authentication)
	if !strings.Contains(e.Error(), "channel binding") {
		t.Errorf("the server says %v", e)
	}
}

// middleman ends TLS and begins another: it has a certificate that the client
// trusts, and passes on what is said.
func middleman(listener net.Listener, to tusk.ConnectionConfig, pair certtest.Pair) {
	certificate, err := tls.X509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		return
	}
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer near.Close()
			far, err := net.Dial("tcp", net.JoinHostPort(to.Host, strconv.Itoa(to.Port)))
			if err != nil {
				return
			}
			defer far.Close()
			request := make([]byte, 8) // SSLRequest
			if _, err := near.Read(request); err != nil {
				return
			}
			if _, err := far.Write(request); err != nil {
				return
			}
			if _, err := far.Read(request[:1]); err != nil {
				return
			}
			if _, err := near.Write([]byte("S")); err != nil {
				return
			}
			inside := tls.Server(near, &tls.Config{Certificates: []tls.Certificate{certificate}})
			outside := tls.Client(far, &tls.Config{InsecureSkipVerify: true})
			done := make(chan struct{})
			go func() {
				copyUntilEnd(outside, inside)
				close(done)
			}()
			copyUntilEnd(inside, outside)
			<-done
		}()
	}
}

func copyUntilEnd(to, from net.Conn) {
	buffer := make([]byte, 1<<14)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			to.Close()
			return
		}
	}
}

func TestCancelGoesOverTLS(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		t.Setenv("HOME", t.TempDir())
		ours := certtest.New(t, "ours")
		server := newSecureServer(t, s, ours)
		server.present(t, ours.Server(t, nil, "127.0.0.1"), tlsOnly)
		root := ours.File(t)
		state := newState(t)
		id := open(t, state, server.ada(t, func(c *tusk.ConnectionConfig) { c.SSLMode, c.SSLRootCert = tusk.SSLVerifyFull, root }))
		started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
		h := await(t, "the start", started)
		awaitSleep(t, state, id)
		h.Cancel()
		wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
		must(t, state, id, "doc", `select 1`)
	})
}

func TestTLSHandshakeThatStalls(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open []net.Conn
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open = append(open, conn)
			conn.Write([]byte("S")) //nolint:errcheck // what matters is the silence after it
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-accepted
		for _, conn := range open {
			conn.Close()
		}
	})
	c := tusk.ConnectionConfig{Name: "stalls", Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Username: "ada", SSLMode: tusk.SSLRequire}.WithDefaults()
	c.Options.ConnectTimeoutSecs = 1
	state := newState(t)
	if err := state.Add(c); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_, err = state.Status(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	o := run(t.Context(), state, script(c.ID, "doc", `select 1`))
	if took := time.Since(begin); took > 6*time.Second {
		t.Errorf("it took %v", took)
	}
	e := wantCategory(t, o.err, tusk.SSL)
	if !strings.Contains(e.Message, "in time") {
		t.Errorf("the message is %q", e.Message)
	}
}

// Certificates in ~/.postgresql are used as libpq uses them.
func TestCertificatesOfTheHomeDirectory(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	ours := certtest.New(t, "ours")
	server := newSecureServer(t, pgtest.New(t), ours)
	server.present(t, ours.Server(t, nil, "127.0.0.1"), byCert)
	if err := os.Mkdir(home+"/.postgresql", 0o700); err != nil {
		t.Fatal(err)
	}
	pair := ours.Client(t, "ada")
	for name, content := range map[string][]byte{"root.crt": ours.PEM(), "postgresql.crt": pair.Cert, "postgresql.key": pair.Key} {
		if err := os.WriteFile(fmt.Sprintf("%s/.postgresql/%s", home, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	state := newState(t)
	id := open(t, state, server.ada(t, func(c *tusk.ConnectionConfig) { c.SSLMode = tusk.SSLVerifyFull }))
	must(t, state, id, "doc", `select 1`)
}

package scratch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// started gives a throw-away server for the time of the test.
func started(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("%v\n%v", err, tusk.InfoOf(err).TechnicalDetail)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// openDir is a t.TempDir that PostgreSQL's user can enter, too, when we are root.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tusk-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ask runs a query on a connection of its own.
func ask(t *testing.T, url, query string) (answer string, err error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return "", err
	}
	defer conn.Close(t.Context())
	err = conn.QueryRow(t.Context(), query, pgx.QueryResultFormats{pgx.TextFormatCode}).Scan(&answer)
	return answer, err
}

func TestServerAsksForThePassword(t *testing.T) {
	s := started(t, Options{})
	if _, err := ask(t, s.URL("postgres"), `select 1`); err != nil {
		t.Error(err)
	}
	wrong := s.Address
	wrong.Password = "wrong"
	if _, err := ask(t, wrong.URL("postgres"), `select 1`); err == nil || !strings.Contains(err.Error(), "28P01") {
		t.Errorf("with a wrong password: %v, want 28P01", err)
	}
	if sockets {
		url := fmt.Sprintf("postgres:///postgres?host=%s&port=%d&user=%s", s.SocketDir, s.Port, s.Username)
		if _, err := ask(t, url+"&password="+s.Password, `select 1`); err != nil {
			t.Errorf("over the unix socket: %v", err)
		}
		if _, err := ask(t, url+"&password=wrong", `select 1`); err == nil {
			t.Error("the unix socket lets anybody in")
		}
	}
}

func TestAddressDoesNotPrintItsPassword(t *testing.T) {
	s := &Server{Address: Address{Major: 18, Host: "127.0.0.1", Port: 25432, Password: "s3cret"}}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v", s, s, s), fmt.Sprintf("%v %+v %#v", s.Address, s.Address, s.Address)} {
		if strings.Contains(text, "s3cret") {
			t.Errorf("%s", text)
		}
	}
}

func TestStopRemovesTheData(t *testing.T) {
	s := started(t, Options{})
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for range 2 { // a second Stop does nothing
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(s.DataDir); !os.IsNotExist(err) {
		t.Errorf("the data is still there: %v", err)
	}
	if _, err := conn.Exec(t.Context(), `select`); err == nil {
		t.Error("the server still answers")
	}
	if err := s.Restart(t.Context()); err == nil {
		t.Error("a server without data came back")
	}
}

func TestRestartKeepsAddressAndData(t *testing.T) {
	s := started(t, Options{Settings: map[string]string{"work_mem": "12MB"}})
	if _, err := ask(t, s.URL("postgres"), `create table kept as values (1), (2)`); !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	for name, before := range map[string]func() error{
		"running":      func() error { return nil },
		"killed":       s.Kill,
		"killed twice": func() error { return errors.Join(s.Kill(), s.Kill()) },
	} {
		if err := before(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := ask(t, s.URL("postgres"), `select count(*) || current_setting('work_mem') from kept`)
		if err != nil || got != "212MB" {
			t.Errorf("%s: %q, %v; want the two rows and the setting", name, got, err)
		}
	}
}

func TestKeptServerStaysAndStartsAgain(t *testing.T) {
	dir := filepath.Join(openDir(t), "kept")
	o := Options{Keep: dir}
	first := started(t, o)
	if _, err := ask(t, first.URL("postgres"), `create table kept as values (1)`); !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	if first.StopCommand() == "" {
		t.Error("nobody says how to stop it")
	}
	_, err := Start(t.Context(), o)
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok || !strings.Contains(e.Message, "already runs at 127.0.0.1:") || !strings.Contains(e.Hint, first.StopCommand()) {
		t.Errorf("starting it twice: %v, %+v", err, e)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := started(t, o)
	if second.Password != first.Password {
		t.Error("another password")
	}
	if got, err := ask(t, second.URL("postgres"), `select * from kept`); err != nil || got != "1" {
		t.Errorf("%q, %v; want the row of before", got, err)
	}
	o.Major = second.Major + 1
	if _, err := Start(t.Context(), o); !errors.Is(err, &tusk.Error{Category: tusk.Connection}) {
		t.Errorf("as another major: %v, want a Connection Error", err)
	}
}

func TestLaunchNoticesATakenPort(t *testing.T) {
	s := started(t, Options{})
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Port = taken.Addr().(*net.TCPAddr).Port
	if err := s.launch(t.Context()); !errors.Is(err, errPortTaken) {
		t.Errorf("%v, want errPortTaken", err)
	}
}

func TestStartShowsWhatTheServerLogged(t *testing.T) {
	dir := openDir(t)
	t.Setenv("TMPDIR", dir)
	_, err := Start(t.Context(), Options{Settings: map[string]string{"work_mem": "a lot"}})
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok || e.Category != tusk.Connection || !strings.Contains(e.Detail, "work_mem") {
		t.Errorf("%#v, want the log in the detail of a Connection Error", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestStartIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{}); tusk.CategoryOf(err) != tusk.Cancelled {
		t.Errorf("%v, want Cancelled", err)
	}
}

package engine_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/faultproxy"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// files gives what lies below a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// large gives a result of some 100 MB slowly enough to meet it on its way.
const large = `select n, repeat('x', 1000) from generate_series(1, 100000) n`

func TestWaysForALargeResultToBreak(t *testing.T) {
	for name, test := range map[string]struct {
		happens func(t *testing.T, state *engine.State, h *engine.QueryHandle, way *broken)
		want    tusk.Category
		keeps   bool // the session
	}{
		"the network is cut":        {func(_ *testing.T, _ *engine.State, _ *engine.QueryHandle, w *broken) { w.proxy.Cut() }, tusk.Connection, false},
		"the server is killed":      {func(t *testing.T, _ *engine.State, _ *engine.QueryHandle, w *broken) { w.server.Kill(t) }, tusk.Connection, false},
		"the query is cancelled":    {func(_ *testing.T, _ *engine.State, h *engine.QueryHandle, _ *broken) { h.Cancel() }, tusk.Cancelled, true},
		"the document is closed":    {func(_ *testing.T, s *engine.State, _ *engine.QueryHandle, _ *broken) { s.EndSessions("doc") }, tusk.Cancelled, false},
		"the network goes silent":   {func(_ *testing.T, _ *engine.State, h *engine.QueryHandle, w *broken) { w.proxy.Blackhole(); h.Cancel() }, tusk.Cancelled, false},
		"the connection is removed": {func(_ *testing.T, s *engine.State, _ *engine.QueryHandle, w *broken) { s.Remove(w.id) }, tusk.Cancelled, false},
	} {
		t.Run(name, func(t *testing.T) {
			way := &broken{server: pgtest.New(t).Dedicated(t, nil)}
			db := way.server.Create(t)
			way.proxy = proxyOf(t, db)
			dir := t.TempDir()
			state := newState(t, func(c *engine.Config) {
				c.SpoolDir, c.SpoolMemory, c.CancelTimeout = dir, 1<<20, time.Second
			})
			way.id = open(t, state, source(t, db, behind(way.proxy)))
			must(t, state, way.id, "doc", `create temp table kept ()`)
			broke := false
			s := script(way.id, "doc", large)
			s.Rows = func(_ int, h *engine.QueryHandle, _ *tusk.QueryResult) {
				if !broke {
					broke = true
					go test.happens(t, state, h, way)
				}
			}
			_, done := start(t.Context(), state, s)
			o := await(t, "the end", done)
			if o.failed == nil {
				t.Skip("the result was there before anything could break")
			}
			wantCategory(t, o.failed, test.want)
			if test.keeps {
				must(t, state, way.id, "doc", `table kept`)
			}
			state.Close()
			if left := files(t, dir); len(left) > 0 {
				t.Errorf("files are left: %v", left)
			}
			wantNoGoroutines(t)
		})
	}
}

// broken is what can break under a result.
type broken struct {
	server *pgtest.Dedicated
	proxy  *faultproxy.Proxy
	id     uuid.UUID
}

func TestDiskIsFullWhileRowsCome(t *testing.T) {
	state := newState(t, func(c *engine.Config) { c.SpoolMemory, c.SpoolDisk = 1<<20, 4<<20 })
	id := open(t, state, source(t, pgtest.New(t).Database(t)))
	must(t, state, id, "doc", `create temp table kept ()`)
	var partial *tusk.QueryResult
	s := script(id, "doc", large)
	s.Finished = func(_ int, _ *engine.QueryHandle, r *tusk.QueryResult, _ error) { partial = r }
	o := run(t.Context(), state, s)
	if e := wantCategory(t, o.failed, tusk.Storage); e.Hint == "" {
		t.Errorf("no hint: %v", e)
	}
	if partial == nil || partial.RowCount < 1000 || !partial.Truncated {
		t.Errorf("the rows before are %+v", partial)
	}
	must(t, state, id, "doc", `table kept`)
}

func TestExtremeResults(t *testing.T) {
	server := pgtest.New(t)
	state, id := connected(t, server.Database(t))
	t.Run("1600 columns", func(t *testing.T) {
		columns := make([]string, 1600)
		for i := range columns {
			columns[i] = fmt.Sprintf("%d as c%d", i, i)
		}
		r := must(t, state, id, "doc", "select "+strings.Join(columns, ", "))
		if len(r.Columns) != 1600 || *r.Rows[0][1599] != "1599" {
			t.Errorf("%d columns", len(r.Columns))
		}
	})
	t.Run("no columns", func(t *testing.T) {
		if r := must(t, state, id, "doc", "select from generate_series(1, 3)"); r.RowCount != 3 || r.CommandTag != "SELECT 3" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("columns of the same name", func(t *testing.T) {
		if r := must(t, state, id, "doc", `select 1 as a, 2 as a, 3 as " ", 4`); len(r.Columns) != 4 || r.Columns[1].Name != "a" {
			t.Errorf("%+v", r.Columns)
		}
	})
	t.Run("a value of 64 MB", func(t *testing.T) {
		r := must(t, state, id, "doc", `select repeat('x', 64 << 20)`)
		kept, err := state.Result(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if whole, err := kept.Cell(t.Context(), engine.Order{}, 0, 0); err != nil || len(*whole) != 64<<20 {
			t.Errorf("%v", err)
		}
		if len(*r.Rows[0][0]) > 64<<10 || r.Cut[0].Bytes != 64<<20 {
			t.Errorf("the result itself holds %d bytes, cut %v", len(*r.Rows[0][0]), r.Cut)
		}
	})
	t.Run("a value that the server cannot make", func(t *testing.T) {
		if e := fails(t, state, id, "doc", `select repeat('x', 1 << 30)`, tusk.Query); e.Code == "" {
			t.Errorf("%v", e)
		}
	})
	t.Run("an encoding that is not ours", func(t *testing.T) {
		o := run(t.Context(), state, script(id, "latin", `set client_encoding = latin1; select 'ä'`))
		if o.failed != nil || len(o.notices) == 0 || !strings.Contains(o.notices[0].Hint, "UTF8") {
			t.Errorf("%v %v", o.failed, o.notices)
		}
	})
	t.Run("10,000 notices", func(t *testing.T) {
		o := run(t.Context(), state, script(id, "doc", `do $$ begin for n in 1..10000 loop raise notice '%', n; end loop; end $$; select 1`))
		if o.failed != nil || len(o.notices) != 10000 || len(o.results[0].Notices) != 1000 || o.notices[9999].Message != "10000" {
			t.Errorf("%d notices came, %d are kept, %v", len(o.notices), len(o.results[0].Notices), o.failed)
		}
	})
	t.Run("a database without an encoding", func(t *testing.T) {
		admin := server.Database(t)
		name := "ascii_" + admin.Name[max(0, len(admin.Name)-40):]
		admin.Exec(t, `create database `+name+` encoding 'SQL_ASCII' locale 'C' template template0`)
		t.Cleanup(func() { admin.Exec(t, `drop database `+name+` with (force)`) })
		raw := open(t, state, source(t, admin, func(c *tusk.ConnectionConfig) { c.Database = name }))
		if e := fails(t, state, raw, "doc", `select 'ä', chr(228)`, tusk.Query); e.Code != "22021" {
			t.Errorf("%v", e)
		}
		r := must(t, state, raw, "doc", `set client_encoding = sql_ascii; select 'ä', chr(228)`)
		if *r.Rows[0][0] != "ä" || *r.Rows[0][1] != "\xe4" {
			t.Errorf("%q", cells(r))
		}
		state.Remove(raw)
	})
}

func TestTwentyQueriesAtOnce(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	outcomes := make(chan outcome, 20)
	for n := range 20 {
		go func() {
			outcomes <- run(t.Context(), state, script(id, fmt.Sprintf("doc %d", n), `select pg_sleep(0.2); select 1`))
		}()
	}
	for range 20 {
		if o := await(t, "an end", outcomes); o.err != nil || o.failed != nil {
			t.Error(o.err, o.failed)
		}
	}
}

// pretending leads to a server and gives it another version of the same length.
func pretending(t *testing.T, db *pgtest.Database, version string) func(*tusk.ConnectionConfig) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", addressOf(db))
			if err != nil {
				t.Error(err)
				return
			}
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go func() {
				buffer := make([]byte, 1<<16)
				for {
					n, err := server.Read(buffer)
					real := regexp.MustCompile(`server_version\x00\d\d\.\d`).Find(buffer[:n])
					if real != nil {
						copy(real, "server_version\x00"+version)
					}
					if _, writeErr := client.Write(buffer[:n]); err != nil || writeErr != nil {
						_ = client.Close()
						return
					}
				}
			}()
		}
	}()
	return func(c *tusk.ConnectionConfig) {
		c.Host, c.Port, c.SSLMode = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port, tusk.SSLDisable
	}
}

func TestServersOfOtherAges(t *testing.T) {
	db := pgtest.New(t).Database(t)
	for version, want := range map[string]string{"12.9": "The oldest one that is supported is 14", "19.1": "newer than this version of tusk-lsp knows", "18.4": ""} {
		state, id := connected(t, db, pretending(t, db, version))
		for n, text := range []string{"select 1", "select 2"} {
			o := run(t.Context(), state, script(id, "doc", text))
			if o.failed != nil || o.err != nil {
				t.Fatal(o.failed, o.err)
			}
			told := ""
			for _, notice := range o.notices {
				told += notice.Message
			}
			if n == 0 && (want == "") != (told == "") || !strings.Contains(told, want) && n == 0 || n == 1 && told != "" {
				t.Errorf("%s, statement %d: told %q", version, n, told)
			}
		}
	}
}

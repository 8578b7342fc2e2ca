//go:build cgo

package check_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
)

// TestServerAgreesOnSyntax asks a real server about every statement of the
// regression SQL: in a failed transaction block it answers one that it cannot
// parse with 42601, any other with 25P02, and runs neither.
func TestServerAgreesOnSyntax(t *testing.T) {
	server := pgtest.New(t)
	if server.Major < 18 {
		t.Skipf("the regression SQL is that of PostgreSQL 18; the newest server here is %d", server.Major)
	}
	conn := server.Database(t).Conn(t).PgConn()
	oracle := &parseOracle{conn: conn}
	parser := pgparse.New(1)
	asked, refused := 0, 0
	for _, file := range corpus.Files(t) {
		f := sql.New(file.Text)
		blamed := map[int]string{}
		for _, d := range check.Syntax(parser, f) {
			if d.Severity == check.Error {
				blamed[f.Covering(d.Span.Start).Span.Start] = d.Message
			}
		}
		for _, st := range f.Statements() {
			if st.Kind != sql.SQL || strings.ContainsAny(st.Text(), ":\\\x00") {
				continue // psql's variables and commands are not the server's
			}
			theirs, ok := oracle.refuses(t, st.Text())
			if !ok {
				continue
			}
			asked++
			ours := blamed[st.Span.Start]
			switch {
			case theirs != "":
				refused++
				if ours == "" {
					t.Errorf("%s: the server says %q, we say nothing: %.200s", file.Name, theirs, st.Text())
				}
			case ours != "":
				t.Errorf("%s: we say %q, the server takes it: %.200s", file.Name, ours, st.Text())
			}
		}
	}
	t.Logf("%d statements asked about, %d refused by the server", asked, refused)
	if asked < 30_000 || refused < 100 {
		t.Errorf("only %d statements and %d refusals were compared", asked, refused)
	}
}

// parseOracle is a connection in a failed transaction block.
type parseOracle struct{ conn *pgconn.PgConn }

// refuses gives the server's syntax error in a statement, or "". ok is false for
// a statement that ends the block and is not asked about.
func (o *parseOracle) refuses(t *testing.T, statement string) (message string, ok bool) {
	t.Helper()
	ctx := context.Background()
	if o.conn.TxStatus() != 'E' {
		if _, err := o.conn.Exec(ctx, "begin; select 1/0").ReadAll(); o.conn.TxStatus() != 'E' {
			t.Fatalf("no failed block: %v", err)
		}
	}
	_, err := o.conn.Exec(ctx, statement).ReadAll()
	refusal, isError := errors.AsType[*pgconn.PgError](err)
	switch {
	case !isError && err != nil:
		t.Fatalf("%.200s: %v", statement, err)
	case o.conn.TxStatus() != 'E' || !isError:
		return "", false
	case refusal.Code == "25P02", refusal.Code == "3B001": // a savepoint that there is not was parsed
		return "", true
	}
	return refusal.Message, true
}

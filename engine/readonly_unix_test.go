//go:build unix

package engine_test

import (
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgbouncertest"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// Who gets another client's backend from a pooler leaves that client's locks.
func TestReadOnlyBehindPooler(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table t (a int)`)
	bouncer := pgbouncertest.Start(t, db)
	writing, asWriter := connected(t, db, pooledBy(bouncer))
	must(t, writing, asWriter, "doc", `select pg_advisory_lock(1)`)
	state, id := connected(t, db, pooledBy(bouncer), func(c *tusk.ConnectionConfig) { c.Options.ReadOnly = true })
	for range 5 {
		fails(t, state, id, "doc", `do $$ begin reset all; insert into t values (1); end $$`, tusk.Query)
		if got := cells(must(t, state, id, "doc", `select count(*) from t`)); got != "0" {
			t.Errorf("%s rows were written", got)
		}
	}
	if got := see(t, db.Conn(t), `select count(*)::text from pg_locks where locktype = 'advisory'`); got != "1" {
		t.Errorf("%s advisory locks are held, want the writer's", got)
	}
}

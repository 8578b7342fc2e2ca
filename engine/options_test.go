package engine_test

import (
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestTimeoutsAreTheConnections(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, server *pgtest.Server) {
		db := server.Database(t, `create table t (a int)`)
		const show = `select current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')`
		plain, id := connected(t, db)
		if got := cells(must(t, plain, id, "doc", show)); got != "0|0|0" {
			t.Errorf("nobody set time-outs, and they are %s", got)
		}
		plain.Close()
		state, id := connected(t, db, func(c *tusk.ConnectionConfig) {
			c.Options.StatementTimeoutSecs, c.Options.LockTimeoutSecs, c.Options.IdleInTransactionTimeoutSecs = 20, 1, 2
		})
		if got := cells(must(t, state, id, "doc", show)); got != "20s|1s|2s" {
			t.Errorf("the time-outs are %s", got)
		}
		must(t, state, id, "holder", `begin; lock table t`)
		if e := fails(t, state, id, "doc", `select * from t`, tusk.Query); e.Code != "55P03" || e.Hint == "" {
			t.Errorf("%+v", e)
		}
		db.AwaitBackends(t, applicationName(t), 1, 20*time.Second) // the holder's transaction ended by its time-out
		if o := run(t.Context(), state, script(id, "holder", `select 1`)); len(lossTold(o)) != 1 {
			t.Errorf("nobody told of the loss: %v", o.notices)
		}
	})
}

package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
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

// What bounds the user's locks and transactions is not for our own work.
func TestTimeoutsOfBackgroundWork(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t), func(c *tusk.ConnectionConfig) {
		c.Options.StatementTimeoutSecs, c.Options.LockTimeoutSecs, c.Options.IdleInTransactionTimeoutSecs = 20, 1, 2
	})
	pool, err := state.Pool(id)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for name, want := range map[string]string{"statement_timeout": "20s", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0"} {
		var got string
		if err := conn.QueryRow(t.Context(), `select current_setting($1)`, name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", name, got, err, want)
		}
	}
}

func TestExplainTellsTheOptions(t *testing.T) {
	for _, test := range []struct {
		options tusk.ConnectionOptions
		color   string
		want    []engine.Value
	}{
		{tusk.ConnectionOptions{}, "", []engine.Value{
			{Field: "options.confirm", Text: "off", Origin: "default"},
		}},
		{tusk.ConnectionOptions{Environment: tusk.Production}, "", []engine.Value{
			{Field: "options.environment", Text: "production", Origin: "saved"},
			{Field: "options.confirm", Text: "ask", Origin: "default for production"},
		}},
		{tusk.ConnectionOptions{}, "#cc0000", []engine.Value{
			{Field: "options.confirm", Text: "ask", Origin: "default for a red color"},
		}},
		{tusk.ConnectionOptions{
			StatementTimeoutSecs: 9, LockTimeoutSecs: 5, IdleInTransactionTimeoutSecs: 60,
			ManualCommit: true, Environment: tusk.Test, Confirm: tusk.ConfirmOff,
		}, "#cc0000", []engine.Value{
			{Field: "options.statement_timeout_secs", Text: "9", Origin: "saved"},
			{Field: "options.lock_timeout_secs", Text: "5", Origin: "saved"},
			{Field: "options.idle_in_transaction_timeout_secs", Text: "60", Origin: "saved"},
			{Field: "options.manual_commit", Text: "true", Origin: "saved"},
			{Field: "options.environment", Text: "test", Origin: "saved"},
			{Field: "options.confirm", Text: "off", Origin: "saved"},
		}},
	} {
		config := tusk.ConnectionConfig{Name: "shop", Username: "ada", Options: test.options, Color: test.color}.WithDefaults()
		values := newState(t).Explain(t.Context(), engine.Source{Config: config, Origin: engine.OriginSaved})
		always := []string{"options.connect_timeout_secs", "options.read_only", "options.application_name"}
		got := slices.DeleteFunc(values, func(v engine.Value) bool {
			return !strings.HasPrefix(v.Field, "options.") || slices.Contains(always, v.Field)
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v %s is explained as\n%+v\nwant\n%+v", test.options, test.color, got, test.want)
		}
	}
}

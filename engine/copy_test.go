package engine_test

import (
	"fmt"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestCopyWhileTheServerTalks(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `
		create table t (a int);
		create function shout() returns trigger language plpgsql as $$ begin raise notice '%', repeat('x', 2000); return new; end $$;
		create trigger shout before insert on t for each row execute function shout()`))
	// The server says more than its socket holds before it has read all data.
	var lines strings.Builder
	for n := range 20000 {
		fmt.Fprintln(&lines, n)
	}
	o := run(t.Context(), state, script(id, "doc", "copy t from stdin;\n"+lines.String()+"\\.\nselect count(*) from t;"))
	if o.failed != nil || cells(o.results[1]) != "20000" {
		t.Fatal(o.failed)
	}
	if len(o.notices) != 20000 {
		t.Errorf("%d notices came", len(o.notices))
	}
}

func TestCancelOfACopy(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `
		create table t (a int);
		create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
		create trigger slow before insert on t for each row execute function slow()`))
	started, done := start(t.Context(), state, script(id, "doc", "copy t from stdin;\n1\n2\n\\.\n"))
	h := await(t, "the start", started)
	awaitSleep(t, state, id)
	h.Cancel()
	wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
	must(t, state, id, "doc", `select 1`)
}

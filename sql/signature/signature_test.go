package signature_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/signature"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

const shop = `
create table orders (id bigint primary key, note text, total numeric(12,2));
create function order_total(o bigint, vat numeric default 0.2) returns numeric language sql as 'select 1.0';
create function many(first int, variadic rest text[]) returns int language sql as 'select 1';
create procedure archive(before date, dry_run boolean default true) language sql as 'select 1';
`

func catalog(t testing.TB) *schema.Catalog {
	t.Helper()
	session := replay.New(builtin.Catalog(18), replay.Options{})
	session.SetSearchPath([]string{"public"})
	for _, st := range sql.New(shop).Statements() {
		for _, problem := range session.Run(tree.Of(st, shop).Statement(), nil) {
			t.Fatal(problem)
		}
	}
	return session.Catalog()
}

// The active parameter stands in brackets.
func TestSignatures(t *testing.T) {
	c := catalog(t)
	for _, test := range []struct{ text, want string }{
		{"select order_total(<|>)", "order_total([o bigint], vat numeric = 0.2) → numeric"},
		{"select order_total(1, <|>)", "order_total(o bigint, [vat numeric = 0.2]) → numeric"},
		{"select order_total(1, <|>", "order_total(o bigint, [vat numeric = 0.2]) → numeric"},
		{"select order_total(vat => <|>, o => 1)", "order_total(o bigint, [vat numeric = 0.2]) → numeric"},
		{"select order_total(abs(<|>), 1)", "abs(["},
		{"select order_total(abs(1), <|>)", "order_total(o bigint, [vat numeric = 0.2]) → numeric"},
		{"select many(1, 'a', 'b<|>')", "many(first integer, [variadic rest text[]]) → integer"},
		{"call archive(now()::date, <|>)", "archive(before date, [dry_run boolean = true])"},
		{"select order_total(1)<|>", ""},
		{"select (1 + <|>2)", ""},
		{"insert into orders values (1, <|>)", "orders (id bigint, [note text], total numeric(12,2))"},
		{"insert into orders (total, id) values (1, 2), (<|>", "orders ([total numeric(12,2)], id bigint)"},
		{"insert into orders (id) values (order_total(<|>))", "order_total([o bigint], vat numeric = 0.2) → numeric"},
		{"select unknown_thing(<|>)", ""},
	} {
		src, offset := fixture.Cursor(t, test.text)
		place, ok := bind.At(sql.New(src), offset, c)
		if !ok {
			t.Fatal(test.text)
		}
		got := ""
		if help, ok := signature.At(place.Statement, place.Inside(offset)); ok {
			active := help.Signatures[help.Active]
			got = active.Label
			if help.Parameter >= 0 {
				p := active.Parameters[help.Parameter]
				got = got[:p.Start] + "[" + got[p.Start:p.End] + "]" + got[p.End:]
			}
		}
		if test.want == "" && got != "" || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s\n\tgot  %s\n\twant %s", test.text, got, test.want)
		}
	}
}

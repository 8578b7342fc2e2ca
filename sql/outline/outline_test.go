package outline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/outline"
)

const script = `-- region tables
create table shop.orders (
	id bigint primary key,
	note text,
	constraint positive check (id > 0)
);
-- endregion

/* what
   follows */
create function total(o bigint) returns numeric language plpgsql as $$
declare
	sum numeric;
begin
	if sum is null then
		return 0;
	end if;
end
$$;
with recent as (
	select 1
)
select * from recent;
-- one
-- two
select 2;
`

func names(symbols []outline.Symbol) string {
	var parts []string
	for _, s := range symbols {
		part := s.Name
		if s.Detail != "" {
			part += ":" + s.Detail
		}
		if len(s.Children) > 0 {
			part += "(" + names(s.Children) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

func TestSymbols(t *testing.T) {
	want := "shop.orders:table(id:bigint note:text positive:constraint) total:function(o:argument sum:numeric) " +
		"with recent as ( select 1 ) select * from recent(recent:common table expression) select 2"
	if got := names(outline.Symbols(sql.New(script))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFolds(t *testing.T) {
	var got []string
	for _, f := range outline.Folds(sql.New(script)) {
		first := strings.Count(script[:f.Span.Start], "\n") + 1
		last := strings.Count(script[:f.Span.End], "\n") + 1
		kind := ""
		if f.Comment {
			kind = "c"
		}
		if f.Region {
			kind = "r"
		}
		if text := fmt.Sprintf("%d-%d%s", first, last, kind); !slices.Contains(got, text) {
			got = append(got, text)
		}
	}
	slices.Sort(got)
	if want := "1-7r 11-19 12-18 15-17 2-6 20-22 20-23 24-25c 9-10c"; strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestSurroundings(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"select a, f(b + c<|>) from t; select 2", "c|b + c|f(b + c)|select a, f(b + c) from t|select a, f(b + c) from t; select 2"},
		{"do $$ begin x := y<|> + 1; end $$", "y|y + 1|x := y + 1;|begin x := y + 1; end| begin x := y + 1; end |$$ begin x := y + 1; end $$|do $$ begin x := y + 1; end $$"},
	} {
		src, offset := fixture.Cursor(t, test.text)
		var got []string
		for _, s := range outline.Surroundings(sql.New(src), offset) {
			got = append(got, s.Of(src))
		}
		for _, part := range strings.Split(test.want, "|") {
			if part != " begin x := y + 1; end " && !slices.Contains(got, part) {
				t.Errorf("%s\n\tgives %q, without %q", test.text, got, part)
			}
		}
	}
}

// Over PostgreSQL's regression SQL: names lie in their symbols, children in their
// parents, and what surrounds a place grows.
func TestShapeOfTheCorpus(t *testing.T) {
	for _, f := range corpus.Files(t) {
		file := sql.New(f.Text)
		var check func(around outline.Symbol, list []outline.Symbol)
		check = func(around outline.Symbol, list []outline.Symbol) {
			for _, s := range list {
				if s.NameSpan.Start < s.Span.Start || s.NameSpan.End > s.Span.End || s.Name == "" ||
					s.Span.Start < around.Span.Start || s.Span.End > around.Span.End {
					t.Errorf("%s: %q at %v, its name at %v, in %v", f.Name, s.Name, s.Span, s.NameSpan, around.Span)
				}
				check(s, s.Children)
			}
		}
		whole := outline.Symbol{}
		whole.Span.End = len(f.Text)
		check(whole, outline.Symbols(file))
		for _, fold := range outline.Folds(file) {
			if fold.Span.Start < 0 || fold.Span.End > len(f.Text) || fold.Span.Start >= fold.Span.End {
				t.Errorf("%s: folds %v", f.Name, fold.Span)
			}
		}
		for offset := 0; offset < len(f.Text); offset += 1 + len(f.Text)/50 {
			spans := outline.Surroundings(file, offset)
			for i := 1; i < len(spans); i++ {
				if in, out := spans[i-1], spans[i]; in.Start < out.Start || in.End > out.End || in.Len() >= out.Len() {
					t.Fatalf("%s at %d: %v is not within %v", f.Name, offset, in, out)
				}
			}
		}
	}
}

func FuzzOutline(f *testing.F) {
	f.Add(script, 100)
	f.Fuzz(func(t *testing.T, src string, offset int) {
		file := sql.New(src)
		outline.Symbols(file)
		outline.Folds(file)
		outline.Surroundings(file, min(max(offset, 0), len(src)))
	})
}

func BenchmarkSymbols(b *testing.B) {
	file := sql.New(strings.Repeat(script, 400))
	for b.Loop() {
		outline.Symbols(file)
	}
}

//go:build cgo

package check_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
)

// TestSyntax reads testdata/syntax.txt. The answer has for each diagnostic its
// line with the range marked, and what it says. A first line "options: …" in a
// case names the placeholders.
func TestSyntax(t *testing.T) {
	p := pgparse.New(100)
	fixture.Run(t, "testdata/syntax.txt", func(t *testing.T, input string) string {
		var opts lex.Options
		if line, rest, found := strings.Cut(input, "\n"); found && strings.HasPrefix(line, "options:") {
			input = rest
			for _, name := range strings.Fields(line)[1:] {
				opts.Placeholders |= placeholders[name]
			}
		}
		f := sql.NewWithOptions(escapes.Replace(input), opts)
		var b strings.Builder
		for _, d := range check.Syntax(p, f) {
			marked := fixture.Annotate(f.Text(), d.Span.Start, d.Span.End)
			from := strings.LastIndexByte(f.Text()[:d.Span.Start], '\n') + 1
			line, _, _ := strings.Cut(marked[from:], "\n")
			if strings.Count(line, fixture.Mark) == 1 {
				line += "…"
			}
			fmt.Fprintf(&b, "%s\n  %s %s: %s\n", shown.Replace(line), severities[d.Severity], d.Code, shown.Replace(d.Message))
			if d.Hint != "" {
				fmt.Fprintf(&b, "  %s\n", d.Hint)
			}
		}
		if b.Len() == 0 {
			return "nothing"
		}
		return b.String()
	})
}

var (
	placeholders = map[string]lex.Placeholders{":name": lex.ColonName, "@name": lex.AtName, "?": lex.Question, "{{}}": lex.Braces}
	severities   = map[check.Severity]string{check.Error: "error", check.Information: "information"}
	escapes      = strings.NewReplacer("<NUL>", "\x00", "<FF>", "\xff", "<BOM>", "\ufeff", "<CR>", "\r")
	shown        = strings.NewReplacer("\x00", "<NUL>", "\xff", "<FF>", "\ufeff", "<BOM>", "\r", "<CR>", "\n", "<LF>")
)

// TestAStatementThatIsNotCheckedSaysSo: the user sees what did not happen.
func TestAStatementThatIsNotCheckedSaysSo(t *testing.T) {
	const before = "select 1;\n"
	f := sql.New(before + "select 1" + strings.Repeat("+1", 50_000) + ";\nselect (;")
	found := check.Syntax(pgparse.New(10), f)
	if len(found) != 2 {
		t.Fatalf("%d diagnostics, want 2: %+v", len(found), found)
	}
	d := found[0]
	if d.Severity != check.Information || d.Code != check.CodeUnchecked || d.Span.Of(f.Text()) != "select" || d.Span.Start != len(before) ||
		!strings.Contains(d.Message, "not checked: it chains more than 20000 operators") {
		t.Errorf("%+v", d)
	}
	if found[1].Severity != check.Error {
		t.Errorf("%+v", found[1])
	}
}

// TestReplacementsKeepEveryOffset: what a parser reads is as long as what the
// user wrote, byte for byte where nothing is replaced.
func TestReplacementsKeepEveryOffset(t *testing.T) {
	variables := 0
	for _, file := range corpus.Files(t) {
		for _, s := range sql.New(file.Text).Statements() {
			if s.Kind != sql.SQL {
				continue
			}
			source := check.NewSource(s)
			if len(source.Text) != s.Span.Len() {
				t.Fatalf("%s: %q became %q", file.Name, s.Text(), source.Text)
			}
			if source.Text != s.Text() {
				variables++
			}
		}
	}
	t.Logf("%d statements with something to replace", variables)
	if variables < 100 {
		t.Error("hardly any statement has something to replace")
	}
}

// TestScriptsOfPostgreSQLAreRight counts what is flagged in the regression SQL,
// deliberate errors included. Without those it is nothing: a server of version
// 18 refuses each of the statements with the same SQLSTATE and message.
func TestScriptsOfPostgreSQLAreRight(t *testing.T) {
	p := pgparse.New(100_000)
	flagged, statements := 0, 0
	for _, file := range corpus.Files(t) {
		f := sql.New(file.Text)
		statements += len(f.Statements())
		last := -1
		for _, d := range check.Syntax(p, f) {
			flagged++
			if d.Span.Start <= last || d.Span.Len() <= 0 || d.Span.End > len(f.Text()) {
				t.Errorf("%s: %+v behind offset %d", file.Name, d, last)
			}
			last = d.Span.Start
		}
	}
	t.Logf("%d of %d statements are flagged", flagged, statements)
	if os.Getenv("TUSK_CORPUS") == "" && flagged != 173 {
		t.Errorf("%d statements are flagged; the server refuses 173", flagged)
	}
}

func FuzzSyntax(f *testing.F) {
	for _, seed := range []string{
		"select 1; selec;", "select 'a", "select :v, :'v', :\"v\", :{?v}", "\\d x\nselect (;", "copy t from stdin;\n1\n\\.\n",
		"create table t (a int generated always as (b) virtual, constraint c not null a)", "returning with (", "\x00\xff", "select \\if a \\endif",
		"alter table t alter constraint c no inherit", "vacuum only t", "select {{ a }} ? @b", "unique (a without overlaps)", "period b",
	} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(15))
	}
	p := pgparse.New(100)
	f.Fuzz(func(t *testing.T, src string, options uint8) {
		file := sql.NewWithOptions(src, lex.Options{Placeholders: lex.Placeholders(options)})
		for _, d := range check.Syntax(p, file) {
			if d.Span.Start < 0 || d.Span.End > len(src) || d.Span.Start >= d.Span.End || d.Message == "" {
				t.Fatalf("%q: %+v", src, d)
			}
		}
	})
}

// BenchmarkSyntax checks 10,000 lines of which one statement has changed since
// the last time.
func BenchmarkSyntax(b *testing.B) {
	const statement = `-- the orders of a customer
select o.id, o.placed_at, sum(l.quantity * l.price) as total
from shop.orders o join shop.order_lines l on l.order_id = o.id
where o.customer_id = %d and o.note <> 'it''s; paid'
group by o.id
order by total desc;
`
	var src strings.Builder
	for i := range 10_000 / strings.Count(statement, "\n") {
		fmt.Fprintf(&src, statement, i)
	}
	p := pgparse.New(10_000)
	texts := [2]*sql.File{sql.New(src.String()), sql.New(strings.Replace(src.String(), "= 42 ", "= 042 ", 1))}
	for i := 0; b.Loop(); i++ {
		if found := check.Syntax(p, texts[i%2]); len(found) != 0 {
			b.Fatal(found)
		}
	}
}

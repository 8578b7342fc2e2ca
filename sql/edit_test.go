package sql

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// pieces make every construct that can move the end of a statement far away:
// quotes, comments, bodies, rules, COPY data, psql commands.
var pieces = []string{
	"select 1", "a", ";", ";\n", "\n", "\r\n", "\r", " ", "'", "''", "\"", "$$", "$t$", "/*", "*/", "-- c\n", "(", ")", "[", "]",
	"create function f() returns int begin atomic select 1;", "create or replace procedure p() begin atomic", "end", "begin", "commit;",
	"create rule r as on insert to t do also (insert into a values (1);", "create", "function", "rule", "do also", "atomic",
	"copy t from stdin;\n", "copy t from stdin", "1\t2\n", "\\.\n", "\\.", "\\copy t from stdin\n", "\\d x\n", "\\gset", "\\g\n", "\\;", "\\\\",
	"\\if true\n", "\\endif\n", ":v", "select 2;\n", "\nselect 3;\n", "\ninsert into t values ('a;b');\n", "é", "😀", "\xff", "\x00", "\ufeff",
}

func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n + 1) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func randomEdit(r *rand.Rand, src string) text.Edit {
	start := r.IntN(len(src) + 1)
	end := start
	if r.IntN(2) == 0 {
		end += r.IntN(min(len(src)-start, 20) + 1)
	}
	return text.Edit{Span: text.Span{Start: start, End: end}, Text: randomText(r, 2)}
}

// TestRandomEditsEqualNew is the contract of File.Edit.
func TestRandomEditsEqualNew(t *testing.T) {
	for seed := range uint64(5000) {
		r := rand.New(rand.NewPCG(seed, 3))
		f := New(randomText(r, 40))
		for range 20 {
			e := randomEdit(r, f.Text())
			before := f.Text()
			f = f.Edit(e)
			if fresh := New(f.Text()); !slices.Equal(f.units, fresh.units) {
				t.Fatalf("seed %d: %q after %+v:\n%q has\n%+v, want\n%+v", seed, before, e, f.Text(), f.units, fresh.units)
			}
		}
	}
}

// TestRandomEditsOfScriptsEqualNew does the same on what people write.
func TestRandomEditsOfScriptsEqualNew(t *testing.T) {
	for i, file := range corpus.Files(t) {
		r := rand.New(rand.NewPCG(uint64(i), 4))
		f := New(file.Text)
		for range 12 {
			e := randomEdit(r, f.Text())
			f = f.Edit(e)
			if fresh := New(f.Text()); !slices.Equal(f.units, fresh.units) {
				t.Fatalf("%s: another list of statements after %+v", file.Name, e)
			}
		}
	}
}

func FuzzEdit(f *testing.F) {
	for i, piece := range pieces {
		f.Add(strings.Join(pieces[max(i-6, 0):i+1], ""), piece, uint16(i*3), uint16(i%5))
	}
	f.Fuzz(func(t *testing.T, src, replacement string, start, length uint16) {
		e := text.Edit{Span: text.Span{Start: int(start), End: int(start) + int(length)}, Text: replacement}
		edited := New(src).Edit(e)
		if fresh := New(edited.Text()); !slices.Equal(edited.units, fresh.units) {
			t.Fatalf("%q after %+v: %q has\n%+v, want\n%+v", src, e, edited.Text(), edited.units, fresh.units)
		}
	})
}

// FuzzSplit checks what holds for any bytes: Outers tile the text, each holds
// its Span, and the tokens of a statement tile its Outer.
func FuzzSplit(f *testing.F) {
	for i := range pieces {
		f.Add(strings.Join(pieces[max(i-8, 0):i+1], ""))
	}
	f.Fuzz(func(t *testing.T, src string) {
		file := New(src)
		end := 0
		for _, s := range file.Statements() {
			if s.Outer.Start != end || s.Span.Start < s.Outer.Start || s.Span.End > s.Outer.End || s.Span.Len() <= 0 || s.Kind == Blank {
				t.Fatalf("%q: statement %+v behind offset %d", src, s, end)
			}
			end = s.Outer.End
			at := s.Outer.Start
			for _, token := range s.Tokens() {
				if token.Start != at {
					t.Fatalf("%q: token %+v behind offset %d", src, token, at)
				}
				at = token.End
			}
			if at != end {
				t.Fatalf("%q: the tokens of %+v end at %d", src, s, at)
			}
			if got, ok := file.At(s.Span.Start); !ok || got != s {
				t.Fatalf("%q: At(%d) = %+v, want %+v", src, s.Span.Start, got, s)
			}
		}
		if end != len(src) && end > 0 {
			t.Fatalf("%q: the statements end at %d", src, end)
		}
		for offset := range len(src) + 2 {
			file.At(offset)
			file.Covering(offset)
		}
	})
}

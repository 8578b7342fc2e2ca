// Package sql holds a SQL text as an ordered list of statements, cut exactly
// where psql and the server would, and keeps that list up to date while the text
// is edited.
package sql

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// File is a text with its lines and statements. It is immutable, so that any
// goroutine may read it while the next version is made.
type File struct {
	lines *text.Lines
	opts  lex.Options
	units []unit
}

// New reads src as PostgreSQL and psql do.
func New(src string) *File { return NewWithOptions(src, lex.Options{}) }

// NewWithOptions reads src with the placeholders of a client library.
func NewWithOptions(src string, opts lex.Options) *File {
	f := &File{lines: text.NewLines(src), opts: opts}
	s := splitter{src: src, opts: opts}
	for u, ok := s.next(unit{}); ok; u, ok = s.next(u) {
		f.units = append(f.units, u)
	}
	return f
}

// Text is the whole text.
func (f *File) Text() string { return f.lines.Text() }

// Lines converts between offsets and positions.
func (f *File) Lines() *text.Lines { return f.lines }

// Options are those that the file was made with.
func (f *File) Options() lex.Options { return f.opts }

// Edit gives the file after an edit; it equals New of the new text. It reads the
// statements that the edit touches and copies the list of the others: the unit
// before the edit stays as it is, reading starts at the first unit that saw a
// changed byte, and ends where a unit ends as one did before.
func (f *File) Edit(e text.Edit) *File {
	next := &File{lines: f.lines.Edit(e), opts: f.opts}
	size := len(f.Text())
	start := min(max(e.Span.Start, 0), size)
	end := min(max(e.Span.End, start), size)
	delta := len(next.Text()) - size

	keep := slices.IndexFunc(f.units, func(u unit) bool { return u.seen > start })
	if keep < 0 {
		keep = len(f.units)
	}
	next.units = append(make([]unit, 0, len(f.units)+1), f.units[:keep]...)
	var last unit
	if keep > 0 {
		last = f.units[keep-1]
	}
	s := splitter{src: next.Text(), opts: f.opts}
	old := f.units[keep:]
	for u, ok := s.next(last); ok; u, ok = s.next(u) {
		next.units = append(next.units, u)
		for len(old) > 0 && (old[0].stop <= end || old[0].stop+delta < u.stop) {
			old = old[1:]
		}
		if len(old) > 0 && old[0].stop+delta == u.stop && old[0].after == u.after {
			for _, o := range old[1:] {
				next.units = append(next.units, o.shift(delta))
			}
			break
		}
	}
	return next
}

// Statements gives all statements in the order of the text.
func (f *File) Statements() []Statement {
	statements := make([]Statement, len(f.units))
	for i := range f.units {
		statements[i] = f.statement(i)
	}
	return statements
}

// At gives the statement that "run the statement at the cursor" means: the one
// that the cursor is in or touches, else the one that ends before it on the same
// line, else the one that follows on the same line after nothing but blanks.
func (f *File) At(offset int) (Statement, bool) {
	src := f.Text()
	offset = min(max(offset, 0), len(src))
	i := f.search(offset)
	if i+1 < len(f.units) && f.units[i+1].start == offset {
		i++
	}
	if i < len(f.units) && f.units[i].start <= offset {
		u := f.units[i]
		if offset <= u.end || src[u.stop-1] == ';' || !strings.ContainsAny(src[u.end:offset], "\r\n") {
			return f.statement(i), true
		}
		return Statement{}, false
	}
	if i > 0 && !strings.ContainsAny(src[f.units[i-1].stop:offset], "\r\n") && f.units[i-1].kind != CopyData {
		return f.statement(i - 1), true
	}
	if i < len(f.units) && strings.Trim(src[offset:f.units[i].start], " \t") == "" {
		return f.statement(i), true
	}
	return Statement{}, false
}

// Covering gives the statement whose Outer holds a cursor at offset; between two
// of them it is the later one. In a text without statements it is a Blank one
// over the whole text.
func (f *File) Covering(offset int) Statement {
	if len(f.units) == 0 {
		end := len(f.Text())
		return Statement{Kind: Blank, Span: text.Span{Start: end, End: end}, Outer: text.Span{End: end}, file: f}
	}
	return f.statement(min(f.search(offset+1), len(f.units)-1))
}

// search finds the first unit that stops at or after offset.
func (f *File) search(offset int) int {
	i, _ := slices.BinarySearchFunc(f.units, offset, func(u unit, offset int) int { return u.stop - offset })
	return i
}

func (f *File) statement(i int) Statement {
	u := f.units[i]
	outer := text.Span{End: u.stop}
	if i > 0 {
		outer.Start = f.units[i-1].stop
	}
	if i == len(f.units)-1 {
		outer.End = len(f.Text())
	}
	return Statement{Kind: u.kind, Span: text.Span{Start: u.start, End: u.end}, Outer: outer, file: f}
}

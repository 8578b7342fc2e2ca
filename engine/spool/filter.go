package spool

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// AnyColumn in a Filter asks for rows that have a cell that fits.
const AnyColumn = -1

// Filter keeps the rows whose cell fits. As in SQL a NULL fits IsNull only.
type Filter struct {
	Column  int // 0-based, or AnyColumn
	Op      Op
	Value   string  // what the cell is held against; not used by IsNull and IsNotNull
	Compare Compare // how; not used by Contains, IsNull and IsNotNull
}

// Op is how a cell is held against a value.
type Op uint8

// The operators.
const (
	Contains Op = iota // the value is in the cell, letters large or small, as ILIKE does
	Equals             // so 1.0 equals 1.00 where Compare is Number
	NotEquals
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	IsNull
	IsNotNull
)

// matcher is a filter at work, for one goroutine.
type matcher struct {
	Filter
	value   []byte // the key of Value, or its lower case for Contains
	scratch []byte
}

func newMatcher(f Filter, columns int) (*matcher, error) {
	if f.Column < AnyColumn || f.Column >= columns {
		return nil, noColumn(f.Column, columns)
	}
	if f.Op > IsNotNull {
		return nil, tusk.NewError(tusk.Internal, nil, "there is no filter operator %d", f.Op)
	}
	m := &matcher{Filter: f, value: []byte(f.Value)}
	switch {
	case f.Op == Contains:
		m.value = appendLower(nil, m.value)
	case f.Compare != Text:
		m.value = f.Compare.appendKey(nil, m.value)
	}
	return m, nil
}

func (m *matcher) fits(row [][]byte) bool {
	if m.Column != AnyColumn {
		row = row[m.Column : m.Column+1]
	}
	for _, cell := range row {
		if m.fitsCell(cell) {
			return true
		}
	}
	return false
}

func (m *matcher) fitsCell(cell []byte) bool {
	switch {
	case m.Op == IsNull:
		return cell == nil
	case cell == nil:
		return false
	case m.Op == IsNotNull:
		return true
	case m.Op == Contains:
		return m.contains(cell)
	case m.Compare != Text: // texts are compared in full, keys are not
		m.scratch = m.Compare.appendKey(m.scratch[:0], cell)
		cell = m.scratch
	}
	order := bytes.Compare(cell, m.value)
	switch m.Op {
	case Equals:
		return order == 0
	case NotEquals:
		return order != 0
	case Less:
		return order < 0
	case LessOrEqual:
		return order <= 0
	case Greater:
		return order > 0
	default:
		return order >= 0
	}
}

// contains looks at a part of the cell at a time, so that a large one needs no
// copy.
func (m *matcher) contains(cell []byte) bool {
	const part = 32 << 10
	m.scratch = m.scratch[:0]
	for {
		now := cell[:min(len(cell), part)]
		for len(now) < len(cell) && len(now) > part-utf8.UTFMax && !utf8.RuneStart(cell[len(now)]) {
			now = now[:len(now)-1]
		}
		m.scratch = appendLower(m.scratch, now)
		if bytes.Contains(m.scratch, m.value) {
			return true
		}
		if cell = cell[len(now):]; len(cell) == 0 {
			return false
		}
		// A match may have begun in the part's last bytes.
		m.scratch = append(m.scratch[:0], m.scratch[max(0, len(m.scratch)-len(m.value)):]...)
	}
}

// appendLower appends text in lower case; bytes that are not UTF-8 stay.
func appendLower(b, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b = append(b, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, c)
		} else {
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
		i += size
	}
	return b
}

func noColumn(column, columns int) error {
	return tusk.NewError(tusk.Internal, nil, "column %d of a result of %d columns was asked for", column, columns)
}

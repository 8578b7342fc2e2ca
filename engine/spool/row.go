package spool

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// A row is its cells one behind the other. A cell is its length plus one as a
// uvarint, then its bytes; a NULL is the uvarint 0 alone.

var errDamaged = errors.New("the page is damaged")

// rowSize gives the bytes that a row takes.
func rowSize(row [][]byte) int64 {
	size := int64(len(row))
	for _, cell := range row {
		size += int64(len(cell))
		if len(cell) >= 0x7f {
			size += int64(bits.Len64(uint64(len(cell)+1))-1) / 7 // a uvarint has 7 bits in a byte
		}
	}
	return size
}

// putRow writes a row to b, which has room for it, and gives the bytes it took.
func putRow(b []byte, row [][]byte) int {
	at := 0
	for _, cell := range row {
		switch {
		case cell == nil:
			b[at] = 0
			at++
			continue
		case len(cell) < 0x7f:
			b[at] = byte(len(cell) + 1)
			at++
		default:
			at += binary.PutUvarint(b[at:], uint64(len(cell))+1)
		}
		at += copy(b[at:], cell)
	}
	return at
}

// nextCell gives the cell at the start of b, nil for NULL, and what comes
// behind it.
func nextCell(b []byte) (cell, rest []byte, err error) {
	if len(b) == 0 {
		return nil, nil, errDamaged
	}
	length, width := uint64(b[0]), 1
	if length >= 0x80 {
		length, width = binary.Uvarint(b)
	}
	switch {
	case length == 0 && width == 1:
		return nil, b[1:], nil
	case width <= 0 || length == 0 || length-1 > uint64(len(b)-width):
		return nil, nil, errDamaged
	}
	end := width + int(length-1)
	return b[width:end:end], b[end:], nil
}

// nextRow fills cells with the row at the start of b and gives what comes
// behind it.
func nextRow(cells [][]byte, b []byte) (rest []byte, err error) {
	for i := range cells {
		if cells[i], b, err = nextCell(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// values copies a row.
func values(cells [][]byte) []tusk.Value {
	size := 0
	for _, cell := range cells {
		size += len(cell)
	}
	var all strings.Builder // one allocation for the texts of a row, one for their headers
	all.Grow(size)
	for _, cell := range cells {
		all.Write(cell)
	}
	row, texts, at := make([]tusk.Value, len(cells)), make([]string, len(cells)), 0
	for i, cell := range cells {
		if cell != nil {
			texts[i] = all.String()[at : at+len(cell)]
			row[i] = &texts[i]
			at += len(cell)
		}
	}
	return row
}

// Package spool keeps the rows of query results in bounded memory with pages
// on disk.
package spool

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Options say where a spool keeps rows, and how many.
type Options struct {
	Dir    string // parent folder
	Memory int64
	Disk   int64
}

// Spool keeps the results of one process.
type Spool struct{}

// Usage is what a spool takes at one moment.
type Usage struct {
	Memory, Disk int64
	Results      int
}

func New(o Options) *Spool                     { panic("being written") }
func (s *Spool) Close() error                  { panic("being written") }
func (s *Spool) Usage() Usage                  { panic("being written") }
func (s *Spool) NewResult(columns int) *Result { panic("being written") }

type Result struct{}

func (r *Result) Append(row [][]byte) error { panic("being written") }
func (r *Result) Finish()                   { panic("being written") }
func (r *Result) Len() int64                { panic("being written") }
func (r *Result) Bytes() int64              { panic("being written") }
func (r *Result) Rows() tusk.Rows           { panic("being written") }
func (r *Result) Window(ctx context.Context, offset, limit int64) ([][]tusk.Value, error) {
	panic("being written")
}
func (r *Result) Cell(ctx context.Context, row int64, column int) (tusk.Value, error) {
	panic("being written")
}
func (r *Result) Close() error { panic("being written") }

type Compare uint8

const (
	Text Compare = iota
	Number
	Money
	Moment
	Interval
	Network
)

func CompareFor(typeOID uint32) Compare { panic("being written") }

type Sort struct {
	Column     int
	Descending bool
	Compare    Compare
}

type Op uint8

const (
	Contains Op = iota
	Equals
	NotEquals
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	IsNull
	IsNotNull
)

type Filter struct {
	Column  int
	Op      Op
	Value   string
	Compare Compare
}

func (r *Result) View(ctx context.Context, sorts []Sort, filters []Filter) (*View, error) {
	panic("being written")
}

type View struct{}

func (v *View) Len() int64      { panic("being written") }
func (v *View) Rows() tusk.Rows { panic("being written") }
func (v *View) Window(ctx context.Context, offset, limit int64) ([][]tusk.Value, error) {
	panic("being written")
}
func (v *View) Cell(ctx context.Context, row int64, column int) (tusk.Value, error) {
	panic("being written")
}
func (v *View) Row(i int64) int64 { panic("being written") }
func (v *View) Close() error      { panic("being written") }

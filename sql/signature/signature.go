// Package signature tells what the argument at a place of an SQL text is: of a
// function, a procedure, or of a row that an INSERT gives.
package signature

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Help is what can be called at a place.
type Help struct {
	Signatures []Signature
	Active     int // which of them is meant
	Parameter  int // which of its parameters the place is in; -1 for none
}

// Signature is one way to call.
type Signature struct {
	Label         string
	Parameters    []text.Span // in bytes of Label
	Documentation string      // plain text of the database
}

// maxOverloads is how many overloads are told.
const maxOverloads = 30

// At gives the help at a byte offset of a statement's text, and false where nothing
// is being called.
func At(s *bind.Statement, offset int) (Help, bool) {
	behind := offset // the token that the cursor follows: an unfinished call ends with it
	for _, t := range s.Tree().Tokens() {
		if t.Start < offset && offset <= t.End && !t.Trivia() {
			behind = offset
			break
		}
		if t.End <= offset && !t.Trivia() {
			behind = t.End
		}
	}
	for n := s.Tree().At(behind); n.Exists(); n = n.Parent() {
		switch n.Kind() {
		case tree.FuncCall:
			if index, name, ok := argumentAt(n, offset, behind); ok {
				return function(s, n, index, name)
			}
		case tree.ValuesRow:
			if index, _, ok := argumentAt(n, offset, behind); ok {
				return row(s, n, index)
			}
		case tree.SubLink, tree.RangeSubselect:
			return Help{}, false // a query of its own
		}
	}
	return Help{}, false
}

// argumentAt gives the index of the argument of a call that an offset is in, and its
// name where it has one; false outside of the parentheses.
func argumentAt(call tree.Node, offset, behind int) (index int, name string, ok bool) {
	for t := range call.Own() {
		switch t.Kind {
		case lex.LParen:
			if t.End > offset {
				return 0, "", false
			}
			ok = true
		case lex.RParen:
			if t.End <= offset {
				return 0, "", false
			}
		case lex.Comma:
			if t.End <= offset {
				index++
			}
		}
	}
	for named := range call.Children() {
		if named.Kind() == tree.NamedArgExpr && named.Span().Start <= behind && behind <= named.Span().End {
			name = named.Field(tree.FieldName).Name()
		}
	}
	return index, name, ok
}

// function gives the overloads of a call.
func function(s *bind.Statement, call tree.Node, index int, name string) (Help, bool) {
	called := call.Child(tree.FunctionName)
	if !called.Exists() {
		called = call.Child(tree.ProcedureName)
	}
	names := called.Names()
	if len(names) == 0 {
		return Help{}, false
	}
	in := ""
	if len(names) > 1 {
		in = names[len(names)-2].Text
	}
	h := Help{Parameter: -1, Active: -1}
	meant := s.Refers(called).Function
	given := index + 1
	for f := range s.Catalog().FunctionsNamed(in, names[len(names)-1].Text) {
		inputs := inputsOf(f)
		variadic := len(inputs) > 0 && inputs[len(inputs)-1].Mode == schema.Variadic
		if len(h.Signatures) == maxOverloads && f != meant {
			continue
		}
		if f == meant && (len(inputs) >= given || variadic) || h.Active < 0 && (len(inputs) >= given || variadic) {
			h.Active, h.Parameter = len(h.Signatures), parameterOf(inputs, index, name)
		}
		h.Signatures = append(h.Signatures, signatureOf(f, inputs))
	}
	if len(h.Signatures) == 0 {
		return Help{}, false
	}
	h.Active = max(h.Active, 0)
	return h, true
}

func inputsOf(f *schema.Function) []schema.Argument {
	var inputs []schema.Argument
	for _, a := range f.Arguments {
		if a.Input() {
			inputs = append(inputs, a)
		}
	}
	return inputs
}

// parameterOf gives the parameter of an argument: by its name, else by its place,
// where a variadic one takes all that follow.
func parameterOf(inputs []schema.Argument, index int, name string) int {
	if name != "" {
		return slices.IndexFunc(inputs, func(a schema.Argument) bool { return a.Name == name })
	}
	if index >= len(inputs) {
		index = len(inputs) - 1
	}
	return index
}

func signatureOf(f *schema.Function, inputs []schema.Argument) Signature {
	out := Signature{Documentation: f.Comment}
	var b strings.Builder
	b.WriteString(lex.QuoteIdentifier(f.Name) + "(")
	for i, a := range inputs {
		if i > 0 {
			b.WriteString(", ")
		}
		start := b.Len()
		if a.Mode == schema.Variadic {
			b.WriteString("variadic ")
		}
		if a.Name != "" {
			b.WriteString(lex.QuoteIdentifier(a.Name) + " ")
		}
		b.WriteString(a.Type)
		if a.Default != "" {
			b.WriteString(" = " + strings.Join(strings.Fields(a.Default), " "))
		}
		out.Parameters = append(out.Parameters, text.Span{Start: start, End: b.Len()})
	}
	b.WriteByte(')')
	if f.Result != "" {
		b.WriteString(" → ")
		if f.ReturnsSet {
			b.WriteString("setof ")
		}
		b.WriteString(f.Result)
	}
	out.Label = b.String()
	return out
}

// row gives the columns that the values of an INSERT go to.
func row(s *bind.Statement, n tree.Node, index int) (Help, bool) {
	insert := n
	for insert.Exists() && insert.Kind() != tree.InsertStmt && insert.Kind() != tree.MergeWhenClause {
		if insert.Kind() == tree.SubLink || insert.Kind() == tree.RangeSubselect {
			return Help{}, false
		}
		insert = insert.Parent()
	}
	target := insert
	if insert.Kind() == tree.MergeWhenClause {
		target = insert.Parent()
	}
	r := s.Refers(target.Child(tree.RangeVar)).Relation
	if r == nil {
		return Help{}, false
	}
	var columns []*schema.Column
	listed := false
	for child := range insert.Children() {
		if child.Kind() == tree.InsertColumn {
			listed = true
			if c := r.Column(child.Child(tree.ColumnName).Name()); c != nil {
				columns = append(columns, c)
			}
		}
	}
	for i := range r.Columns {
		if !listed {
			columns = append(columns, &r.Columns[i])
		}
	}
	if len(columns) == 0 {
		return Help{}, false
	}
	out := Signature{Documentation: r.Comment}
	var b strings.Builder
	b.WriteString(lex.QuoteIdentifier(r.Name) + " (")
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		start := b.Len()
		b.WriteString(lex.QuoteIdentifier(c.Name) + " " + c.Type)
		out.Parameters = append(out.Parameters, text.Span{Start: start, End: b.Len()})
	}
	b.WriteByte(')')
	out.Label = b.String()
	h := Help{Signatures: []Signature{out}, Parameter: index}
	if index >= len(columns) {
		h.Parameter = -1
	}
	return h, true
}

package replay

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func (s *Session) createSequence(n tree.Node) {
	d := s.startTable(n, n.Field(tree.FieldNew), schema.Sequence)
	if d == nil {
		return
	}
	d.Persistence = persistence(n)
	if d.Schema == temporary {
		d.Persistence = schema.Temporary
	}
	s.startSequence(d.Relation, "bigint")
	s.sequenceOptions(n, d.Relation)
	s.edit.Put(d.Relation)
}

// startSequence fills in what CREATE SEQUENCE takes by itself.
func (s *Session) startSequence(r *schema.Relation, of string) {
	r.Columns = []schema.Column{
		{Name: "last_value", Type: "bigint", Attnum: 1, NotNull: true},
		{Name: "log_cnt", Type: "bigint", Attnum: 2, NotNull: true},
		{Name: "is_called", Type: "boolean", Attnum: 3, NotNull: true},
	}
	r.Sequence = &schema.SequenceInfo{Type: of, Start: 1, Increment: 1, Min: 1, Max: highest(of), Cache: 1}
}

func highest(of string) int64 {
	switch of {
	case "smallint":
		return math.MaxInt16
	case "integer":
		return math.MaxInt32
	}
	return math.MaxInt64
}

// ownedSequence makes the sequence of a serial or an identity column.
func (s *Session) ownedSequence(r *schema.Relation, column, of string) *schema.Relation {
	if !slices.Contains([]string{"smallint", "integer"}, of) {
		of = "bigint"
	}
	name := s.relationName(r, column, "seq", false)
	sequence := &schema.Relation{
		Object: s.object(schema.Name{Schema: r.Schema, Name: name}), Kind: schema.Sequence,
		Persistence: r.Persistence, Privileges: schema.AllPrivileges, EstimatedRows: -1,
	}
	if version := s.Catalog().ServerVersion(); r.Persistence == schema.Unlogged && 0 < version && version < 150000 {
		sequence.Persistence = schema.Permanent // unlogged sequences came with PostgreSQL 15
	}
	s.startSequence(sequence, of)
	sequence.Sequence.OwnedBy, sequence.Sequence.OwnedByColumn = r.QualifiedName(), column
	return sequence
}

func (s *Session) alterSequence(n tree.Node) {
	r := s.relation(n, n.Child(tree.SequenceName))
	if r == nil || r.Sequence == nil {
		return
	}
	copied := altered(r)
	s.sequenceOptions(n, copied)
	s.edit.Put(copied)
}

// sequenceOptions reads how a sequence counts.
func (s *Session) sequenceOptions(n tree.Node, r *schema.Relation) {
	q := r.Sequence
	limits := map[lex.Keyword]bool{}
	started := false
	for option := range n.Children() {
		if option.Kind() != tree.SequenceOption {
			continue
		}
		no := option.Has(lex.KwNo)
		switch value := number(option); {
		case option.Child(tree.TypeName).Exists():
			retypeSequence(q, s.typeOf(option.Child(tree.TypeName)))
		case option.Has(lex.KwOwned):
			s.ownedBy(option, q)
		case option.Has(lex.KwSequence):
			name := split(option.Child(tree.SequenceName))
			if name.Schema == "" {
				name.Schema = r.Schema
			}
			r.Schema, r.Name = name.Schema, name.Name
		case option.Has(lex.KwIncrement):
			q.Increment = value
			if value < 0 && !limits[lex.KwMaxvalue] && q.Max == highest(q.Type) {
				q.Max = -1
			}
			if value < 0 && !limits[lex.KwMinvalue] && q.Min == 1 {
				q.Min = -highest(q.Type) - 1
			}
		case option.Has(lex.KwMaxvalue) && no:
			if q.Max = highest(q.Type); q.Increment < 0 {
				q.Max = -1
			}
		case option.Has(lex.KwMaxvalue):
			q.Max, limits[lex.KwMaxvalue] = value, true
		case option.Has(lex.KwMinvalue) && no:
			if q.Min = 1; q.Increment < 0 {
				q.Min = -highest(q.Type) - 1
			}
		case option.Has(lex.KwMinvalue):
			q.Min, limits[lex.KwMinvalue] = value, true
		case option.Has(lex.KwStart):
			q.Start, started = value, true
		case option.Has(lex.KwCache):
			q.Cache = value
		case option.Has(lex.KwCycle):
			q.Cycle = !no
		case option.Has(lex.KwLogged):
			r.Persistence = schema.Permanent
		case option.Has(lex.KwUnlogged):
			r.Persistence = schema.Unlogged
		}
	}
	if !started && n.Kind() != tree.AlterSeqStmt && n.Kind() != tree.SetIdentity {
		if q.Start = q.Min; q.Increment < 0 {
			q.Start = q.Max
		}
	}
}

// retypeSequence gives a sequence another type, and the limits of that where it
// had those of the type before.
func retypeSequence(q *schema.SequenceInfo, of string) {
	if q.Max == highest(q.Type) {
		q.Max = highest(of)
	}
	if q.Min == -highest(q.Type)-1 {
		q.Min = -highest(of) - 1
	}
	q.Type = of
}

// number reads the number of an option with its sign.
func number(n tree.Node) int64 {
	sign := int64(1)
	for t := range n.Own() {
		text := t.Text(n.Tree().Source())
		if text == "-" {
			sign = -1
		}
		if t.Kind == lex.Integer || t.Kind == lex.Number {
			value, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 0, 64)
			if err != nil {
				value = math.MaxInt64
				if sign < 0 {
					return math.MinInt64
				}
			}
			return sign * value
		}
	}
	return 0
}

// ownedBy reads OWNED BY table.column.
func (s *Session) ownedBy(n tree.Node, q *schema.SequenceInfo) {
	reference := n.Child(tree.ColumnRef)
	names := reference.Names()
	if len(names) < 2 {
		q.OwnedBy, q.OwnedByColumn = schema.Name{}, ""
		return
	}
	of := schema.Name{Name: names[len(names)-2].Text}
	if len(names) > 2 {
		of.Schema = names[len(names)-3].Text
	}
	r := s.find(of)
	if r == nil {
		s.refuse(reference, "relation %q does not exist", of.Name)
		return
	}
	if r.Column(names[len(names)-1].Text) == nil {
		s.refuse(reference, "column %q of relation %q does not exist", names[len(names)-1].Text, r.Name)
		return
	}
	q.OwnedBy, q.OwnedByColumn = r.QualifiedName(), names[len(names)-1].Text
}

package describe

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// selection is a SELECT in the making, and the title of its rows. Its SQL is
// made of this package's constants; values are parameters.
type selection struct {
	title      string
	distinct   bool
	columns    []string
	from       []string // the FROM clause: a table, and joins
	conditions []string // all of which hold
	order      string
	args       []string
	databases  []reference
	err        error // of the first pattern that cannot be
}

// reference is a pattern that names a database.
type reference struct{ database, pattern string }

// column adds an expression under a name.
func (s *selection) column(name, expression string) {
	s.columns = append(s.columns, expression+` AS "`+name+`"`)
}

// join adds a table to the FROM clause: the first one, or a join.
func (s *selection) join(text string) { s.from = append(s.from, text) }

// filter adds a condition.
func (s *selection) filter(condition string) { s.conditions = append(s.conditions, condition) }

// parameter gives the place of a value.
func (s *selection) parameter(value string) string {
	s.args = append(s.args, value)
	return "$" + strconv.Itoa(len(s.args))
}

// match keeps what the pattern finds; without one, what is visible.
func (s *selection) match(text string, n names) {
	s.conditions = append(s.conditions, s.matching(text, n)...)
}

// matching gives the conditions of a pattern.
func (s *selection) matching(text string, n names) (conditions []string) {
	visible := func() {
		if n.visible != "" {
			conditions = append(conditions, n.visible)
		}
	}
	if text == "" {
		visible()
		return conditions
	}
	p := parsePattern(text, n)
	if n.parts > 0 && p.dots >= n.parts && s.err == nil {
		s.err = fail("improper qualified name (too many dotted names): %s", text)
	}
	if n.parts > 1 && p.dots == n.parts-1 {
		s.databases = append(s.databases, reference{p.database, text})
	}
	like := func(expression, pattern string) string {
		// Names have the collation C, in which \w is ASCII's.
		return expression + " OPERATOR(pg_catalog.~) " + s.parameter(pattern) + " COLLATE pg_catalog.default"
	}
	switch {
	case p.name == everything:
	case n.alternative != "":
		conditions = append(conditions, "("+like(n.name, p.name)+" OR "+like(n.alternative, p.name)+")")
	default:
		conditions = append(conditions, like(n.name, p.name))
	}
	switch p.schema {
	case "":
		visible()
	case everything:
	default:
		conditions = append(conditions, like(n.schema, p.schema))
	}
	return conditions
}

// sql gives the statement.
func (s *selection) sql() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	if s.distinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(strings.Join(s.columns, ",\n  "))
	b.WriteString("\nFROM " + strings.Join(s.from, "\n  "))
	if len(s.conditions) > 0 {
		b.WriteString("\nWHERE " + strings.Join(s.conditions, "\n  AND "))
	}
	if s.order != "" {
		b.WriteString("\nORDER BY " + s.order)
	}
	return b.String()
}

// catalog is a server to ask.
type catalog struct {
	query Query
	major int
}

// list runs a selection.
func (c catalog) list(ctx context.Context, s *selection) (*tusk.QueryResult, error) {
	if s.err != nil {
		return nil, s.err
	}
	if err := c.checkDatabases(ctx, s.databases); err != nil {
		return nil, err
	}
	columns, rows, err := c.query(ctx, s.sql(), s.args...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell == nil {
				row[i] = new("")
			}
		}
	}
	return &tusk.QueryResult{
		Title:     s.title,
		Columns:   columns,
		Rows:      rows,
		RowCount:  int64(len(rows)),
		QueryType: tusk.SelectQuery,
	}, nil
}

// each describes what a selection finds, one by one. Where that is nothing, it
// says so of the kind of object and the pattern.
func (c catalog) each(ctx context.Context, s *selection, kind, pattern string,
	describe func(row []string) ([]*tusk.QueryResult, error)) ([]*tusk.QueryResult, error) {
	found, err := c.list(ctx, s)
	switch {
	case err != nil:
		return nil, err
	case len(found.Rows) == 0 && pattern != "":
		return nil, fail(`Did not find any %s named "%s".`, kind, pattern)
	case len(found.Rows) == 0:
		return nil, fail("Did not find any %ss.", kind)
	}
	var all []*tusk.QueryResult
	for _, row := range texts(found.Rows) {
		results, err := describe(row)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
	}
	return all, nil
}

// checkDatabases refuses a pattern that names another database than the one the
// server is asked in.
func (c catalog) checkDatabases(ctx context.Context, references []reference) error {
	if len(references) == 0 {
		return nil
	}
	rows, err := c.rows(ctx, `SELECT pg_catalog.current_database()`)
	if err != nil {
		return err
	}
	for _, r := range references {
		if r.database != rows[0][0] {
			return fail("cross-database references are not implemented: %s", r.pattern)
		}
	}
	return nil
}

// rows runs a statement for its rows. NULL is empty.
func (c catalog) rows(ctx context.Context, sql string, args ...string) ([][]string, error) {
	_, rows, err := c.query(ctx, sql, args...)
	return texts(rows), err
}

func texts(rows [][]tusk.Value) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		all[i] = make([]string, len(row))
		for j, cell := range row {
			if cell != nil {
				all[i][j] = *cell
			}
		}
	}
	return all
}

// report is the result of a command that has nothing to show but a message.
func report(format string, args ...any) *tusk.QueryResult {
	return &tusk.QueryResult{
		QueryType: tusk.SelectQuery,
		Notices:   []tusk.Notice{{Severity: "NOTICE", Message: fmt.Sprintf(format, args...)}},
	}
}

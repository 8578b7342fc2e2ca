// Package describe answers psql's commands about what is in a database, \d and
// its family, with results that print as psql's do. What it says of each object
// and in which order is PostgreSQL 18's src/bin/psql/describe.c; the commands'
// page is https://www.postgresql.org/docs/18/app-psql.html. It knows servers
// from major 14 on.
//
// The statements read catalogs only. They name everything with its schema, since
// the search_path may be hostile, and take what the user wrote as parameters.
package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Request is a command with its arguments.
type Request struct {
	// Name is the command without its backslash and modifiers, such as "dtv" or
	// "sf". Of \z it is "dp", of \list "l", of \lo_list "dl".
	Name string

	System  bool // S: what belongs to the system, too
	Verbose bool // +

	// Pattern is the first argument as it was written, with its double quotes;
	// "" is none. For \sf and \sv it is the name of the function or view.
	Pattern string

	// Args are the further arguments: the types of \df and \do, the second
	// pattern of \drds and \dA….
	Args []string
}

// argument is the second pattern, or "".
func (r Request) argument() string {
	if len(r.Args) == 0 {
		return ""
	}
	return r.Args[0]
}

// Query runs one statement with values for $1, $2, … in text form. It gives the
// columns, of no rows too, and the rows in text form.
type Query func(ctx context.Context, sql string, args ...string) ([]tusk.ColumnInfo, [][]tusk.Value, error)

// Run answers a command on a server of a major version, such as 18. The results
// are in the order in which psql prints them. Each has all of its rows, in which
// NULL is empty as psql prints it; its Footers are nil where psql prints the
// number of rows, and empty where it prints nothing there.
//
// What psql reports and then fails for, such as a relation that is not there,
// is a *tusk.Error. What it only reports is a notice of a result without
// columns. What the server or the context says is passed on as query gave it.
// Run keeps nothing: it may be called concurrently where query may.
func Run(ctx context.Context, query Query, major int, r Request) ([]*tusk.QueryResult, error) {
	c, ok := lookUp(r.Name)
	if !ok {
		return nil, tusk.NewError(tusk.Query, nil, `invalid command \%s`, r.Name)
	}
	return c.run(ctx, catalog{query, major}, r)
}

// Known reports whether Run has an answer to the command.
func Known(name string) bool {
	_, ok := lookUp(name)
	return ok
}

// fail makes the error of a pattern in psql's words.
func fail(format string, args ...any) *tusk.Error {
	return tusk.NewError(tusk.Query, nil, format, args...).
		WithHint("A pattern may have * and ?, a schema before a dot, and double quotes around what is to be taken as it is.")
}

// one is the answer of a single result.
func one(r *tusk.QueryResult, err error) ([]*tusk.QueryResult, error) {
	if err != nil {
		return nil, err
	}
	return []*tusk.QueryResult{r}, nil
}

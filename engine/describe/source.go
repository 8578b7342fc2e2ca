package describe

import (
	"context"
	"fmt"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// showFunction answers \sf with the statement that makes a function. With +, its
// lines are numbered as error messages count them: from the body's first one.
func showFunction(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	kind := "regproc"
	if strings.Contains(r.Pattern, "(") {
		kind = "regprocedure"
	}
	rows, err := c.rows(ctx, `SELECT pg_catalog.pg_get_functiondef($1::pg_catalog.`+kind+`::pg_catalog.oid)`, r.Pattern)
	if err != nil {
		return nil, err
	}
	lines := sourceLines(rows[0][0])
	if r.Verbose {
		body := len(lines)
		for i, line := range lines {
			if strings.HasPrefix(line, "AS ") || strings.HasPrefix(line, "BEGIN ") || strings.HasPrefix(line, "RETURN ") {
				body = i
				break
			}
		}
		number(lines, body)
	}
	return one(source(lines), nil)
}

// showView answers \sv with the statement that makes a view.
func showView(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	// What a reloption is called is a name; what it is, a text, unless it needs
	// no quotes as a name either (appendReloptionsArray in string_utils.c).
	rows, err := c.rows(ctx, `SELECT c.relkind = 'v', n.nspname, c.relname, pg_catalog.concat('CREATE OR REPLACE VIEW ',
  pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname),
  E'\n WITH (' || NULLIF(pg_catalog.array_to_string(ARRAY(
    SELECT pg_catalog.concat(pg_catalog.quote_ident(option_name), '=',
      CASE WHEN pg_catalog.quote_ident(option_value) = option_value THEN option_value
        ELSE pg_catalog.quote_literal(option_value) END)
    FROM pg_catalog.pg_options_to_table(c.reloptions)
    WHERE option_name <> 'check_option'), ', '), '') || ')',
  E' AS\n', pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid, true), ';'),
  E'\n WITH ' || (SELECT pg_catalog.upper(option_value) FROM pg_catalog.pg_options_to_table(c.reloptions)
    WHERE option_name = 'check_option') || ' CHECK OPTION')
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid
WHERE c.oid = $1::pg_catalog.regclass`, r.Pattern)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0: // dropped meanwhile
		return nil, fail(`Did not find any relation named "%s".`, r.Pattern)
	case rows[0][0] != "t":
		return nil, tusk.NewError(tusk.Query, nil, `"%s.%s" is not a view`, rows[0][1], rows[0][2]).
			WithHint(`\d+ shows what it is.`)
	}
	lines := sourceLines(rows[0][3])
	if r.Verbose {
		number(lines, 0)
	}
	return one(source(lines), nil)
}

// sourceLines cuts a statement into lines. The last line end begins none.
func sourceLines(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// number writes numbers before the lines from first on, and blanks before those
// above it (print_with_linenumbers in command.c).
func number(lines []string, first int) {
	for i, line := range lines {
		if i < first {
			lines[i] = "        " + line
		} else {
			lines[i] = fmt.Sprintf("%-7d %s", i-first+1, line)
		}
	}
}

// source is the result of lines that are no table.
func source(lines []string) *tusk.QueryResult {
	result := &tusk.QueryResult{
		Display:   tusk.AsLines,
		Columns:   []tusk.ColumnInfo{{Name: "source", TypeOID: 25, TypeName: "text"}},
		RowCount:  int64(len(lines)),
		Footers:   []string{},
		QueryType: tusk.OtherQuery,
	}
	for _, line := range lines {
		result.Rows = append(result.Rows, []tusk.Value{&line})
	}
	return result
}

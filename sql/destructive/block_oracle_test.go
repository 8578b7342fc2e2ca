//go:build cgo

package destructive_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
)

// TestBlocksHoldWhatPLpgSQLsParserFinds turns the body of every function in
// PL/pgSQL of the regression SQL into that of a DO, and compares with the
// statements that PL/pgSQL's own parser finds in it.
func TestBlocksHoldWhatPLpgSQLsParserFinds(t *testing.T) {
	blocks, found := 0, 0
	for _, file := range corpus.Files(t) {
		for _, s := range sql.New(file.Text).Statements() {
			if s.Kind != sql.SQL {
				continue
			}
			function := check.NewSource(s).Text
			body, ok := plpgsqlBody(function)
			if !ok {
				continue
			}
			tree, err := pg_query.ParsePlPgSqlToJSON(function)
			if err != nil {
				continue
			}
			var root any
			if err := json.Unmarshal([]byte(tree), &root); err != nil {
				t.Fatal(err)
			}
			want := []string{}
			for _, f := range blockActions(t, root) {
				want = append(want, f.String())
			}
			got := []string{}
			do := "DO $oracle$" + body + "$oracle$"
			for _, a := range destructive.Find(do) {
				f := fromAction(a)
				got = append(got, f.String())
			}
			slices.Sort(want)
			slices.Sort(got)
			blocks++
			found += len(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: found\n\t%q, PL/pgSQL's parser\n\t%q in\n%s", file.Name, got, want, body)
			}
		}
	}
	t.Logf("%d blocks, in which %d statements destroy", blocks, found)
	if blocks < 300 || found < 75 {
		t.Error("the corpus holds less than it did")
	}
}

// plpgsqlBody gives the body of a CREATE FUNCTION or DO in PL/pgSQL.
func plpgsqlBody(function string) (body string, ok bool) {
	tree, err := pg_query.Parse(function)
	if err != nil || len(tree.Stmts) != 1 {
		return "", false
	}
	create := tree.Stmts[0].Stmt.GetCreateFunctionStmt()
	language := ""
	for _, option := range create.GetOptions() {
		element := option.GetDefElem()
		switch element.Defname {
		case "language":
			language = element.Arg.GetString_().GetSval()
		case "as":
			if items := element.Arg.GetList().GetItems(); len(items) == 1 {
				body = items[0].GetString_().GetSval()
			}
		}
	}
	return body, language == "plpgsql" && body != ""
}

// blockActions collects what the statements in a tree of PL/pgSQL destroy.
func blockActions(t *testing.T, node any) []found {
	t.Helper()
	var all []found
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			all = append(all, blockActions(t, child)...)
		}
	case object:
		for name, child := range node {
			switch name {
			case "PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors":
				all = append(all, dynamic(t, child.(object)["query"])...)
				delete(child.(object), "query")
			case "dynquery":
				all = append(all, dynamic(t, child)...)
				continue
			case "PLpgSQL_expr":
				query, _ := child.(object)["query"].(string)
				if tree, err := pg_query.ParseToJSON(query); err == nil {
					all = append(all, readTree(t, tree)...)
				}
			}
			all = append(all, blockActions(t, child)...)
		}
	}
	return all
}

// dynamic gives what an expression of EXECUTE destroys: what its literal does,
// anything where it is more.
func dynamic(t *testing.T, expression any) []found {
	t.Helper()
	query := expression.(object)["PLpgSQL_expr"].(object)["query"].(string)
	tree, err := pg_query.Parse("SELECT " + query)
	if err != nil {
		t.Fatal(err)
	}
	target := tree.Stmts[0].Stmt.GetSelectStmt().TargetList[0].GetResTarget().Val
	literal := target.GetAConst().GetSval()
	if literal == nil || strings.HasPrefix(strings.TrimSpace(query), "(") {
		return []found{{kind: string(destructive.Execute)}}
	}
	inner, err := pg_query.ParseToJSON(literal.Sval)
	if err != nil {
		return nil
	}
	return readTree(t, inner)
}

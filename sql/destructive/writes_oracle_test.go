//go:build cgo

package destructive_test

import (
	"encoding/json"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
)

// TestWritesAsPostgreSQLsGrammarSays compares with the trees of PostgreSQL's
// parser in both directions.
func TestWritesAsPostgreSQLsGrammarSays(t *testing.T) {
	reads, writes := 0, 0
	for _, file := range corpus.Files(t) {
		for _, s := range sql.New(file.Text).Statements() {
			if s.Kind != sql.SQL {
				continue
			}
			statement := check.NewSource(s).Text
			tree, err := pg_query.ParseToJSON(strings.ReplaceAll(statement, `\;`, " ;"))
			if err != nil {
				continue
			}
			var root struct{ Stmts []struct{ Stmt object } }
			if err := json.Unmarshal([]byte(tree), &root); err != nil {
				t.Fatal(err)
			}
			want := false
			for _, s := range root.Stmts {
				want = want || mayWrite(s.Stmt)
			}
			if want {
				writes++
			} else {
				reads++
			}
			if got := destructive.Writes(statement); got != want {
				t.Errorf("%s: writes=%t, but %t by PostgreSQL's grammar:\n%s", file.Name, got, want, statement)
			}
		}
	}
	t.Logf("%d statements read, %d may write", reads, writes)
	if reads < 10_000 || writes < 10_000 {
		t.Error("the corpus holds less than it did")
	}
}

// mayWrite reads a statement's node.
func mayWrite(statement object) bool {
	for name, child := range statement {
		fields, _ := child.(object)
		switch name {
		case "VariableShowStmt", "VariableSetStmt", "FetchStmt", "ClosePortalStmt", "ListenStmt", "UnlistenStmt", "DeallocateStmt":
			return false
		case "TransactionStmt":
			switch fields["kind"] {
			case "TRANS_STMT_PREPARE", "TRANS_STMT_COMMIT_PREPARED", "TRANS_STMT_ROLLBACK_PREPARED":
				return true
			}
			return false
		case "ExplainStmt":
			return analyzes(fields) && mayWrite(fields["query"].(object))
		case "PrepareStmt", "DeclareCursorStmt":
			return mayWrite(fields["query"].(object))
		case "CopyStmt":
			if fields["is_from"] == true || fields["filename"] != nil {
				return true
			}
			query, ok := fields["query"].(object)
			return ok && mayWrite(query)
		case "SelectStmt":
			return touches(child)
		}
	}
	return true
}

// touches looks in a query for what may write.
func touches(node any) bool {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			if touches(child) {
				return true
			}
		}
	case object:
		for name, child := range node {
			switch name {
			case "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "intoClause", "LockingClause":
				return true
			case "FuncCall", "RangeTableSample":
				if !harmless(child.(object)) {
					return true
				}
			}
			if touches(child) {
				return true
			}
		}
	}
	return false
}

// harmless reports whether a call is of a function that reads, or is an operator
// in the guise of a function.
func harmless(call object) bool {
	names, ok := call["funcname"].([]any)
	if !ok {
		names = call["method"].([]any)
	}
	last := names[len(names)-1].(object)["String"].(object)["sval"].(string)
	switch {
	case call["funcformat"] == "COERCE_SQL_SYNTAX", last == "like_escape", last == "similar_to_escape":
		return true
	case len(names) > 1 && qualified(names[:len(names)-1]) != "pg_catalog":
		return false
	}
	return destructive.Reads(last)
}

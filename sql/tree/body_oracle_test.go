//go:build cgo

package tree_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// TestBodiesAreThoseOfPostgreSQL reads the PL/pgSQL bodies of the regression SQL
// and compares the verdicts with those of PostgreSQL's own parser of them.
func TestBodiesAreThoseOfPostgreSQL(t *testing.T) {
	agree, later, wrong, statements := 0, 0, 0, 0
	for _, file := range corpus.Files(t) {
		for _, st := range sql.New(file.Text).Statements() {
			statement := tree.Of(st, file.Text).Statement()
			body, ok := statement.Body()
			if !ok || body.Language != "plpgsql" {
				continue
			}
			parsed, err := pg_query.ParsePlPgSqlToJSON(st.Text())
			found := body.Statements[0].Errors()
			switch {
			case err == nil && len(found) == 0:
				agree++
				ours, theirs := ourStatements(body.Statements[0]), theirStatements(t, parsed)
				statements += len(ours)
				if !slices.Equal(ours, theirs) {
					wrong++
					t.Logf("%s: our statements are\n%v, theirs\n%v in %s", file.Name, ours, theirs, body.Statements[0].Source())
				}
			case (err == nil) == (len(found) == 0):
				agree++
			case err == nil:
				wrong++
				at := found[0].Span.Start
				text := body.Statements[0].Source()
				t.Logf("%s: an error of ours alone before %.60q behind %.80q", file.Name, text[at:], text[max(0, at-80):at])
			case strings.Contains(err.Error(), "syntax error"):
				wrong++
				t.Logf("%s: no error where PostgreSQL says %v: %.300s", file.Name, err, st.Text())
			default: // a name that nobody declared, a label that leads nowhere: no matter of syntax
				later++
			}
		}
	}
	t.Logf("%d bodies with %d statements agree, %d do not; %d more are refused for what is no syntax", agree, statements, wrong, later)
	if agree < 700 || wrong > 0 {
		t.Error("they do not agree")
	}
}

// ourStatements gives the statements of a body as PostgreSQL names them, with
// their lines.
func ourStatements(body *tree.Tree) []string {
	names := map[tree.Kind]string{
		tree.PLBlock: "block", tree.PLAssign: "assign", tree.PLIf: "if", tree.PLCase: "case", tree.PLExit: "exit", tree.PLRaise: "raise",
		tree.PLAssert: "assert", tree.PLExecute: "dynexecute", tree.PLExecSQL: "execsql", tree.PLPerform: "perform",
		tree.PLGetDiagnostics: "getdiag", tree.PLOpen: "open", tree.PLFetch: "fetch", tree.PLClose: "close",
	}
	var list []string
	for n := range body.Root().Within() {
		name := names[n.Kind()]
		switch {
		case n.Kind() == tree.PLLoop:
			name = "loop"
			for _, head := range []struct {
				kind tree.Kind
				name string
			}{{tree.PLForInteger, "fori"}, {tree.PLForQuery, "fors"}, {tree.PLForExecute, "dynfors"}, {tree.PLForCursor, "forc"}} {
				if n.Child(head.kind).Exists() {
					name = head.name
				}
			}
			switch words := strings.Fields(strings.ToLower(withoutLabel(n))); words[0] {
			case "while":
				name = "while"
			case "foreach":
				name = "foreach_a"
			}
		case n.Kind() == tree.PLReturn:
			name = "return"
			switch words := strings.Fields(strings.ToLower(n.Text())); {
			case len(words) > 1 && strings.TrimRight(words[1], ";") == "next":
				name = "return_next"
			case len(words) > 1 && words[1] == "query":
				name = "return_query"
			}
		case n.Kind() == tree.PLTransaction:
			name = strings.ToLower(strings.Fields(strings.TrimRight(n.Text(), ";"))[0])
		case n.Kind() == tree.PLExecSQL && (n.Child(tree.CallStmt).Exists() || n.Child(tree.DoStmt).Exists()):
			name = "call"
		}
		if name != "" {
			start := n.Span().Start
			switch {
			case n.Kind() == tree.PLBlock: // theirs is that of BEGIN or DECLARE
				continue
			case n.Kind() == tree.PLLoop:
				start += len(n.Text()) - len(withoutLabel(n))
			}
			list = append(list, fmt.Sprintf("%s:%d", name, 1+strings.Count(body.Source()[:start], "\n")))
		}
	}
	return list
}

// withoutLabel gives the text of a loop from its first word on.
func withoutLabel(n tree.Node) string {
	text := n.Text()
	if label := n.Child(tree.PLLabelName); label.Exists() && strings.HasPrefix(text, "<<") {
		text = text[label.Span().End-n.Span().Start:]
		text = strings.TrimLeft(text, "> \t\n")
	}
	return text
}

// theirStatements gives the statements that libpg_query's JSON tells, in its
// order. What PostgreSQL adds itself has no line.
func theirStatements(t *testing.T, parsed string) []string {
	t.Helper()
	var list []string
	decoder := json.NewDecoder(strings.NewReader(parsed))
	statement := ""
	for last := ""; ; {
		token, err := decoder.Token()
		if err != nil {
			return list
		}
		word, isText := token.(string)
		switch {
		case isText && strings.HasPrefix(word, "PLpgSQL_stmt_"):
			statement = strings.TrimPrefix(word, "PLpgSQL_stmt_")
		case last == "lineno" && statement != "":
			if line, ok := token.(float64); ok && statement != "block" {
				list = append(list, fmt.Sprintf("%s:%d", statement, int(line)))
			}
			statement = ""
		}
		last = word
	}
}

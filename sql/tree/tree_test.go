package tree_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func parse(src string) *tree.Tree { return tree.Parse(src, lex.Lex(src, lex.Options{})) }

// outline writes a tree as one line: Kind(children), with the text of leaves.
func outline(n tree.Node) string {
	var children []string
	for child := range n.Children() {
		line := outline(child)
		if f := child.Label(); f != 0 {
			line = f.String() + ":" + line
		}
		children = append(children, line)
	}
	if len(children) == 0 {
		return fmt.Sprintf("%v‹%s›", n.Kind(), n.Text())
	}
	return fmt.Sprintf("%v(%s)", n.Kind(), strings.Join(children, " "))
}

func TestTree(t *testing.T) {
	for _, src := range []string{
		"SELECT a, b+1*2 AS c FROM t WHERE x = 1",
		"SELECT f(a, b => 2) OVER (PARTITION BY x ORDER BY y) FROM s.t AS u JOIN v USING (id) LEFT JOIN w ON true",
		"SELECT (SELECT 1), ((1)), (1,2), ((SELECT 1)+1), ('{1}'::int[])[1], (x).y, a.b[1].c",
		"SELECT FROM t",
		"SELECT a. FROM t",
		"SELECT a FROM t WHERE",
		"SELECT f(a FROM t",
		"SELECT a b c FROM t",
		"SELECT a,, b FROM t",
		"SELECT a FROM order o WHERE a = 1",
		"INSERT INTO t (a, b) VALUES (1, 2), (3, DEFAULT) RETURNING *",
		"UPDATE t SET a = 1, (b, c) = (SELECT 1, 2) FROM u WHERE t.id = u.id",
		"SELECT date '2026-01-01', interval '1' day, x AT TIME ZONE 'UTC' IS NULL, a < b AND NOT c OR d IN (1,2)",
		"",
		"SELEC 1",
		"SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 ORDER BY 1 LIMIT 2",
	} {
		tr := parse(src)
		t.Logf("%s\n  %s\n  errors %v steps %d", src, outline(tr.Root()), tr.Errors(), tr.Steps())
	}
}

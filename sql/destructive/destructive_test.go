package destructive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
)

// describe writes actions in one line: kind, what is hit, and what of the text
// does it where that is not all.
func describe(statement string, actions []destructive.Action) string {
	var all []string
	for _, a := range actions {
		line := string(a.Kind)
		if a.Type != "" {
			line += " " + a.Type
		}
		if a.Whole {
			line += " all"
		}
		if a.Object != "" {
			line += " " + a.Object
		}
		if part := a.Span.Of(statement); part != statement {
			line += " <" + part + ">"
		}
		all = append(all, line)
	}
	return strings.Join(all, "; ")
}

func TestX(t *testing.T) {
	for _, s := range []string{
		`DELETE FROM t`,
		`WITH a AS (SELECT 1 x FROM t FOR UPDATE), d AS (DELETE FROM u USING a WHERE u.x=a.x OR true RETURNING *) UPDATE shop.orders SET x = 1 FROM a WHERE id IN (SELECT x FROM a)`,
		`do $$begin if x then delete from t; end if; for r in execute 'drop table x' loop truncate a,b; end loop; end$$`,
		`MERGE INTO t USING s ON t.a=s.a WHEN MATCHED AND s.x THEN DELETE WHEN MATCHED THEN UPDATE SET a=1 WHEN NOT MATCHED BY SOURCE THEN DELETE`,
		`ALTER TABLE a DROP b, ADD c int, DROP CONSTRAINT x CASCADE`,
	} {
		as := destructive.Find(s)
		fmt.Println(describe(s, as))
		for _, a := range as { fmt.Println("   ", a.Count) }
	}
}

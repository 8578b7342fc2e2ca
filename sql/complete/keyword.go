package complete

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

var (
	statementWords = strings.Split("SELECT,INSERT INTO,UPDATE,DELETE FROM,WITH,CREATE,ALTER,DROP,EXPLAIN,BEGIN,COMMIT,ROLLBACK,"+
		"MERGE INTO,VALUES,TABLE,TRUNCATE,SET,SHOW,GRANT,REVOKE,COMMENT ON,COPY,CALL,DO,ANALYZE,VACUUM,REFRESH MATERIALIZED VIEW,"+
		"SAVEPOINT,LISTEN,NOTIFY,PREPARE,EXECUTE,REINDEX,RESET,LOCK TABLE", ",")
	expressionWords = strings.Split("CASE,DISTINCT,NULL,NOT,TRUE,FALSE,EXISTS,CAST,ARRAY,ROW,INTERVAL,CURRENT_DATE,"+
		"CURRENT_TIMESTAMP,COALESCE,NULLIF,GREATEST,LEAST,EXTRACT,SELECT,ALL,ANY,DEFAULT,FROM", ",")
	operatorWords = strings.Split("FROM,WHERE,JOIN,LEFT JOIN,INNER JOIN,FULL JOIN,RIGHT JOIN,CROSS JOIN,ON,USING,GROUP BY,ORDER BY,"+
		"HAVING,LIMIT,OFFSET,AND,OR,AS,IN,IS NULL,IS NOT NULL,LIKE,ILIKE,BETWEEN,NOT,UNION,UNION ALL,EXCEPT,INTERSECT,SET,VALUES,"+
		"RETURNING,ON CONFLICT,ASC,DESC,NULLS FIRST,NULLS LAST,THEN,WHEN,ELSE,END,OVER,FILTER,WINDOW,FOR UPDATE,LATERAL,IF EXISTS,"+
		"TABLE,VIEW,INDEX,FUNCTION", ",")
)

// keywords adds the words of a slot, and any other keyword once a word has
// begun.
func (c *collector) keywords(words []string) {
	if c.place.quoted {
		return
	}
	for i, word := range words {
		c.keyword(rankKeyword, i, word)
	}
	if c.place.prefix == "" {
		c.partial = true
		return
	}
	for _, k := range lex.Keywords() {
		c.keyword(rankOtherKeyword, 0, strings.ToUpper(k.String()))
	}
}

func (c *collector) keyword(rank, order int, word string) {
	switch c.request.KeywordCase {
	case Lower:
		word = strings.ToLower(word)
	case Typed:
		if p := c.place.prefix; p != "" && p == strings.ToLower(p) {
			word = strings.ToLower(word)
		}
	}
	before := len(c.found)
	c.name(rank, word, Item{Kind: Keyword, InsertText: word})
	for i := range c.found[before:] {
		c.found[before+i].order = order
	}
}

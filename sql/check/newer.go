package check

import (
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// downgrade rewrites what PostgreSQL 18 understands and the built-in grammar of
// 17 does not into something of the same length that both do. It reports false
// when there is nothing of that kind. The forms are those of the release notes
// (https://www.postgresql.org/docs/18/release-18.html) that changed gram.y.
func (s *Source) downgrade() (string, bool) {
	d := downgrader{source: s, b: []byte(s.Text)}
	for i := range s.tokens {
		for _, form := range forms {
			if form.match(&d, i) {
				d.changed = true
				break
			}
		}
	}
	return string(d.b), d.changed
}

type downgrader struct {
	source  *Source
	b       []byte
	changed bool
}

// forms are what 18 added. Each rewrites the tokens from i on and reports that
// it did, or leaves them alone.
var forms = []struct {
	example string
	match   func(d *downgrader, i int) bool
}{
	{"RETURNING WITH (OLD AS o, NEW AS n) o.a", func(d *downgrader, i int) bool {
		if !d.words(i, lex.KwReturning, lex.KwWith) || d.kind(i+2) != lex.LParen {
			return false
		}
		return d.blank(i+1, d.closing(i+2)+1)
	}},
	{"GENERATED ALWAYS AS (a + b) VIRTUAL", func(d *downgrader, i int) bool {
		if !d.words(i, lex.KwGenerated, lex.KwAlways, lex.KwAs) || d.kind(i+3) != lex.LParen {
			return false
		}
		end := d.closing(i + 3)
		switch d.word(end + 1) {
		case lex.KwStored:
			return false
		case lex.KwVirtual:
			d.blank(end+1, end+2)
		}
		return d.write(i, i+3, "DEFAULT")
	}},
	{"UNIQUE (a, b WITHOUT OVERLAPS)", func(d *downgrader, i int) bool {
		return d.words(i, lex.KwWithout, lex.KwOverlaps) && d.tableStatement() && d.blank(i, i+2)
	}},
	{"FOREIGN KEY (a, PERIOD b) REFERENCES t (a, PERIOD b)", func(d *downgrader, i int) bool {
		return d.words(i, lex.KwPeriod) && d.tableStatement() && (d.kind(i-1) == lex.Comma || d.kind(i-1) == lex.LParen) && d.name(i+1) &&
			d.blank(i, i+1)
	}},
	{"CREATE TABLE t (a int, CONSTRAINT c NOT NULL a)", func(d *downgrader, i int) bool {
		if !d.words(i, lex.KwNot, lex.KwNull) || !d.name(i+2) || !d.constraintStarts(i) {
			return false
		}
		d.blank(i+2, i+3)
		return d.write(i, i+2, "CHECK(1)")
	}},
	{"CHECK (a > 0) NOT ENFORCED", func(d *downgrader, i int) bool {
		return d.words(i, lex.KwNot, lex.KwEnforced) && d.tableStatement() && d.blank(i, i+2)
	}},
	{"CHECK (a > 0) ENFORCED", func(d *downgrader, i int) bool {
		return d.words(i, lex.KwEnforced) && d.tableStatement() &&
			d.kind(i-1) != lex.Comma && d.kind(i-1) != lex.LParen && d.kind(i-1) != lex.Dot && d.blank(i, i+1)
	}},
	{"ALTER CONSTRAINT c NO INHERIT", func(d *downgrader, i int) bool {
		return d.words(i, lex.KwNo, lex.KwInherit) && d.words(i-3, lex.KwAlter, lex.KwConstraint) && d.blank(i, i+2)
	}},
	{"ALTER CONSTRAINT c INHERIT", func(d *downgrader, i int) bool {
		return d.words(i, lex.KwInherit) && d.words(i-3, lex.KwAlter, lex.KwConstraint) && d.blank(i, i+1)
	}},
	{"VACUUM ONLY t", func(d *downgrader, i int) bool {
		return d.words(i, lex.KwOnly) && (d.word(0) == lex.KwVacuum || d.word(0) == lex.KwAnalyze || d.word(0) == lex.KwAnalyse) &&
			d.name(i+1) && d.blank(i, i+1)
	}},
	{"GRANT SELECT ON LARGE OBJECTS TO r", func(d *downgrader, i int) bool {
		return d.words(0, lex.KwAlter, lex.KwDefault, lex.KwPrivileges) && d.words(i, lex.KwLarge, lex.KwObjects) &&
			d.write(i, i+2, "TABLES")
	}},
}

func (d *downgrader) token(i int) lex.Token {
	if i < 0 || i >= len(d.source.tokens) {
		return lex.Token{}
	}
	return d.source.tokens[i]
}

func (d *downgrader) kind(i int) lex.Kind    { return d.token(i).Kind }
func (d *downgrader) word(i int) lex.Keyword { return d.token(i).Keyword }

// words reports whether the keywords stand at i.
func (d *downgrader) words(i int, keywords ...lex.Keyword) bool {
	for j, k := range keywords {
		if d.word(i+j) != k {
			return false
		}
	}
	return true
}

// name reports whether a column or a table can be named at i.
func (d *downgrader) name(i int) bool {
	token := d.token(i)
	return token.Name() && (token.Keyword == lex.NotKeyword || token.Keyword.Category() <= lex.ColName)
}

// closing gives the index of the parenthesis that closes the one at i, or of the
// last token.
func (d *downgrader) closing(i int) int {
	depth := 0
	for ; i < len(d.source.tokens)-1; i++ {
		switch d.kind(i) {
		case lex.LParen:
			depth++
		case lex.RParen:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return i
}

// tableStatement reports whether the statement makes or changes a table or a
// domain, where constraints are.
func (d *downgrader) tableStatement() bool {
	return d.word(0) == lex.KwCreate || d.word(0) == lex.KwAlter
}

// constraintStarts reports whether a constraint of a table starts at i: at the
// start of a list element, behind ADD, or behind the constraint's name.
func (d *downgrader) constraintStarts(i int) bool {
	if !d.tableStatement() {
		return false
	}
	if d.word(i-2) == lex.KwConstraint {
		i -= 2
	}
	return d.kind(i-1) == lex.Comma || d.kind(i-1) == lex.LParen || d.word(i-1) == lex.KwAdd
}

// blank overwrites the tokens [from, to) with blanks.
func (d *downgrader) blank(from, to int) bool { return d.write(from, to, "") }

// write overwrites the tokens [from, to), which are at least as long as words.
func (d *downgrader) write(from, to int, words string) bool {
	start := d.token(from).Start - d.source.span.Start
	end := d.token(min(to, len(d.source.tokens))-1).End - d.source.span.Start
	fill(d.b[start:end], words)
	return true
}

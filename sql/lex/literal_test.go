package lex

import "testing"

func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{
		`'it''s'`:              `it's`,
		`'open`:                `open`,
		`E'a\tb\'c\\d''e'`:     "a\tb'c\\d'e",
		`e'\x41\101\u00e9\q\x`: "AA" + "é" + "qx",
		`E'\uD83D\uDE00'`:      "😀",
		`U&'d!0061\0061'`:      "d!0061a",
		`$$a'b$$`:              `a'b`,
		`$x$ $$ $x$`:           ` $$ `,
		`B'101'`:               `101`,
		`N'x'`:                 `x`,
		`E'`:                   ``,
		`E'\`:                  `\`,
		`12`:                   `12`,
	} {
		if tokens := Lex(text, Options{}); len(tokens) != 1 || Literal(tokens[0], text) != want {
			t.Errorf("%s means %q, want %q", text, Literal(tokens[0], text), want)
		}
	}
}

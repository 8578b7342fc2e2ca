package psql

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Copy moves rows between the server and the client: \copy.
type Copy struct {
	Source  string // as it was written: a table with or without columns, or a query in parentheses
	From    bool   // FROM: rows go to the server; else TO
	File    string // on the client; "" is the script itself for FROM, the result for TO
	Options string // as they were written, such as "WITH (FORMAT csv)"
}

func (Copy) action() {}

// Statement gives the COPY to send, which moves the rows over the connection.
func (c Copy) Statement() string {
	way := " TO STDOUT"
	if c.From {
		way = " FROM STDIN"
	}
	return strings.TrimRight("COPY "+c.Source+way+" "+c.Options, " ")
}

// readCopy reads the line as parse_slash_copy in copy.c does. Variables are not
// replaced in it.
func readCopy(r *reader) (Action, error) {
	line := r.line(true)
	if line == "" {
		return nil, fail(`\copy: arguments required`)
	}
	lexer := lex.NewLexer(line, 0, lex.Options{})
	token := lexer.NextSignificant()
	depth, before := 0, lex.Dot // a name stands at the start and behind a dot
	for {
		word := token.Text(line)
		switch {
		case token.Kind == lex.EOF:
			return nil, fail(`\copy: parse error at end of line`)
		case token.Kind == lex.Semicolon, token.Flags&lex.Unterminated != 0, token.Kind == lex.RParen && depth == 0:
			return nil, fail(`\copy: parse error at "%s"`, word)
		case token.Kind == lex.LParen:
			depth++
		case token.Kind == lex.RParen:
			depth--
		case depth == 0 && before != lex.Dot && (strings.EqualFold(word, "from") || strings.EqualFold(word, "to")):
			c := Copy{Source: strings.TrimSpace(line[:token.Start]), From: strings.EqualFold(word, "from")}
			return c.target(line[token.End:])
		}
		before, token = token.Kind, lexer.NextSignificant()
	}
}

// target reads what follows FROM or TO.
func (c Copy) target(rest string) (Action, error) {
	word, quoted, rest, err := fileWord(rest)
	if err != nil {
		return nil, err
	}
	if !quoted {
		switch strings.ToLower(word) {
		case "program":
			return nil, errProgram(`\copy`, `Copy from or to a file, or export the result.`)
		case "stdin", "stdout", "pstdin", "pstdout":
			word = ""
		}
	}
	c.File, c.Options = word, strings.TrimSpace(rest)
	for _, token := range lex.Lex(c.Options, lex.Options{}) {
		if token.Kind == lex.Semicolon || token.Flags&lex.Unterminated != 0 {
			return nil, fail(`\copy: parse error at "%s"`, token.Text(c.Options))
		}
	}
	return c, nil
}

// fileWord reads a file's name: up to white space or a semicolon, or in quotes.
func fileWord(s string) (word string, quoted bool, rest string, err error) {
	s = strings.TrimLeft(s, " \t\r\n")
	if !strings.HasPrefix(s, "'") {
		end := strings.IndexAny(s, " \t\r\n;")
		if end < 0 {
			end = len(s)
		}
		word, rest = s[:end], s[end:]
	} else {
		quoted = true
		end := 1
		for end < len(s) && (s[end] != '\'' || strings.HasPrefix(s[end+1:], "'")) {
			if s[end] == '\'' {
				end++
			}
			end++
		}
		if end >= len(s) {
			return "", false, "", fail(`\copy: parse error at "%s"`, s)
		}
		word, rest = strings.ReplaceAll(s[1:end], "''", "'"), s[end+1:]
	}
	if word == "" {
		return "", false, "", fail(`\copy: parse error at end of line`)
	}
	return word, quoted, rest, nil
}

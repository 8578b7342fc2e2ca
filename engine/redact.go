package engine

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

const redacted = "'***'"

// redact takes the passwords out of a SQL text: the string after the word
// password (of a role, or an option of a user mapping), also in SQL within
// strings, and what secrets.Redact finds in strings and comments, such as the
// connection strings of subscriptions.
func redact(sql string) string { return redactNested(sql, 0) }

// maxNesting bounds how deep strings within strings are read. Code has three
// levels at most, and each costs a reading of all that it holds.
const maxNesting = 4

func redactNested(sql string, depth int) string {
	if depth == maxNesting {
		return "***"
	}
	var out strings.Builder
	out.Grow(len(sql))
	announced := false // the word password came, and nothing but = or TO since
	for _, token := range lex.Lex(sql, lex.Options{}) {
		text := token.Text(sql)
		switch {
		case token.Literal() && announced:
			out.WriteString(redacted)
		case token.Kind == lex.DollarString:
			out.WriteString(redactDollarString(text, token.Flags&lex.Unterminated == 0, depth))
		case token.Literal():
			out.WriteString(redactString(text, depth))
		case token.Comment():
			out.WriteString(secrets.Redact(text))
		default:
			out.WriteString(text)
		}
		if !token.Trivia() {
			announced = announces(token, text) || announced && continues(token, text)
		}
	}
	return out.String()
}

func announces(token lex.Token, text string) bool {
	if !token.Name() {
		return false
	}
	switch strings.ToLower(strings.Trim(text, `"`)) {
	case "password", "sslpassword", "passphrase", "secret":
		return true
	}
	return false
}

func continues(token lex.Token, text string) bool {
	return token.Keyword == lex.KwTo || token.Kind == lex.EqualsGreater || text == "="
}

// redactDollarString looks into a $tag$…$tag$, which mostly holds code.
func redactDollarString(text string, closed bool, depth int) string {
	tag := text[:strings.IndexByte(text[1:], '$')+2]
	if !closed {
		return tag + redactNested(text[len(tag):], depth+1)
	}
	return tag + redactNested(text[len(tag):len(text)-len(tag)], depth+1) + tag
}

// redactString looks into a '…', which may hold code for EXECUTE.
func redactString(text string, depth int) string {
	text = secrets.Redact(text)
	start := strings.IndexByte(text, '\'') + 1
	end := strings.LastIndexByte(text, '\'')
	if end < start || !strings.Contains(strings.ToLower(text), "pass") {
		return text
	}
	inner := strings.NewReplacer("''", "'", `\'`, "'").Replace(text[start:end])
	clean := redactNested(inner, depth+1)
	if clean == inner {
		return text
	}
	return text[:start] + strings.ReplaceAll(clean, "'", "''") + text[end:]
}

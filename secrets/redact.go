package secrets

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// The places of a secret in a text. Each pattern's first group stays, and its
// last one where there are two. What is in doubt goes: a log line without a
// host name is a smaller loss than one with a password.
var secretPlaces = []*regexp.Regexp{
	// The userinfo of a URL, to the last @ before a space: passwords are
	// often not percent-encoded as they should be.
	regexp.MustCompile("(?i)([a-z][a-z0-9+.-]*://[^\\s/?#:@\"`]*:)[^\\s\"`]+(@)"),
	// key=value and key: value, quoted or not, as in a DSN, a query
	// string, the environment or JSON (also JSON within JSON).
	regexp.MustCompile(`(?i)([a-z_.-]*(?:password|passwd|passphrase|pgpass|secret|token|api_?key)\\*["']?\s*[=:]\s*)` +
		`(?:\\*'(?:[^'\\]|\\.|'')*'?|\\*"(?:[^"\\]|\\.)*"?|[^\s&,;'"}\])]+)`),
}

// Redact takes passwords out of a text for logs and errors: of URLs, DSNs,
// environment assignments and JSON. Password literals of SQL are not its
// business; the engine knows them by their tokens.
func Redact(text string) string {
	for _, place := range secretPlaces {
		text = place.ReplaceAllString(text, "${1}"+redacted+"${2}")
	}
	return text
}

// RedactAttr is a slog.HandlerOptions.ReplaceAttr that redacts the message
// and every attribute, and drops the values of attributes whose key names a
// secret.
func RedactAttr(_ []string, attr slog.Attr) slog.Attr {
	if namesSecret(attr.Key) {
		return slog.String(attr.Key, redacted)
	}
	switch attr.Value.Kind() {
	case slog.KindString:
		attr.Value = slog.StringValue(Redact(attr.Value.String()))
	case slog.KindAny:
		if text, ok := textOf(attr.Value.Any()); ok {
			attr.Value = slog.StringValue(Redact(text))
		}
	}
	return attr
}

// textOf is how a value reads in a log; slog's own values stay as they are.
func textOf(value any) (string, bool) {
	switch v := value.(type) {
	case nil, *slog.Source:
		return "", false
	case error:
		return v.Error(), true
	case []byte:
		return string(v), true
	}
	return fmt.Sprintf("%+v", value), true
}

func namesSecret(key string) bool {
	key = strings.ToLower(key)
	for _, word := range []string{"password", "passwd", "passphrase", "secret"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

package importer

import (
	"net/url"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/engine"
)

// isURL reports whether a text is a URL of PostgreSQL.
func isURL(text string) bool {
	scheme, _, ok := strings.Cut(text, ":")
	scheme = strings.ToLower(scheme)
	return ok && (scheme == "postgres" || scheme == "postgresql")
}

// fromConninfo reads a connection string of libpq in either of its forms
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
func fromConninfo(name, text, origin string) Found {
	if !isURL(text) {
		parsed, err := engine.ParseKeywords(text)
		if err != nil {
			return Found{Name: name, Problem: notTaken("Correct it in "+origin+".", "%v", err)}
		}
		keywords := url.Values{}
		for keyword, value := range parsed {
			keywords.Set(keyword, value)
		}
		return fromKeywords(name, keywords, origin)
	}
	if _, rest, _ := strings.Cut(text, ":"); !strings.HasPrefix(rest, "//") {
		return Found{Name: name, Problem: notTaken("Write it as postgres://user@host:5432/database.", "there is no // after its scheme")}
	}
	if u, err := url.Parse(text); err == nil && u.Query().Has("service") {
		return Found{Name: name, Problem: errService}
	}
	source, err := engine.FromURL(name, text, origin)
	return taken(name, source, err)
}

// fromKeywords reads parameters by libpq's keywords.
func fromKeywords(name string, keywords url.Values, origin string) Found {
	if keywords.Has("service") {
		return Found{Name: name, Problem: errService}
	}
	if keywords.Get("host") == "" {
		keywords.Set("host", keywords.Get("hostaddr"))
	}
	switch host := keywords.Get("host"); {
	case strings.Contains(host, ","):
		return Found{Name: name, Problem: notTaken("Add each host as a connection of its own.", "it names several hosts")}
	case strings.LastIndexByte(host, '@') > 0 || strings.Contains(host, "://"):
		// There may be a password in it, which an error about a bad host would repeat.
		return Found{Name: name, Problem: notTaken("Correct it in "+origin+".", "its host is a URL or has a user before it")}
	}
	// The parameters of a URL are the same keywords.
	u := url.URL{Scheme: "postgres", Path: "/", RawQuery: keywords.Encode()}
	source, err := engine.FromURL(name, u.String(), origin)
	return taken(name, source, err)
}

var errService = notTaken("Import the service file: kind service.", "it only names a service")

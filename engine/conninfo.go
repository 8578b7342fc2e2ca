package engine

import (
	"cmp"
	"errors"
	"os"
	"strings"
)

// FromConninfo reads a connection string of libpq in either of its forms, a URL
// or keywords with values
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
// A service that it names gives what it leaves open.
func FromConninfo(name, text, origin string) (Source, error) {
	scheme, _, isURL := strings.Cut(text, ":")
	if isURL && !strings.ContainsAny(scheme, "= ") {
		return FromURL(name, text, origin)
	}
	keywords, err := ParseKeywords(text)
	if err != nil {
		return Source{}, badURL(origin, err.Error(), nil)
	}
	v := values(keywords)
	v["host"] = cmp.Or(v["host"], v["hostaddr"])
	if strings.Contains(v["host"], ",") {
		return Source{}, badURL(origin, "it names several hosts", nil)
	}
	if service := v["service"]; service != "" {
		settings, err := readService(service, os.Getenv)
		if err != nil {
			return Source{}, err
		}
		for key, value := range settings {
			v[key] = cmp.Or(v[key], value)
		}
	}
	return v.source(name, origin)
}

// ParseKeywords reads keyword=value pairs, as conninfo_parse in
// src/interfaces/libpq/fe-connect.c does. Its errors repeat nothing.
func ParseKeywords(text string) (map[string]string, error) {
	const spaces = " \t\r\n\f\v"
	keywords := map[string]string{}
	for {
		text = strings.TrimLeft(text, spaces)
		if text == "" {
			return keywords, nil
		}
		keyword, rest, ok := strings.Cut(text, "=")
		keyword = strings.TrimRight(keyword, spaces)
		if !ok || keyword == "" || strings.ContainsAny(keyword, spaces+`'\`) {
			return nil, errors.New("it is neither a URL nor a list of keyword=value")
		}
		rest = strings.TrimLeft(rest, spaces)
		quoted := strings.HasPrefix(rest, "'")
		if quoted {
			rest = rest[1:]
		}
		var value strings.Builder
		closed := !quoted
		for rest != "" {
			c := rest[0]
			if quoted && c == '\'' {
				closed, rest = true, rest[1:]
				break
			}
			if !quoted && strings.IndexByte(spaces, c) >= 0 {
				break
			}
			if c == '\\' && len(rest) > 1 {
				rest = rest[1:]
			}
			value.WriteByte(rest[0])
			rest = rest[1:]
		}
		if !closed {
			return nil, errors.New("a quote in it is not closed")
		}
		keywords[keyword] = value.String()
		text = rest
	}
}

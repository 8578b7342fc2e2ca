package importer

import (
	"path/filepath"
	"strings"
)

// pgcliFiles is where pgcli keeps its configuration (pgcli/config.py).
func pgcliFiles(p Places) []string {
	if path := p.variable("PGCLIRC"); path != "" {
		return []string{path}
	}
	if p.OS == "windows" && p.variable("XDG_CONFIG_HOME") == "" {
		return []string{filepath.Join(p.Home, "AppData", "Local", "dbcli", "pgcli", "config")}
	}
	return []string{filepath.Join(p.folder("XDG_CONFIG_HOME", ".config"), "pgcli", "config")}
}

// readPgcli reads the section [alias_dsn] of pgcli's configuration, which is in
// the format of Python's configobj: a value ends at a # unless it is quoted.
func readPgcli(content []byte, path string) ([]Found, error) {
	var found []Found
	section := ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section, _, _ = strings.Cut(line[1:], "]")
		case strings.TrimSpace(section) == "alias_dsn":
			if name, value, ok := strings.Cut(line, "="); ok {
				found = append(found, fromConninfo(unquoted(name), unquoted(value), path))
			}
		}
	}
	return found, nil
}

// unquoted is a name or value of configobj.
func unquoted(text string) string {
	text = strings.TrimSpace(text)
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
			return text[1 : 1+end]
		}
	}
	text, _, _ = strings.Cut(text, "#")
	return strings.TrimSpace(text)
}

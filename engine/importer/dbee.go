package importer

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// dbeeFiles are the files of nvim-dbee's default sources: persistence.json in
// Neovim's state folder, in its cache folder before that (:help standard-path).
func dbeeFiles(p Places) []string {
	app := cmp.Or(p.variable("NVIM_APPNAME"), "nvim")
	state := p.folder("XDG_STATE_HOME", ".local", "state")
	cache := p.folder("XDG_CACHE_HOME", ".cache")
	folders := []string{filepath.Join(state, app), filepath.Join(cache, app)}
	if p.OS == "windows" {
		local := p.folder("LOCALAPPDATA", "AppData", "Local")
		folders = []string{filepath.Join(local, app+"-data"), filepath.Join(local, "Temp", app)}
	}
	for i, folder := range folders {
		folders[i] = filepath.Join(folder, "dbee", "persistence.json")
	}
	return folders
}

// readDbee reads a list of {"id": …, "name": …, "type": …, "url": …} with
// comments on lines of their own.
func readDbee(content []byte, path string) ([]Found, error) {
	lines := bytes.Split(content, []byte("\n"))
	lines = slices.DeleteFunc(lines, func(line []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(line), []byte("//")) })
	var connections []struct {
		Name string `json:"name"`
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	if err := decodeJSON(bytes.Join(lines, []byte("\n")), path, &connections); err != nil {
		return nil, err
	}
	var found []Found
	for i, c := range connections {
		name := cmp.Or(c.Name, fmt.Sprintf("dbee %d", i+1))
		switch {
		case !slices.Contains([]string{"postgres", "postgresql", "pg"}, strings.ToLower(c.Type)):
		case strings.Contains(c.URL+c.Name, "{{"):
			// It may run a command, and holds no more than its result does.
			problem := notTaken("Add it with `tusk-lsp connection add`, its template replaced.", "it is a template that dbee fills in")
			found = append(found, Found{Name: name, Problem: problem})
		default:
			found = append(found, fromConninfo(name, c.URL, path))
		}
	}
	return found, nil
}

// dbeeEnviron reads the variable of dbee's default source.
func dbeeEnviron(p Places) []Found {
	const variable = "DBEE_CONNECTIONS"
	value := p.variable(variable)
	if value == "" {
		return nil
	}
	found, err := readDbee([]byte(value), variable)
	if err != nil {
		found = []Found{{Problem: err}}
	}
	for i := range found {
		found[i].Kind, found[i].Origin = Dbee, variable
	}
	return found
}

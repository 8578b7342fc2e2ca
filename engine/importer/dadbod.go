package importer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// dadbodFiles is where dadbod-ui saves connections unless g:db_ui_save_location
// says otherwise (doc/dadbod-ui.txt).
func dadbodFiles(p Places) []string {
	return []string{filepath.Join(p.Home, ".local", "share", "db_ui", "connections.json")}
}

// readDadbod reads dadbod-ui's connections.json: [{"name": …, "url": …}].
func readDadbod(content []byte, path string) ([]Found, error) {
	var connections []struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	if err := decodeJSON(content, path, &connections); err != nil {
		return nil, err
	}
	var found []Found
	for i, c := range connections {
		found = append(found, dadbod(cmp.Or(c.Name, fmt.Sprintf("dadbod %d", i+1)), c.URL, path)...)
	}
	return found, nil
}

// dadbodEnviron reads DBUI_URL with DBUI_NAME, and DB_UI_NAME of any name.
func dadbodEnviron(p Places) []Found {
	var found []Found
	add := func(variable, name, url string) {
		for _, f := range dadbod(name, url, variable) {
			f.Kind, f.Origin = Dadbod, variable
			found = append(found, f)
		}
	}
	if url := p.variable("DBUI_URL"); url != "" {
		path, _, _ := strings.Cut(url, "?")
		add("DBUI_URL", cmp.Or(p.variable("DBUI_NAME"), path[strings.LastIndexByte(path, '/')+1:], "DBUI_URL"), url)
	}
	for _, pair := range slices.Sorted(slices.Values(p.Environ)) {
		variable, url, _ := strings.Cut(pair, "=")
		if name, ok := strings.CutPrefix(variable, "DB_UI_"); ok && name != "" {
			add(variable, strings.ToLower(name), url)
		}
	}
	return found
}

// dadbod reads one URL of vim-dadbod, which has no others than URLs.
func dadbod(name, url, origin string) []Found {
	switch {
	case isURL(url):
		return []Found{fromConninfo(name, url, origin)}
	case strings.HasPrefix(url, "$"):
		return []Found{{Name: name, Problem: notTaken("Import it with the variable's value in its place.", "its URL is in a variable of the environment")}}
	}
	return nil
}

// decodeJSON reads JSON. The decoder's error may repeat what it read.
func decodeJSON(content []byte, path string, into any) error {
	if json.Unmarshal(content, into) != nil {
		return unreadable(path, "JSON of this tool", "")
	}
	return nil
}

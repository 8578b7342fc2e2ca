package importer

import (
	"bytes"
	"net/url"
	"path/filepath"

	"github.com/jackc/pgservicefile"
)

// serviceFiles are libpq's service files, the user's own and the system's
// (https://www.postgresql.org/docs/current/libpq-pgservice.html).
func serviceFiles(p Places) []string {
	user := filepath.Join(p.Home, ".pg_service.conf")
	if p.OS == "windows" {
		user = filepath.Join(p.folder("APPDATA", "AppData", "Roaming"), "postgresql", ".pg_service.conf")
	}
	if path := p.variable("PGSERVICEFILE"); path != "" {
		user = path
	}
	system := ""
	if folder := p.variable("PGSYSCONFDIR"); folder != "" {
		system = filepath.Join(folder, "pg_service.conf")
	} else if p.OS == "linux" {
		system = "/etc/postgresql-common/pg_service.conf" // of Debian's build
	}
	return []string{user, system}
}

// readServices reads all services of a service file.
func readServices(content []byte, path string) ([]Found, error) {
	file, err := pgservicefile.ParseServicefile(bytes.NewReader(content))
	if err != nil {
		return nil, unreadable(path, "a service file", ": "+err.Error()) // which names a line and repeats nothing
	}
	var found []Found
	for _, service := range file.Services {
		keywords := url.Values{}
		for keyword, value := range service.Settings {
			keywords.Set(keyword, value)
		}
		found = append(found, fromKeywords(service.Name, keywords, path))
	}
	return found, nil
}

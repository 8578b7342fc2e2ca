package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/importer"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// checkLibpq looks at the files and variables that psql takes connections from.
func checkLibpq() []check {
	return []check{checkPassfile(), checkServiceFile(), checkDatabaseURL(), checkVariables()}
}

func checkPassfile() check {
	const name = "password file"
	path, err := secrets.PassfilePath()
	if err != nil {
		return trouble(name, warning, tusk.InfoOf(err))
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return well(name, "none at %s", path)
	}
	if _, err := secrets.Passfile(path, secrets.Target{}); err != nil && !errors.Is(err, secrets.ErrNotFound) {
		return trouble(name, failed, tusk.InfoOf(err))
	}
	return well(name, "%s, for you alone", path)
}

func checkServiceFile() check {
	const name = "service file"
	home, err := os.UserHomeDir()
	path := cmp.Or(os.Getenv("PGSERVICEFILE"), filepath.Join(home, ".pg_service.conf"))
	if err != nil && os.Getenv("PGSERVICEFILE") == "" {
		return trouble(name, warning, tusk.InfoOf(err))
	}
	services, err := importer.From(path, importer.Service)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return well(name, "none at %s", path)
	case err != nil:
		return trouble(name, failed, tusk.InfoOf(err))
	}
	return well(name, "%s, services: %d", path, len(services))
}

func checkDatabaseURL() check {
	const name = "DATABASE_URL"
	raw := os.Getenv(name)
	if raw == "" {
		return well(name, "not set")
	}
	source, err := engine.FromURL(name, raw, name)
	if err != nil {
		return trouble(name, failed, tusk.InfoOf(err))
	}
	return well(name, "%s", address(source.Config)+suffix(!source.Password.IsZero(), ", with a password"))
}

func checkVariables() check {
	const name = "libpq's variables"
	source, found, err := engine.FromEnvironment(os.Getenv)
	switch {
	case err != nil:
		return trouble(name, failed, tusk.InfoOf(err))
	case !found:
		return well(name, "none names a database")
	}
	return well(name, "%s from %s", address(source.Config), strings.Join(variables(), ", "))
}

// variables are the names of libpq's variables that are set, without values.
func variables() []string {
	var names []string
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "PG") && value != "" {
			names = append(names, name)
		}
	}
	return names
}

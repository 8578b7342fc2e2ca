package pgtest

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
)

// Dedicated is a server of one test, which may kill it, restart it and change
// what belongs to the whole server.
type Dedicated struct {
	*Server
	scratch *scratch.Server
}

// Dedicated starts a private server of the same major with the given
// configuration parameters. It ends with the test.
func (s *Server) Dedicated(t testing.TB, parameters map[string]string) *Dedicated {
	t.Helper()
	all := maps.Clone(settings)
	maps.Copy(all, parameters)
	server, err := scratch.Start(t.Context(), scratch.Options{
		FindOptions: scratch.FindOptions{Major: s.Major},
		Settings:    all,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &Dedicated{&Server{server.Address}, server}
}

// Create makes a database in which the setup was run. Unlike one of Database,
// it ends with the server and not before: a server that was killed has nothing
// to drop.
func (d *Dedicated) Create(t testing.TB, setup ...string) *Database {
	t.Helper()
	db := &Database{d.Server, uniqueName(t), d.Username, d.Password}
	d.admin(t, "create database "+quote(db.Name))
	if len(setup) > 0 {
		db.Exec(t, setup...)
	}
	return db
}

// Kill ends the server as a crash does. A busy backend may still answer once.
func (d *Dedicated) Kill(t testing.TB) {
	t.Helper()
	if err := d.scratch.Kill(); err != nil {
		t.Fatal(err)
	}
}

// Restart stops the server, if it runs, and starts it again at the same address
// with the same data.
func (d *Dedicated) Restart(t testing.TB) {
	t.Helper()
	if err := d.scratch.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// WriteFile writes a file of the cluster's folder, such as pg_hba.conf, as one
// of the server's own that nobody else may read.
func (d *Dedicated) WriteFile(t testing.TB, name string, content []byte) {
	t.Helper()
	path := filepath.Join(d.scratch.DataDir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), giveToOwnerOf(d.scratch.DataDir, path)); err != nil {
		t.Fatal(err)
	}
}

// Set changes configuration parameters of the running server.
func (d *Dedicated) Set(t testing.TB, parameters map[string]string) {
	t.Helper()
	for name, value := range parameters {
		d.admin(t, "alter system set "+quote(name)+" = '"+strings.ReplaceAll(value, "'", "''")+"'")
	}
	d.admin(t, "select pg_reload_conf()")
}

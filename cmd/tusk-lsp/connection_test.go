package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// flagsFor name a database on a command line.
func flagsFor(db *pgtest.Database) string {
	c := db.Config()
	return fmt.Sprintf(" --host %s --port %d --database %s --user %s", c.Host, c.Port, c.Database, c.Username)
}

// passfile has a database's password found where psql would find it.
func passfile(t *testing.T, db *pgtest.Database) {
	t.Helper()
	t.Setenv("PGPASSFILE", writeFile(t, "pgpass", "*:*:*:"+db.Username+":"+db.Password+"\n"))
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConnectionIsAddedListedTestedAndRemoved(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	passfile(t, db)
	c.shows("", "connection list", "no connection is saved")
	c.shows("", "connection add mine"+flagsFor(db), "added mine: "+db.Username+"@")
	c.shows("", "connection list", "NAME", "mine", db.Name, "prefer", "never")
	out := c.shows("", "connection test mine", "mine works", "PostgreSQL ", "a superuser", "plain text", " ms", "allowed", "of 4 connections")
	for line := range strings.Lines(out) {
		if len(line) > 81 {
			t.Errorf("%q is wider than 80 columns", line)
		}
	}
	c.fails("", "connection add mine --user x", "already")
	c.shows("", "connection remove mine", "removed mine")
	c.fails("", "connection test mine", "no connection named mine")
}

// saved is `connection list --json` for one connection.
func (c command) saved(name string) store.Connection {
	c.t.Helper()
	var list []store.Connection
	if err := json.Unmarshal([]byte(c.must("", "connection list --json")), &list); err != nil {
		c.t.Fatal(err)
	}
	for _, saved := range list {
		if saved.Name == name {
			return saved
		}
	}
	c.t.Fatalf("%s is not listed", name)
	return store.Connection{}
}

func TestUpdateChangesWhatItsFlagsName(t *testing.T) {
	c := newCommand(t)
	key := writeFile(t, "key", "")
	c.must("", "connection add shop --host db --user ada --database shop --color #aabbcc --read-only --connect-timeout 3"+
		" --application-name tests --ssh-host gate --ssh-user me --ssh-key "+key)
	before := c.saved("shop")
	if tunnel := before.SSHTunnel; tunnel == nil || tunnel.AuthMethod != "key" || tunnel.Port != 22 || tunnel.Name != "gate" {
		t.Errorf("the tunnel is %+v", tunnel)
	}
	for _, test := range []struct {
		flags  string
		change func(*store.Connection)
	}{
		{"--port 5433", func(c *store.Connection) { c.Port = 5433 }},
		{"--lock-timeout 5 --idle-in-transaction-timeout 60 --manual-commit --environment production --confirm writes", func(c *store.Connection) {
			c.Options.LockTimeoutSecs, c.Options.IdleInTransactionTimeoutSecs, c.Options.ManualCommit = 5, 60, true
			c.Options.Environment, c.Options.Confirm = tusk.Production, tusk.ConfirmWrites
		}},
		{"--read-only=false --statement-timeout 9", func(c *store.Connection) { c.Options.ReadOnly, c.Options.StatementTimeoutSecs = false, 9 }},
		{"--ssh-host other --ssh-port 2222", func(c *store.Connection) {
			c.SSHTunnel.Host, c.SSHTunnel.Name, c.SSHTunnel.Port = "other", "other", 2222
		}},
		{"--ssh-auth agent", func(c *store.Connection) { c.SSHTunnel.AuthMethod = "agent" }},
		{"--url postgres://bob@db2:1/stock?sslmode=require", func(c *store.Connection) {
			c.Host, c.Port, c.Username, c.Database, c.SSLMode = "db2", 1, "bob", "stock", "require"
		}},
		{"--ssh-host=", func(c *store.Connection) { c.SSHTunnel = nil }},
		{"--name renamed", func(c *store.Connection) { c.Name = "renamed" }},
	} {
		test.change(&before)
		c.shows("", "connection update shop "+test.flags, "updated")
		after := c.saved(before.Name)
		after.UpdatedAt = before.UpdatedAt
		want, got := asJSON(t, before), asJSON(t, after)
		if got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.flags, got, want)
		}
	}
	c.fails("", "connection update renamed --port 0 --ssl-mode loud", "ssl_mode")
	c.fails("", "connection update renamed --environment live --confirm never --lock-timeout -1",
		"options.environment: \"live\" is none of development", "options.confirm", "options.lock_timeout_secs")
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPasswordIsKeptInTheKeychain(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	c.must("", "connection add mine"+flagsFor(db))
	c.fails(db.Password, "connection password mine", "Keyring Error", "not in use: a test", "hint:")
	withKeychain(t)
	c.fails("", "connection test mine", "none is known", "connection password NAME")
	c.fails("", "connection password mine", "nothing was typed")
	c.fails(db.Password, "connection password mine --ssh", "no SSH tunnel")
	c.shows(db.Password+"\n", "connection password mine", "in the keychain")
	c.shows("", "connection test mine", "mine works")
	c.shows("", "connection explain mine", "password", "keychain")
	c.must("", "connection duplicate mine twin")
	c.shows("", "connection test twin", "twin works")
	c.must("", "connection password mine --delete")
	c.fails("", "connection test mine", "none is known")
	c.shows("", "connection test twin", "twin works")
}

func TestPasswordIsPrintedByAProgram(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	file := writeFile(t, "password", db.Password+"\n")
	c.must("", "connection add mine"+flagsFor(db))
	c.shows("", "connection password mine -- cat "+file, "what `cat ")
	c.shows("", "connection explain mine", "password command")
	c.shows("", "connection test mine", "mine works")
	c.fails("", "connection password mine --ssh -- cat "+file, "without --ssh")
	c.fails("", "connection password mine cat "+file, "wants the name of one connection")
	c.must("", "connection password mine --delete")
	c.fails("", "connection test mine", "none is known")
}

func TestURLIsReadFromStdin(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	withKeychain(t)
	c.must(db.URL()+"\n", "connection add mine --url -")
	c.shows("", "connection test mine", "mine works")
}

func TestStatusTellsOfEachConnection(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	passfile(t, db)
	c.must("", "connection add works --read-only"+flagsFor(db))
	c.must("", "connection add broken --host 127.0.0.1 --port 1 --user me")
	c.shows("", "connection status", "broken\n", "nothing listens", "hint", "works\n", "PostgreSQL", "refused: the connection is read-only")
	var list []engine.ConnectionStatus
	if err := json.Unmarshal([]byte(c.must("", "connection status works --json")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Server == nil || list[0].Server.Database != db.Name || !list[0].ReadOnly {
		t.Errorf("the status is %+v", list)
	}
}

func TestGuardsAreShown(t *testing.T) {
	c := newCommand(t)
	for _, test := range []struct{ flags, list, status string }{
		{"", "- yes off never", "allowed"},
		{"--color #cc0000", "- yes ask never", "allowed; you are asked before data is destroyed"},
		{"--environment staging --confirm refuse", "staging yes refuse never", "allowed, unless they destroy data"},
		{"--environment production --confirm writes --manual-commit", "production yes writes never", "allowed; you are asked before each; nothing is kept before COMMIT"},
		{"--environment production --read-only", "production no ask never", "refused: the connection is read-only"},
	} {
		c.must("", "connection add shop --host 127.0.0.1 --port 1 --user me "+test.flags)
		listed := strings.Join(strings.Fields(c.must("", "connection list")), " ")
		if !strings.HasSuffix(listed, " "+test.list) {
			t.Errorf("%s is listed as %s", test.flags, listed)
		}
		shown := ""
		for line := range strings.Lines(c.must("", "connection status shop")) {
			if text, ok := strings.CutPrefix(line, "  writes"); ok {
				shown = strings.TrimSpace(text)
			}
		}
		if shown != test.status {
			t.Errorf("%s has the status %q, want %q", test.flags, shown, test.status)
		}
		c.must("", "connection remove shop")
	}
}

func TestExplainTellsWhereValuesComeFrom(t *testing.T) {
	c := newCommand(t)
	c.must("", "connection add shop --host db --user ada")
	c.shows("", "connection explain shop", "FIELD", "host", "db", "saved")
	t.Setenv("PGHOST", "elsewhere")
	t.Setenv("PGPASSWORD", "s3cret-word")
	out := c.shows("", "connection explain", "elsewhere", "PGHOST", "default", "given")
	if strings.Contains(out, "s3cret-word") {
		t.Errorf("the password is in\n%s", out)
	}
}

func TestConnectionsOfOtherToolsAreImported(t *testing.T) {
	c := newCommand(t)
	c.shows("", "connection import", "nothing was found")
	services := writeFile(t, "services", "[shop]\nhost=db\nuser=ada\npassword=s3cret-word\n[broken]\nport=none\n")
	t.Setenv("PGSERVICEFILE", services)
	c.shows("", "connection import --dry-run", `service "shop"`, "ada@db:5432", `service "broken"`)
	c.shows("", "connection list", "no connection is saved")
	c.shows("", "connection import pgcli", "nothing was found")
	c.shows("", "connection import service", "added as shop")
	c.shows("", "connection import service "+services, "was imported before")
	c.must("", "connection add other --user me")
	c.must("", "connection remove shop")
	c.must("", "connection update other --name shop")
	c.shows("", "connection import", "added as shop (2)")
}

func TestExportIsImportedElsewhere(t *testing.T) {
	c := newCommand(t)
	c.must("", "connection add shop --host db --user ada")
	file := filepath.Join(t.TempDir(), "tusk.json")
	for range 2 { // the second replaces it
		c.must("", "connection export "+file)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the export is %v, %v; want it private", info.Mode(), err)
	}
	elsewhere := newCommand(t)
	elsewhere.shows("", "connection import "+file, "added 1 connections")
	elsewhere.shows(c.must("", "connection export"), "connection import -", "added 0 connections")
	elsewhere.shows("", "connection list", "ada@db:5432/ada")
	elsewhere.fails("{}", "connection import -", "no export of tusk-lsp")
	c.fails("", "connection export "+filepath.Join(file, "below"), "cannot be written", "hint:")
}

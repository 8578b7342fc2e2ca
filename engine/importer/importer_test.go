package importer_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/importer"
)

func TestFrom(t *testing.T) {
	for _, test := range []struct {
		name    string
		kind    importer.Kind
		content string
		want    string
	}{
		{"dadbod", importer.Dadbod, `[
			{"name": "dev", "url": "postgres://joe:s%40fe@db:5433/shop?sslmode=require"},
			{"name": "socket", "url": "postgresql:///shop?host=/run/pg&user=joe"},
			{"name": "other", "url": "mysql://root:hunter2@localhost/x"},
			{"name": "file", "url": "sqlite:shop.db"},
			{"name": "env", "url": "$PROD_URL"},
			{"name": "bare", "url": "postgres:shop"},
			{"name": "two", "url": "postgres://joe:hunter2@a,b/shop"},
			{"url": "postgres://joe@db/x"}
		]`, `
			dev: joe@db:5433/shop require, password "s@fe"
			socket: joe@/run/pg:5432/shop prefer
			env: it cannot be imported: its URL is in a variable of the environment
			bare: it cannot be imported: there is no // after its scheme
			two: FILE names no connection: it names several hosts
			dadbod 8: joe@db:5432/x prefer`},
		{"dbee", importer.Dbee, `// connections of dbee
			[
			// one
			{"id": "1", "name": "dev", "type": "postgres", "url": "postgres://joe:pw@db/shop?sslmode=disable"},
			{"id": "2", "name": "keywords", "type": "pg", "url": "host=db user=joe password='a b\\'c' dbname=shop"},
			{"id": "3", "name": "templated", "type": "postgresql", "url": "postgres://joe:{{ env \"PW\" }}@db/shop"},
			{"id": "4", "name": "run", "type": "postgres", "url": "{{ exec \"pass show db\" }}"},
			{"id": "5", "name": "my", "type": "mysql", "url": "root:hunter2@tcp(db)/x"}
			]`, `
			dev: joe@db:5432/shop disable, password "pw"
			keywords: joe@db:5432/shop prefer, password "a b'c"
			templated: it cannot be imported: it is a template that dbee fills in
			run: it cannot be imported: it is a template that dbee fills in`},
		{"sqls", importer.Sqls, `
lowercaseKeywords: false
connections:
  - alias: dsn
    driver: postgresql
    dataSourceName: host=127.0.0.1 port=15432 user=postgres password=pw dbname=dvdrental sslmode=disable
  - alias: fields
    driver: postgresql
    proto: tcp
    user: joe
    passwd: 1234
    host: db
    port: 6000
    dbName: shop
    params:
      sslmode: require
  - driver: postgresql
    proto: unix
    user: joe
    path: /run/pg
    dbName: shop
  - alias: tunnel
    driver: postgresql
    proto: tcp
    user: admin
    passwd: Q+ACgv12ABx/
    host: 192.168.121.163
    dbName: world
    sshConfig:
      host: 192.168.121.168
      port: 2222
      user: sshuser
      passPhrase: ssspass
      privateKey: ~/.ssh/id_rsa
  - alias: nobody
    driver: postgresql
    dataSourceName: postgres://joe@db/shop
    sshConfig:
      host: bastion
  - alias: my
    driver: mysql
    dataSourceName: root:hunter2@tcp(127.0.0.1:13306)/world
  - alias: twice
    driver: postgresql
    dataSourceName: host=joe:hunter2@db
`, `
			dsn: postgres@127.0.0.1:15432/dvdrental disable, password "pw"
			fields: joe@db:6000/shop require, password "1234"
			shop: joe@/run/pg:5432/shop prefer
			tunnel: admin@192.168.121.163:5432/world prefer, password "Q+ACgv12ABx/" through sshuser@192.168.121.168:2222 with ~/.ssh/id_rsa, passphrase "ssspass"
			nobody: invalid connection settings: ssh_tunnel.username: a user name is required; ssh_tunnel.key_path: a key file is required for the method key
			twice: it cannot be imported: its host is a URL or has a user before it`},
		{"pgcli", importer.Pgcli, `
[main]
smart_completion = True
[named queries]
x = select 1
# the connections
[alias_dsn]
# example_dsn = postgresql://[user[:password]@][netloc][:port][/dbname]
dev = postgresql://joe:pw@db/shop   # a comment
"quoted" = 'postgresql://joe:p#w@db/shop'  # another
keywords = host=db user=joe dbname=shop
broken = host='db
named = service=shop
what = hunter2
[alias_dsn.init-commands]
dev = SET search_path TO x
[init-commands]
x = postgres://joe@db/x
`, `
			dev: joe@db:5432/shop prefer, password "pw"
			quoted: FILE names no connection: it cannot be read as a URL
			keywords: joe@db:5432/shop prefer
			broken: it cannot be imported: a quote in it is not closed
			named: it cannot be imported: it only names a service
			what: it cannot be imported: it is neither a URL nor a list of keyword=value`},
		{"service", importer.Service, `
# comment
[shop]
host=db
port=6000
dbname=shop
user=ann
password=hunter2
sslmode=verify-full
sslrootcert=/ca.pem

[addr]
hostaddr=10.0.0.1
user=ann
[many]
host=a,b
user=ann
[nested]
service=shop
[bad]
host=db
port=x
user=ann
`, `
			shop: ann@db:6000/shop verify-full, password "hunter2"
			addr: ann@10.0.0.1:5432/ann prefer
			many: it cannot be imported: it names several hosts
			nested: it cannot be imported: it only names a service
			bad: FILE names no connection: its port is "x"`},
	} {
		path := filepath.Join(t.TempDir(), test.name)
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := importer.From(path, test.kind)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var got, want []string
		for _, f := range found {
			if f.Origin != path || f.Kind != test.kind {
				t.Errorf("%s is of %s in %s", f.Name, f.Kind, f.Origin)
			}
			got = append(got, strings.ReplaceAll(show(t, f), path, "FILE"))
		}
		for line := range strings.Lines(strings.TrimSpace(test.want)) {
			want = append(want, strings.TrimSpace(line))
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%s gives\n%s\nwant\n%s", test.name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// show writes what matters of a connection that was found.
func show(t *testing.T, f importer.Found) string {
	t.Helper()
	if f.Problem != nil {
		e, ok := errors.AsType[*tusk.Error](f.Problem)
		if !ok || e.Hint == "" || strings.Contains(fmt.Sprint(e, e.Info()), "hunter2") {
			t.Errorf("%s: a problem without a hint, or with a secret: %v", f.Name, f.Problem)
		}
		return f.Name + ": " + e.Info().Message
	}
	c := f.Config
	if err := c.Validate(); err != nil || c.Name != f.Name {
		t.Errorf("%s: it is called %s, %v", f.Name, c.Name, err)
	}
	text := fmt.Sprintf("%s: %s@%s:%d/%s %s", f.Name, c.Username, c.Host, c.Port, c.Database, c.SSLMode)
	if !f.Password.IsZero() {
		text += fmt.Sprintf(", password %q", f.Password.Reveal())
	}
	if tunnel := c.SSHTunnel; tunnel != nil {
		text += fmt.Sprintf(" through %s@%s:%d with %s", tunnel.Username, tunnel.Host, tunnel.Port, tunnel.KeyPath)
	}
	if !f.TunnelSecret.IsZero() {
		text += fmt.Sprintf(", passphrase %q", f.TunnelSecret.Reveal())
	}
	if strings.Contains(fmt.Sprintf("%v %+v", f, f), "pw") {
		t.Errorf("%s shows its password when printed", f.Name)
	}
	return text
}

func TestFilesOfAnotherFormatAreToldWithoutTheirText(t *testing.T) {
	for kind, content := range map[importer.Kind]string{
		importer.Dadbod:  `[{"name": "a", "url": hunter2}]`,
		importer.Dbee:    `{"url": 1}`,
		importer.Sqls:    "connections:\n - passwd: hunter2\n   port: hunter2\n",
		importer.Service: "[a]\nhunter2\n",
	} {
		path := filepath.Join(t.TempDir(), string(kind))
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := importer.From(path, kind)
		e, ok := errors.AsType[*tusk.Error](err)
		if !ok || e.Category != tusk.Connection || e.Hint == "" || !strings.HasPrefix(e.Message, path+" cannot be read as ") {
			t.Errorf("%s: %v", kind, err)
		} else if strings.Contains(fmt.Sprint(e, e.Info()), "hunter2") {
			t.Errorf("%s: the text is in %v", kind, err)
		}
	}
	if _, err := importer.From(filepath.Join(t.TempDir(), "none"), importer.Sqls); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := importer.From("x", "dbeaver"); err == nil || !strings.Contains(err.Error(), `connections of "dbeaver" cannot be imported`) {
		t.Errorf("a tool that is not known: %v", err)
	}
}

func TestAll(t *testing.T) {
	const (
		dadbod  = `[{"name": "a", "url": "postgres://joe@dadbod/x"}]`
		dbee    = `[{"name": "a", "type": "pg", "url": "postgres://joe@dbee/x"}]`
		sqls    = "connections: [{alias: a, driver: postgresql, dataSourceName: 'postgres://joe@sqls/x'}]"
		pgcli   = "[alias_dsn]\na = postgres://joe@pgcli/x"
		service = "[a]\nhost=service\nuser=joe\ndbname=x"
	)
	for _, test := range []struct {
		name    string
		os      string
		files   map[string]string // below the home directory, which is HOME in environ
		environ string
		want    string
	}{
		{"linux", "linux", map[string]string{
			".local/share/db_ui/connections.json":      dadbod,
			".local/state/nvim/dbee/persistence.json":  dbee,
			".cache/nvim/dbee/persistence.json":        dbee,
			".config/sqls/config.yml":                  sqls,
			".config/pgcli/config":                     pgcli,
			".pg_service.conf":                         service,
			"etc/pg_service.conf":                      service,
			"Library/Application Support/other.config": "",
		}, "PGSYSCONFDIR=HOME/etc", "dadbod dbee dbee sqls pgcli service service"},
		{"xdg", "darwin", map[string]string{
			"state/lazy/dbee/persistence.json": dbee,
			"cache/lazy/dbee/persistence.json": dbee,
			"config/sqls/config.yml":           sqls,
			"config/pgcli/config":              pgcli,
			".pg_service.conf":                 "not this one",
			"services":                         service,
		}, "NVIM_APPNAME=lazy XDG_STATE_HOME=HOME/state XDG_CACHE_HOME=HOME/cache XDG_CONFIG_HOME=HOME/config PGSERVICEFILE=HOME/services", "dbee dbee sqls pgcli service"},
		{"windows", "windows", map[string]string{
			".local/share/db_ui/connections.json":           dadbod,
			"AppData/Local/nvim-data/dbee/persistence.json": dbee,
			"AppData/Local/Temp/nvim/dbee/persistence.json": dbee,
			".config/sqls/config.yml":                       sqls,
			"AppData/Local/dbcli/pgcli/config":              pgcli,
			"AppData/Roaming/postgresql/.pg_service.conf":   service,
			".config/pgcli/config":                          "[alias_dsn]\nnot = this one",
		}, "", "dadbod dbee dbee sqls pgcli service"},
		{"variables", "darwin", map[string]string{"rc": pgcli}, "PGCLIRC=HOME/rc " +
			"DBUI_URL=postgres://joe@url/shop?sslmode=require DB_UI_PROD=postgres://joe@prod/x DB_UI_DEV=postgres://joe@dev/x DB_UI_MY=mysql://x/y " +
			`DBEE_CONNECTIONS=[{"name":"b","type":"postgres","url":"postgres://joe@variable/x"}]`,
			"shop:url dev:dev prod:prod b:variable pgcli"},
		{"named", "darwin", nil, "DBUI_URL=postgres://joe@url/shop DBUI_NAME=mine", "mine:url"},
		{"broken", "darwin", map[string]string{".local/share/db_ui/connections.json": "{"}, "DBEE_CONNECTIONS={", "!connections.json !DBEE_CONNECTIONS"},
		{"nothing", "darwin", nil, "", ""},
	} {
		home := t.TempDir()
		for name, content := range test.files {
			path := filepath.Join(home, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		environ := strings.Fields(strings.ReplaceAll(test.environ, "HOME/", home+string(filepath.Separator)))
		var got []string
		for _, f := range importer.All(importer.Places{Home: home, Environ: environ, OS: test.os}) {
			switch {
			case f.Problem != nil:
				got = append(got, "!"+filepath.Base(f.Origin))
			case f.Name == "a":
				got = append(got, f.Config.Host)
			default:
				got = append(got, f.Name+":"+f.Config.Host)
			}
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: found %s, want %s", test.name, got, test.want)
		}
	}
}

func TestOneAddressIsOneConnectionWhateverTheTool(t *testing.T) {
	folder := t.TempDir()
	id := func(kind importer.Kind, content string) string {
		path := filepath.Join(folder, string(kind))
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := importer.From(path, kind)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", kind, found, err)
		}
		return found[0].Config.ID.String()
	}
	url := id(importer.Dadbod, `[{"name": "a", "url": "postgres://joe:x@db/shop"}]`)
	service := id(importer.Service, "[b]\nhost=db\nuser=joe\ndbname=shop")
	tunnel := id(importer.Sqls, "connections: [{driver: postgresql, dataSourceName: 'postgres://joe@db/shop', sshConfig: {host: h, user: u, privateKey: k}}]")
	if url != service {
		t.Errorf("one address has the ids %s and %s", url, service)
	}
	if tunnel == url {
		t.Error("the way through a tunnel has the id of the way without")
	}
}

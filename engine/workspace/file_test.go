package workspace_test

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/workspace"
)

// write makes a workspace out of files; a name that ends in / is a folder.
func write(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func read(t *testing.T, content string) *workspace.File {
	t.Helper()
	root := write(t, map[string]string{workspace.Name: content})
	file, err := workspace.Read(filepath.Join(root, workspace.Name), root)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

const shop = `
default = "shop-dev"

[connections.shop-dev]
host = "localhost"
port = 5433
database = "shop"
username = "me"
ssl_mode = "require"
color = "#aa0000"
statement_timeout_secs = 5

[connections.shop-prod]     # only named: the user has saved it
read_only = true

[connections.shop-live]     # likewise
environment = "production"

[connections.migrator]
confirm = "refuse"

[connections.far]
host = "db.internal"
username = "me"
read_only = true
environment = "production"
confirm = "refuse"
manual_commit = true
lock_timeout_secs = 7
idle_in_transaction_timeout_secs = 60
ssh_tunnel = { host = "bastion.example.com", username = "jump", auth_method = "key", key_path = "/keys/id" }

[[paths]]
glob = "migrations/prod/**/*.sql"
connection = "shop-prod"

[[paths]]
glob = "migrations/**"
connection = "migrator"     # saved, and not even named above

[[paths]]
glob = "reports/*"
read_only = true            # on the default connection
`

func TestConnectionsOfAWorkspaceFile(t *testing.T) {
	file := read(t, shop)
	var got []string
	for _, c := range file.Connections {
		line := fmt.Sprintf("%s: %s@%s:%d/%s %s read-only %v %s %d", c.Name, c.Username, c.Host, c.Port, c.Database, c.SSLMode, c.Options.ReadOnly, c.Color, c.Options.StatementTimeoutSecs)
		if o := c.Options; o.Environment != "" {
			line += fmt.Sprintf(" %s %s %v %d %d", o.Environment, o.Confirm, o.ManualCommit, o.LockTimeoutSecs, o.IdleInTransactionTimeoutSecs)
		}
		if tunnel := c.SSHTunnel; tunnel != nil {
			line += fmt.Sprintf(" through %s@%s by %s %s", tunnel.Username, tunnel.Host, tunnel.AuthMethod, tunnel.KeyPath)
		}
		got = append(got, line)
	}
	want := []string{
		"far: me@db.internal:0/  read-only true  0 production refuse true 7 60 through jump@bastion.example.com by key /keys/id",
		"shop-dev: me@localhost:5433/shop require read-only false #aa0000 5",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheUserIsTheSystemsWhereNoneIsNamed(t *testing.T) {
	current, err := user.Current()
	if err != nil {
		t.Skip("the system does not tell who we are:", err)
	}
	file := read(t, "[connections.a]\ndatabase = 'shop'")
	if got := file.Connections[0].Username; got != current.Username {
		t.Errorf("the user is %q, want %q", got, current.Username)
	}
}

func TestForADocument(t *testing.T) {
	file := read(t, shop)
	for document, want := range map[string]string{
		"a.sql":                     `shop-dev, the default`,
		"sub/b.sql":                 `shop-dev, the default`,
		"migrations/prod/1.sql":     `shop-prod read-only, the glob "migrations/prod/**/*.sql"`,
		"migrations/prod/x/1.sql":   `shop-prod read-only, the glob "migrations/prod/**/*.sql"`,
		"migrations/prod/notes.txt": `migrator confirm refuse, the glob "migrations/**"`, // the first that matches
		"migrations/dev/1.sql":      `migrator confirm refuse, the glob "migrations/**"`,
		"reports/sales.sql":         `shop-dev read-only, the glob "reports/*"`,
		"../outside.sql":            ``,
	} {
		choice := file.For(filepath.Join(filepath.Dir(file.Path), filepath.FromSlash(document)), workspace.Choice{})
		if got := show(choice, file); got != want {
			t.Errorf("%s: %s, want %s", document, got, want)
		}
	}
}

func show(c workspace.Choice, file *workspace.File) string {
	text := c.Connection
	if c.ReadOnly {
		text += " read-only"
	}
	if c.Confirm != "" {
		text += " confirm " + string(c.Confirm)
	}
	if c.Why != "" {
		text += ", " + strings.TrimSuffix(c.Why, " in "+file.Path)
	}
	return text
}

func TestAModelineTightensOnly(t *testing.T) {
	file := read(t, shop)
	for _, test := range []struct {
		document string
		modeline workspace.Choice
		want     string
	}{
		{"a.sql", workspace.Choice{ReadOnly: true}, "shop-dev read-only, the default"},
		{"a.sql", workspace.Choice{Connection: "far", Why: "the modeline"}, "far read-only confirm refuse, the modeline"},
		{"a.sql", workspace.Choice{Connection: "shop-live", Why: "the modeline"}, "shop-live confirm ask, the modeline"},
		{"a.sql", workspace.Choice{Connection: "shop-prod", Why: "the modeline"}, "shop-prod read-only, the modeline"},
		{"reports/a.sql", workspace.Choice{Connection: "migrator", Why: "the modeline"}, "migrator read-only confirm refuse, the modeline"},
	} {
		path := filepath.Join(filepath.Dir(file.Path), filepath.FromSlash(test.document))
		if got := show(file.For(path, test.modeline), file); got != test.want {
			t.Errorf("%s with %+v: %s, want %s", test.document, test.modeline, got, test.want)
		}
	}
	alone := workspace.Choice{Connection: "a", ReadOnly: true, Why: "the modeline"}
	if got := (*workspace.File)(nil).For("/x.sql", alone); got != alone {
		t.Errorf("without a file the modeline says %+v", got)
	}
}

func TestAWorkspaceFileWithAMistakeIsNotUsed(t *testing.T) {
	for _, test := range []struct{ content, want string }{
		{"default = 'a\n", "1:13: literal strings cannot have new lines"},
		{"defautl = 'a'\n", "1:1: unknown key defautl"},
		{"[connection.a]\nhost = 'b'", "1:2: unknown key connection.a"},
		{"[connections.a]\nhost = 'b'\nhots = 'c'", "3:1: unknown key connections.a.hots"},
		{"[connections.a]\nport = '5432'", "2:8: connections.a.port cannot be a TOML string"},
		{"[connections.a]\nport = 70000", "2:1: port: must be 1 to 65535"},
		{"[connections.a]\nport = 0", "2:1: port: must be 1 to 65535"},
		{"connections.a.port = 0", "1:15: port: must be 1 to 65535"},
		{"[connections]\na = { host = 'b', port = 0 }", "2:19: port: must be 1 to 65535"},
		{"[connections.a]\nssl_mode = 'maybe'\ncolor = 'red'", "2:1: ssl_mode: \"maybe\" is none of disable, prefer, require, verify-ca, verify-full\n3:1: color: must look like #RRGGBB"},
		{"[connections.a]\nconnect_timeout_secs = 0", "2:1: connect_timeout_secs: must be at least 1 second"},
		{"[connections.a]\nlock_timeout_secs = -1\nidle_in_transaction_timeout_secs = 3000000", "2:1: lock_timeout_secs: must be 0 (none) to 2147483 seconds\n3:1: idle_in_transaction_timeout_secs: must be 0 (none) to 2147483 seconds"},
		{"[connections.a]\nenvironment = 'live'\nconfirm = 'never'", "2:1: environment: \"live\" is none of development, test, staging, production\n3:1: confirm: \"never\" is none of off, ask, refuse, writes"},
		{"[connections.a]\nhost = 'b'\nenvironment = 'live'", "3:1: environment: \"live\" is none of development, test, staging, production"},
		{"[connections.a]\nconfirm = 'off'", "2:1: confirm: a workspace can ask for more care, not for less"},
		{"[connections.a]\nhost = 'b'\nconfirm = 'off'", "3:1: confirm: a workspace can ask for more care, not for less"},
		{"[connections.a]\nhost = 'x'\n[connections.a.ssh_tunnel]\nauth_method = 'key'", "3:16: ssh_tunnel.host: it is no host name, address or folder of a socket\n3:16: ssh_tunnel.key_path: a key file is required for the method key"},
		{"[connections.'']\nhost = 'b'", "1:14: name: must be 1 to 255 characters long"},
		{"[[paths]]\nglob = '/x'\nconnection = 'a'", "2:1: a glob is relative, names files, and has one / between names; write folder/** for all that lies in a folder"},
		{"[[paths]]\nglob = '*'\nconnection = 'a'\n[[paths]]\nconnection = 'a'", "4:3: the glob is missing"},
		{"paths = [\n { glob = '*', connection = 'a' },\n { glob = 'b' },\n]", "3:4: this glob leads to nothing"},
		{strings.Repeat("[[paths]]\nglob = '*'\nread_only = true\n", 101), "301:3: there are more than 100 paths"},
		{"[connections.a]\nssl_root_cert = 'none.pem'", "2:1: this file does not exist"},
	} {
		if got := problems(t, map[string]string{workspace.Name: test.content}); got != test.want {
			t.Errorf("%s\ngives\n%s\nwant\n%s", test.content, got, test.want)
		}
	}
}

// problems gives what is wrong with a workspace's file, without its path.
func problems(t *testing.T, files map[string]string) string {
	t.Helper()
	root := write(t, files)
	path := filepath.Join(root, workspace.Name)
	_, err := workspace.Read(path, root)
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok || e.Category != tusk.Connection || e.Hint == "" {
		t.Fatalf("no error with a hint: %v", err)
	}
	all, ok := errors.AsType[workspace.Problems](err)
	if !ok {
		t.Fatalf("no problems: %v", err)
	}
	return strings.ReplaceAll(all.Error(), path+":", "")
}

func TestSecretsAreRefusedAndNotRepeated(t *testing.T) {
	for _, content := range []string{
		"[connections.a]\npassword = 'hunter2'",
		"[connections.a]\nPassword = 'hunter2'",
		"[connections.a]\npassfile = 'hunter2'",
		"[connections.a]\nsslpassword = 'hunter2'",
		"[connections.a]\npassword_command = ['echo', 'hunter2']",
		"[connections.a.ssh_tunnel]\npassphrase = 'hunter2'",
		"[connections]\na = { host = 'b', password = 'hunter2' }",
		"connections.a.password = 'hunter2'",
		"[[paths]]\nglob = '*'\npassword = 'hunter2'",
		"paths = [ { glob = '*', api_token = 'hunter2' } ]",
		"pgpass = 'hunter2'",
	} {
		got := problems(t, map[string]string{workspace.Name: content})
		if !strings.HasSuffix(got, ": a secret does not belong into a workspace file") || strings.Contains(got, "\n") {
			t.Errorf("%s\ngives %s", content, got)
		}
	}
	for _, content := range []string{
		"[connections.a]\nhost = 'postgres://joe:hunter2@db/shop'",
		"[connections.a]\nhost = 'joe:hunter2@db'",
		"[connections.a]\nurl = 'postgres://joe:hunter2@db/shop'",
		"[connections.a]\npassword = 'hunter2\n",
		"[connections.a]\npassword = hunter2\n",
	} {
		if got := problems(t, map[string]string{workspace.Name: content}); strings.Contains(got, "hunter2") {
			t.Errorf("the password is in %s", got)
		}
	}
	// A name is no secret.
	if file := read(t, "[connections.password-db]\nhost = 'b'"); len(file.Connections) != 1 {
		t.Errorf("%d connections", len(file.Connections))
	}
}

func TestCertificatesStayInTheWorkspace(t *testing.T) {
	outside := write(t, map[string]string{"ca.pem": ""})
	connection := func(path string) string { return "[connections.a]\nssl_root_cert = '" + path + "'" }
	for _, path := range []string{"../ca.pem", "link/ca.pem", "up/../../ca.pem", "ca-link.pem"} {
		root := write(t, map[string]string{workspace.Name: connection(path), "up/": ""})
		for link, target := range map[string]string{"link": outside, "ca-link.pem": filepath.Join(outside, "ca.pem"), "../ca.pem": filepath.Join(outside, "ca.pem")} {
			if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
				t.Skip("no symbolic links here:", err)
			}
		}
		_, err := workspace.Read(filepath.Join(root, workspace.Name), root)
		if err == nil || !strings.Contains(err.Error(), "outside of the workspace") {
			t.Errorf("%s: %v", path, err)
		}
	}

	root := write(t, map[string]string{"certs/ca.pem": "", "service/" + workspace.Name: connection("../certs/ca.pem")})
	file, err := workspace.Read(filepath.Join(root, "service", workspace.Name), root)
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.EvalSymlinks(filepath.Join(root, "certs", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Connections[0].SSLRootCert; got != want {
		t.Errorf("the certificate is %s, want %s", got, want)
	}

	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	for written, want := range map[string]string{"~/ca.pem": filepath.Join(home, "ca.pem"), filepath.Join(outside, "ca.pem"): filepath.Join(outside, "ca.pem")} {
		if got := read(t, connection(written)).Connections[0].SSLRootCert; got != want {
			t.Errorf("%s is %s, want %s", written, got, want)
		}
	}
}

func TestTheHashIsThatOfTheContent(t *testing.T) {
	one, same, other := read(t, shop), read(t, shop), read(t, shop+"\n")
	if one.Hash != same.Hash || len(one.Hash) != 64 {
		t.Errorf("one content has the hashes %s and %s", one.Hash, same.Hash)
	}
	if one.Hash == other.Hash {
		t.Error("two contents have one hash")
	}
}

func TestFindNeverLooksAboveTheRoot(t *testing.T) {
	top := write(t, map[string]string{
		workspace.Name:             "",
		"repo/a/b/c.sql":           "",
		"repo/a/" + workspace.Name: "",
	})
	for _, test := range []struct{ document, root, want string }{
		{"repo/a/b/c.sql", "repo", "repo/a"},
		{"repo/a/c.sql", "repo/a", "repo/a"},
		{"repo/c.sql", "repo", ""},
		{"repo/a/b/c.sql", "repo/a/b", ""},
		{"repo/x/y/new.sql", ".", "."},
		{"c.sql", "repo", ""},
	} {
		got, found := workspace.Find(filepath.Join(top, test.document), filepath.Join(top, test.root))
		want := ""
		if test.want != "" {
			want = filepath.Join(top, test.want, workspace.Name)
		}
		if got != want || found != (want != "") {
			t.Errorf("%s in %s: %q, %v, want %q", test.document, test.root, got, found, want)
		}
	}
}

func TestFilesThatCannotBeWorkspaceFiles(t *testing.T) {
	root := write(t, map[string]string{
		"large/" + workspace.Name:         strings.Repeat("#", 1<<20+1),
		"folder/" + workspace.Name + "/x": "",
		"missing/":                        "",
	})
	for folder, want := range map[string]string{"large": "larger than 64 KiB", "folder": "no plain file", "missing": ""} {
		_, err := workspace.Read(filepath.Join(root, folder, workspace.Name), root)
		if e, ok := errors.AsType[*tusk.Error](err); !ok || e.Category != tusk.Connection || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", folder, err)
		}
	}
	if runtime.GOOS == "linux" {
		// Reading it would never end.
		if _, err := workspace.Read("/dev/zero", "/dev"); err == nil || !strings.Contains(err.Error(), "no plain file") {
			t.Errorf("/dev/zero: %v", err)
		}
	}
}

// FuzzRead has no answer to compare with: nothing may panic, and what is read
// has no problem left.
func FuzzRead(f *testing.F) {
	f.Add(shop)
	f.Add("paths = [ { glob = '*' }, [ { a = {} } ] ]\n[a.b]\n[[a.c]]\n")
	f.Fuzz(func(t *testing.T, content string) {
		root := t.TempDir()
		path := filepath.Join(root, workspace.Name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := workspace.Read(path, root)
		if err != nil {
			return
		}
		for _, c := range file.Connections {
			if err := c.WithDefaults().Validate(); err != nil {
				t.Error(err)
			}
		}
	})
}

// Package architecture holds the test that keeps the dependency table of
// docs/architecture.md true.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tusk-lsp/tusk-lsp"

// room is a row of the table: which packages of ours and which third-party
// modules a folder may import. A name that ends in "/" allows what lies below.
type room struct {
	folder     string // "" is the root package; a row also covers the folders below it that have no row of their own
	ours       []string
	thirdParty []string
}

const (
	pgx      = "github.com/jackc/pgx/v5"
	uuid     = "github.com/google/uuid"
	protocol = "github.com/tliron/glsp/protocol_3_16"
	ssh      = "golang.org/x/crypto/ssh"
)

var (
	text       = []string{"sql/text", "sql/lex", "sql"}
	knowledge  = append([]string{".", "schema", "sql/pgparse"}, text...)
	model      = append([]string{".", "schema"}, text...)
	everything = []string{"/"}
)

var table = []room{
	{folder: "", thirdParty: []string{uuid}},
	{folder: "sql/text"},
	{folder: "sql/lex", ours: []string{"sql/text"}},
	{folder: "sql", ours: []string{"sql/text", "sql/lex"}},
	{folder: "sql/recent"},
	{folder: "sql/tree", ours: append([]string{"sql/recent", "sql/tree/internal/symbol"}, text...)},
	{folder: "sql/pgparse", ours: append([]string{"sql/recent"}, text...), thirdParty: []string{"github.com/pganalyze/pg_query_go/v6"}},
	{folder: "schema", ours: append([]string{"."}, text...)},
	{folder: "schema/introspect", ours: model, thirdParty: []string{pgx}},
	{folder: "schema/builtin", ours: append([]string{"schema/builtin/internal/archive"}, model...)},
	{folder: "schema/builtin/generate", ours: append([]string{"schema/builtin", "schema/builtin/internal/archive", "schema/introspect", "engine/scratch"}, model...), thirdParty: []string{pgx}},
	{folder: "schema/browse", ours: append([]string{"schema/ddl"}, model...)},
	{folder: "schema/ddl", ours: model},
	{folder: "schema/codec", ours: model},
	{folder: "schema/offline", ours: append([]string{"sql/tree", "schema/builtin", "schema/replay"}, model...)},
	{folder: "schema/diskcache", ours: append([]string{"schema/codec"}, model...), thirdParty: []string{uuid}},
	{folder: "schema/replay", ours: append([]string{"sql/tree"}, model...)},
	{folder: "sql/bind", ours: append([]string{"sql/tree"}, model...)},
	{folder: "sql/check", ours: append([]string{"sql/tree"}, knowledge...)},
	{folder: "sql/complete", ours: append([]string{"sql/tree", "sql/bind"}, knowledge...)},
	{folder: "sql/hover", ours: append([]string{"sql/tree", "sql/bind"}, model...)},
	{folder: "sql/signature", ours: append([]string{"sql/tree", "sql/bind"}, model...)},
	{folder: "sql/outline", ours: append([]string{"sql/tree"}, text...)},
	{folder: "sql/destructive", ours: text},
	{folder: "store", ours: []string{"."}, thirdParty: []string{uuid, "modernc.org/sqlite", "github.com/gofrs/flock"}},
	{folder: "secrets", ours: []string{"."}, thirdParty: []string{uuid, "github.com/zalando/go-keyring"}},
	{folder: "engine", ours: append([]string{"store", "secrets", "schema/builtin", "schema/diskcache", "schema/introspect", "engine/tunnel", "engine/describe", "engine/psql", "engine/spool", "sql/destructive"}, knowledge...), thirdParty: []string{uuid, pgx, "github.com/jackc/pgservicefile"}},
	{folder: "engine/describe", ours: []string{"."}},
	{folder: "engine/export", ours: []string{".", "engine/render", "sql/lex"}, thirdParty: []string{"github.com/xuri/excelize/v2"}},
	{folder: "engine/psql", ours: append([]string{"."}, text...)},
	{folder: "engine/render", ours: []string{"."}, thirdParty: []string{"github.com/mattn/go-runewidth"}},
	{folder: "engine/spool", ours: []string{".", "engine/tempdir"}},
	{folder: "engine/tempdir", thirdParty: []string{uuid, "github.com/gofrs/flock"}},
	{folder: "engine/tunnel", ours: []string{".", "secrets"}, thirdParty: []string{ssh, "github.com/kevinburke/ssh_config"}},
	{folder: "engine/workspace", ours: []string{".", "sql/text"}, thirdParty: []string{"github.com/pelletier/go-toml/v2"}},
	{folder: "engine/importer", ours: []string{".", "engine", "secrets", "store"}, thirdParty: []string{"github.com/goccy/go-yaml", "github.com/jackc/pgservicefile"}},
	{folder: "engine/scratch", ours: []string{"."}, thirdParty: []string{pgx, "github.com/gofrs/flock", "github.com/adrg/xdg"}},
	{folder: "lsp/rpc", thirdParty: []string{"github.com/sourcegraph/jsonrpc2"}},
	{folder: "lsp/protocol", thirdParty: []string{protocol}},
	{folder: "lsp/lspclient", ours: []string{"lsp/rpc", "lsp/protocol"}, thirdParty: []string{protocol, "github.com/sourcegraph/jsonrpc2"}},
	{folder: "lsp/lsptest", ours: []string{"lsp/rpc", "lsp/protocol", "lsp/lspclient"}, thirdParty: []string{protocol}},
	{folder: "lsp", ours: append([]string{"schema/browse", "schema/builtin", "schema/offline", "schema/replay", "store", "secrets", "engine", "engine/export", "engine/render", "engine/importer", "engine/tempdir", "engine/tunnel", "engine/workspace", "sql/bind", "sql/check", "sql/complete", "sql/hover", "sql/outline", "sql/signature", "lsp/rpc", "lsp/protocol"}, knowledge...), thirdParty: []string{uuid, protocol}},
	{folder: "cmd", ours: everything, thirdParty: []string{uuid, pgx, ssh, "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term"}},
	{folder: "internal", ours: everything, thirdParty: []string{uuid, pgx, ssh, "github.com/pganalyze/pg_query_go/v6", "golang.org/x/sys", "github.com/gofrs/flock"}},
}

type goPackage struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

// TestImportsFollowTheTable fails on an import that runs up the table, or that
// brings a third-party package into a room that has no business with it.
func TestImportsFollowTheTable(t *testing.T) {
	packages := list(t, "./...")
	if len(packages) < len(table) {
		t.Fatalf("go list found %d packages, fewer than the table's %d rows", len(packages), len(table))
	}
	standard := map[string]bool{}
	for _, p := range list(t, "std") {
		standard[p.ImportPath] = true
	}
	for _, p := range packages {
		folder := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		r, ok := rowOf(folder)
		if !ok {
			t.Errorf("%s has no row in the table: say what it may import", folder)
			continue
		}
		for _, imported := range p.Imports {
			switch {
			case standard[imported] || imported == "C" || imported == "unsafe":
			case imported == module || strings.HasPrefix(imported, module+"/"):
				ours := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
				if !allowsOurs(r, folder, ours) {
					t.Errorf("%q imports %q, which its row does not allow", folder, ours)
				}
			case !allowsModule(r, imported):
				t.Errorf("%q imports %s, which its row does not allow", folder, imported)
			}
		}
	}
}

func rowOf(folder string) (room, bool) {
	best, found := room{}, false
	for _, r := range table {
		covers := r.folder == folder || r.folder != "" && strings.HasPrefix(folder, r.folder+"/")
		if covers && (!found || len(r.folder) > len(best.folder)) {
			best, found = r, true
		}
	}
	return best, found
}

func allowsOurs(r room, folder, imported string) bool {
	if imported == "" {
		imported = "."
	}
	// A row's own folder and what it covers is one room.
	if own, ok := rowOf(imported); ok && imported != "." && own.folder == r.folder && r.folder != "" {
		return true
	}
	return slices.Contains(r.ours, imported) || slices.Contains(r.ours, "/")
}

func allowsModule(r room, imported string) bool {
	return slices.ContainsFunc(r.thirdParty, func(m string) bool {
		return imported == m || strings.HasPrefix(imported, m+"/")
	})
}

func list(t *testing.T, pattern string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Standard", pattern)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", pattern, err, &stderr)
	}
	var packages []goPackage
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatalf("go list %s: %v", pattern, err)
		}
		packages = append(packages, p)
	}
}

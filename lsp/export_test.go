package lsp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp"
)

func TestExport(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), with(rich))
	e.Open(uri, `select n as id, case when n = 2 then null else 'a,b' end as note from generate_series(1, 3) n`)
	r := execute(t, e, map[string]any{"uri": uri}).Results[0].Result
	dir := t.TempDir()
	export := func(argument map[string]any) (lsp.ExportResult, string) {
		t.Helper()
		var x lsp.ExportResult
		e.Command("tusk.result.export", &x, argument)
		content, err := os.ReadFile(x.Path)
		if err != nil {
			t.Fatal(err)
		}
		return x, string(content)
	}
	x, content := export(map[string]any{"result_id": r.ID, "path": filepath.Join(dir, "a.csv")})
	if content != "id,note\n1,\"a,b\"\n2,\n3,\"a,b\"\n" || x.Rows != 3 {
		t.Errorf("%d rows: %s", x.Rows, content)
	}
	if info, err := os.Stat(x.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	down := []any{map[string]any{"column": 0, "descending": true}}
	if _, content := export(map[string]any{"path": filepath.Join(dir, "b.jsonl"), "sort": down}); content != "{\"id\":3,\"note\":\"a,b\"}\n{\"id\":2,\"note\":null}\n{\"id\":1,\"note\":\"a,b\"}\n" {
		t.Errorf("sorted: %s", content)
	}
	if _, content := export(map[string]any{"format": "insert", "table": "notes"}); !strings.Contains(content, "INSERT INTO notes") {
		t.Errorf("inserts: %s", content)
	}
	if x, _ := export(map[string]any{}); !strings.HasSuffix(x.Path, ".csv") {
		t.Errorf("without a choice it is %s", x.Path)
	}
	for _, wrong := range []map[string]any{
		{"path": filepath.Join(dir, "a.csv")}, {"format": "doc"}, {"path": filepath.Join(dir, "no", "where.csv")}, {"format": "insert"},
	} {
		if err := e.CommandError("tusk.result.export", wrong); err.Message == "" {
			t.Errorf("%v is taken", wrong)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	e.Replace(uri, 0, 0, "copy (select 'x', 1) to stdout; ")
	execute(t, e, map[string]any{"uri": uri, "position": map[string]any{"line": 0, "character": 3}})
	if _, content := export(map[string]any{}); content != "x\t1\n" {
		t.Errorf("lines: %q", content)
	}
}

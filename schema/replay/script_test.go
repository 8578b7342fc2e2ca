package replay_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// The catalog at a place has what the statements before it define.
func TestScriptAt(t *testing.T) {
	for marked, want := range map[string]string{
		"<|>CREATE TABLE t (a int);":                                              "",
		"CREATE TABLE t (a int<|>);":                                              "",
		"CREATE TABLE t (a int);<|>":                                              "public.t(a int)",
		"CREATE TABLE t (a int); SELECT <|> FROM t; DROP TABLE t;":                "public.t(a int)",
		"CREATE TABLE t (a int)<|>":                                               "",
		"SELECT a INTO t FROM u; /* */ <|>":                                       "public.t(a)",
		"-- first\nCREATE TABLE t (a int); ALTER TABLE t ADD b int; <|>":          "public.t(a int, b int)",
		"CREATE SCHEMA s; SET search_path = s; CREATE TEMP TABLE u (); table <|>": "pg_temp.u()",
		"BEGIN; CREATE TABLE t (); ROLLBACK; <|>":                                 "",
		"CREATE TABLE t (a int, ; CREATE TABLE u (b int); <|>":                    "public.t(a int) public.u(b int)",
	} {
		offset := strings.Index(marked, "<|>")
		file := sql.New(strings.Replace(marked, "<|>", "", 1))
		if got := tables(replay.NewScript().At(file, offset, empty(), replay.Options{})); got != want {
			t.Errorf("%s\n got %s\nwant %s", marked, got, want)
		}
	}
}

// A script that was edited anywhere gives what a fresh one gives, and its objects
// say where they come from.
func TestScriptAfterEdits(t *testing.T) {
	below := empty()
	script := replay.NewScript()
	file := sql.New("CREATE TABLE t (a int);\nBEGIN;\nALTER TABLE t ADD b int;\nSAVEPOINT s;\nDROP TABLE t;\nROLLBACK TO s;\nCOMMIT;\nCREATE TABLE u (c int);\n")
	for _, edit := range []struct {
		at       string
		from, to string
	}{{"a int", "a", "z"}, {"b int", "b int", "b text"}, {"ROLLBACK", "ROLLBACK TO s", ""}, {"BEGIN", "BEGIN;", ""}, {"CREATE TABLE t", "CREATE", "\nCREATE"}, {"u (c", "u", "w"}} {
		start := strings.Index(file.Text(), edit.at)
		file = file.Edit(text.Edit{Span: text.Span{Start: start, End: start + len(edit.from)}, Text: edit.to})
		for _, offset := range []int{len(file.Text()), start, len(file.Text()) / 2, len(file.Text())} {
			got, want := script.At(file, offset, below, replay.Options{}), replay.NewScript().At(file, offset, below, replay.Options{})
			if tables(got) != tables(want) {
				t.Errorf("after %v at %d\n got %s\nwant %s", edit, offset, tables(got), tables(want))
			}
		}
	}
	made := script.At(file, len(file.Text()), below, replay.Options{}).Relation("public", "w").Origin
	if !made.Script || file.Text()[made.Span.Start:made.Span.End] != "CREATE TABLE w (c int)" || made.Line != 8 {
		t.Errorf("the origin of w is %+v", made)
	}
}

// An edit at the end of a file of many definitions costs little.
func BenchmarkScriptAt(b *testing.B) {
	var all strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&all, "CREATE TABLE t%d (\n    id bigint PRIMARY KEY,\n    name text NOT NULL,\n    made timestamptz DEFAULT now()\n);\n", i)
	}
	file, below := sql.New(all.String()+"SELECT "), empty()
	script := replay.NewScript()
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			script = replay.NewScript()
			script.At(file, len(file.Text()), below, replay.Options{})
		}
	})
	b.Run("keystroke", func(b *testing.B) {
		end := len(file.Text())
		for b.Loop() {
			edited := file.Edit(text.Edit{Span: text.Span{Start: end, End: end}, Text: "x"})
			script.At(edited, end+1, below, replay.Options{})
		}
	})
}

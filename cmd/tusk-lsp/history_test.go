package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// remember puts statements into the history of two saved connections: each so
// many hours old, the last one of the other connection.
func (c command) remember(entries ...tusk.QueryHistoryEntry) {
	c.t.Helper()
	c.must("", "connection add shop --user ada")
	c.must("", "connection add stock --user ada")
	kept, warning, err := store.Open(c.t.Context(), c.dir)
	if err != nil || warning != nil {
		c.t.Fatal(err, warning)
	}
	defer kept.Close()
	for i, e := range entries {
		name := "shop"
		if i == len(entries)-1 {
			name = "stock"
		}
		connection, err := kept.ConnectionByName(c.t.Context(), name)
		if err != nil {
			c.t.Fatal(err)
		}
		e.ConnectionID = connection.ID
		if _, err := kept.AddHistory(c.t.Context(), e); err != nil {
			c.t.Fatal(err)
		}
	}
}

func ago(hours int) time.Time { return time.Now().Add(-time.Duration(hours) * time.Hour) }

// ids are those of `history list` with flags, the newest first.
func (c command) ids(flags string) string {
	c.t.Helper()
	var found []store.HistoryEntry
	if err := json.Unmarshal([]byte(c.must("", "history list --json "+flags)), &found); err != nil {
		c.t.Fatal(err)
	}
	var ids []string
	for _, e := range found {
		ids = append(ids, fmt.Sprint(e.ID))
	}
	return strings.Join(ids, " ")
}

func TestHistoryIsFoundAndKept(t *testing.T) {
	c := newCommand(t)
	c.shows("", "history list", "no entry was found")
	took, rows := int64(1500), int64(7)
	c.remember(
		tusk.QueryHistoryEntry{SQL: "select 'oldest'", ExecutedAt: ago(24 * 40)},
		tusk.QueryHistoryEntry{SQL: "select * from nowhere", ErrorMessage: "relation \"nowhere\" does not exist", ExecutedAt: ago(24 * 3)},
		tusk.QueryHistoryEntry{SQL: "select\n  *\nfrom customer" + strings.Repeat(" -- long", 20), ExecutionTimeMS: &took, RowCount: &rows, ExecutedAt: ago(3)},
		tusk.QueryHistoryEntry{SQL: "select * from stock", ExecutedAt: ago(1)},
	)
	list := c.shows("", "history list", "ID", "CONNECTION", "stock", "shop", "1.5s", "7 rows", "failed", "select * from customer", "…")
	for line := range strings.Lines(list) {
		if n := len([]rune(line)); n > 81 {
			t.Errorf("%q is %d characters wide", line, n)
		}
	}
	for flags, want := range map[string]string{
		"":                              "4 3 2 1",
		"--limit 2":                     "4 3",
		"--text customer":               "3",
		"--connection stock":            "4",
		"--since 2h":                    "4",
		"--since 7d":                    "4 3 2",
		"--until 2h --since 2d":         "3",
		"--until 2020-01-31":            "",
		"--since 2020-01-31T12:00:00Z":  "4 3 2 1",
		"--failed":                      "2",
		"--succeeded --connection shop": "3 1",
	} {
		if got := c.ids(flags); got != want {
			t.Errorf("history list %s: got %q, want %q", flags, got, want)
		}
	}
	c.fails("", "history list --connection nobody", "no connection named nobody")
	c.shows("", "history show 3", "on shop", "1.5s, 7 rows", "select\n  *\nfrom customer")
	c.shows("", "history show 2", "failed: relation")
	c.must("", "history pin 1")
	if got := c.ids("--pinned"); got != "1" {
		t.Errorf("pinned are %q", got)
	}
	c.shows("", "history list", "1*")
	c.shows("", "history prune --max-age 2d", "removed 1 entries")
	if got := c.ids(""); got != "4 3 1" {
		t.Errorf("after the pruning there are %q", got)
	}
	c.must("", "history unpin 1")
	c.shows("", "history clear --before 30d --connection stock", "removed 0 entries")
	c.shows("", "history clear --before 30d", "removed 1 entries")
	c.shows("", "history prune --max-entries 1", "removed 1 entries")
	c.must("", "history remove 4")
	c.fails("", "history remove 4", "no entry 4")
	if got := c.ids(""); got != "" {
		t.Errorf("at the end there are %q", got)
	}
}

func TestHistoryOfOneConnectionIsCleared(t *testing.T) {
	c := newCommand(t)
	c.remember(tusk.QueryHistoryEntry{SQL: "select 1"}, tusk.QueryHistoryEntry{SQL: "select 2"}, tusk.QueryHistoryEntry{SQL: "select 3"})
	c.must("", "history pin 1")
	c.shows("", "history clear --connection shop", "removed 1 entries")
	if got := c.ids(""); got != "3 1" {
		t.Errorf("left are %q, want the pinned and the other connection's", got)
	}
	c.shows("", "history clear", "removed 1 entries")
}

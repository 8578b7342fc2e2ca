package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/store"
)

// inspect DIR checks a store's file and its search index past the store, and
// prints the history.
func inspect(ctx context.Context, args []string) error {
	db, err := sql.Open("sqlite", filepath.Join(args[0], store.FileName))
	if err != nil {
		return err
	}
	defer db.Close()
	var faults string
	if err := db.QueryRowContext(ctx, `SELECT group_concat(integrity_check) FROM pragma_integrity_check`).Scan(&faults); err != nil || faults != "ok" {
		return fmt.Errorf("integrity_check: %s, %w", faults, err)
	}
	if _, err := db.ExecContext(ctx, `INSERT INTO query_history_text(query_history_text, rank) VALUES ('integrity-check', 1)`); err != nil {
		return fmt.Errorf("the search index: %w", err)
	}
	rows, err := db.QueryContext(ctx, `SELECT sql_text FROM query_history`)
	if err != nil {
		return err
	}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		fmt.Println(text)
	}
	return rows.Err()
}

// everySQL gives the statements of a file that is sound.
func everySQL(t testing.TB, dir string) map[string]bool {
	t.Helper()
	output, err := child(t, "inspect", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for text := range strings.Lines(string(output)) {
		text = strings.TrimSuffix(text, "\n")
		if found[text] {
			t.Errorf("%s is there twice", text)
		}
		found[text] = true
	}
	return found
}

// Eight editors start at once on a new data directory, and each writes.
func TestProcessesThatStartTogetherLoseNothing(t *testing.T) {
	t.Parallel()
	const processes, rows = 8, 1000
	dir := t.TempDir()
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			cmd := child(t, "write", dir, strconv.Itoa(i), strconv.Itoa(rows), "0s")
			var printed bytes.Buffer
			cmd.Stdout = &printed
			if err := cmd.Run(); err != nil {
				t.Errorf("process %d: %v", i, err)
			}
			if n := bytes.Count(printed.Bytes(), []byte("\n")); n != rows {
				t.Errorf("process %d reported %d rows", i, n)
			}
		})
	}
	all.Wait()
	if found := everySQL(t, dir); len(found) != processes*rows {
		t.Errorf("%d rows, want %d", len(found), processes*rows)
	}
}

// Editors crash while they open, create and write: whatever was reported as
// committed is there, and whoever comes next opens without a word.
func TestKilledProcessesLoseNothingThatWasCommitted(t *testing.T) {
	t.Parallel()
	const rounds, processes = 6, 4
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	var committed []string // guarded by mu
	for round := range rounds {
		var all sync.WaitGroup
		for i := range processes {
			life := time.Duration(random.IntN(400)) * time.Millisecond
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), life)
				defer cancel()
				cmd := childContext(ctx, t, "write", dir, fmt.Sprintf("%d-%d", round, i), strconv.Itoa(math.MaxInt), "0s")
				var printed bytes.Buffer
				cmd.Stdout = &printed
				if err := cmd.Run(); ctx.Err() == nil {
					t.Errorf("process %d ended by itself: %v", i, err)
				}
				mu.Lock()
				defer mu.Unlock()
				for line := range strings.Lines(printed.String()) {
					if text, whole := strings.CutSuffix(line, "\n"); whole {
						committed = append(committed, text)
					}
				}
			})
		}
		all.Wait()
		if err := child(t, "write", dir, "next", "0", "0s").Run(); err != nil {
			t.Fatal(err)
		}
	}
	found := everySQL(t, dir)
	for _, text := range committed {
		if !found[text] {
			t.Errorf("%s was reported as committed and is lost", text)
		}
	}
	t.Logf("%d rows were reported as committed, %d are there", len(committed), len(found))
	if len(committed) == 0 {
		t.Error("all processes were killed before they wrote")
	}
}

// Creation is a matter of milliseconds, in some of which a half-made file with
// a journal beside it stays behind.
func TestProcessesKilledWhileTheyCreateLeaveAUsableFile(t *testing.T) {
	t.Parallel()
	for range 15 {
		dir := t.TempDir()
		var all sync.WaitGroup
		for i := range 2 {
			life := time.Duration(5+rand.IntN(30)) * time.Millisecond
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), life)
				defer cancel()
				if err := childContext(ctx, t, "write", dir, strconv.Itoa(i), strconv.Itoa(math.MaxInt), "0s").Run(); ctx.Err() == nil {
					t.Errorf("process %d ended by itself: %v", i, err)
				}
			})
		}
		all.Wait()
		save(t, open(t, dir), connection("c"))
	}
}

// Two editors have the store open: each sees what the other one does.
func TestProcessesSeeEachOther(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	other := child(t, "write", dir, "other", "1", "0s")
	if err := other.Run(); err != nil {
		t.Fatal(err)
	}
	if got := sqls(t, s, store.HistoryFilter{Text: "other"}); got != "select 'other', 0" {
		t.Errorf("history %q", got)
	}
}

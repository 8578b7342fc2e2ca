package store_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/store"
)

// everySQL reads the history past the store.
func everySQL(t testing.TB, dir string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, sql := range lines(t, sqlite(t, dir), `SELECT sql_text FROM query_history`) {
		if found[sql] {
			t.Errorf("%s is there twice", sql)
		}
		found[sql] = true
	}
	return found
}

func checkSound(t testing.TB, dir string) {
	t.Helper()
	db := sqlite(t, dir)
	if found := lines(t, db, `PRAGMA integrity_check`); len(found) != 1 || found[0] != "ok" {
		t.Errorf("integrity_check: %s", found)
	}
	// An index that disagrees with the texts is an error.
	if _, err := db.Exec(`INSERT INTO query_history_text(query_history_text, rank) VALUES ('integrity-check', 1)`); err != nil {
		t.Errorf("the search index: %v", err)
	}
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
	checkSound(t, dir)
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
					if sql, whole := strings.CutSuffix(line, "\n"); whole {
						committed = append(committed, sql)
					}
				}
			})
		}
		all.Wait()
		if err := open(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
	}
	found := everySQL(t, dir)
	for _, sql := range committed {
		if !found[sql] {
			t.Errorf("%s was reported as committed and is lost", sql)
		}
	}
	checkSound(t, dir)
	t.Logf("%d rows were reported as committed, %d are there", len(committed), len(found))
	if len(committed) == 0 {
		t.Error("all processes were killed before they wrote")
	}
}

// Creation is a matter of milliseconds, in some of which a half-made file with
// a journal beside it stays behind.
func TestProcessesKilledWhileTheyCreateLeaveAUsableFile(t *testing.T) {
	t.Parallel()
	for range 30 {
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

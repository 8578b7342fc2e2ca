package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// recorder writes the history beside the results, in the order of the runs.
type recorder struct {
	entries chan tusk.QueryHistoryEntry
	writer  sync.WaitGroup
}

func newRecorder(s *store.Store, log *slog.Logger) *recorder {
	r := &recorder{entries: make(chan tusk.QueryHistoryEntry, 256)}
	r.writer.Go(func() {
		for entry := range r.entries {
			if _, err := s.AddHistory(context.Background(), entry); err != nil {
				log.Warn("a statement is missing in the history", "err", err)
			}
		}
	})
	return r
}

// add records a statement. It waits only when hundreds are not written yet.
func (r *recorder) add(h *QueryHandle, result *tusk.QueryResult, err error, took time.Duration) {
	ms := took.Milliseconds()
	entry := tusk.QueryHistoryEntry{
		ConnectionID:    h.ConnectionID,
		SQL:             redact(h.SQL),
		ExecutionTimeMS: &ms,
		ExecutedAt:      h.StartedAt,
	}
	switch {
	case err != nil && entry.SQL != h.SQL:
		// Messages quote what they are about.
		entry.ErrorMessage = tusk.CategoryOf(err).String() + "; its text is not kept, since the statement has a password"
	case err != nil:
		entry.ErrorMessage = tusk.InfoOf(err).Message
	case result.RowsAffected != nil:
		entry.RowCount = result.RowsAffected
	case len(result.Columns) > 0 && !result.Truncated:
		rows := int64(len(result.Rows))
		entry.RowCount = &rows
	}
	r.entries <- entry
}

// close waits until all is written. Nothing may be added after it.
func (r *recorder) close() {
	close(r.entries)
	r.writer.Wait()
}

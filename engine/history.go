package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// recorder writes the history beside the results, in the order of the runs.
type recorder struct {
	ended  chan ended
	writer sync.WaitGroup
}

// ended is a statement that has run.
type ended struct {
	handle *QueryHandle
	rows   *int64 // affected or returned; nil where it does neither
	err    error
	took   time.Duration
}

func newRecorder(s *store.Store, log *slog.Logger) *recorder {
	r := &recorder{ended: make(chan ended, 256)}
	r.writer.Go(func() {
		for e := range r.ended {
			if _, err := s.AddHistory(context.Background(), e.entry()); err != nil {
				log.Warn("a statement is missing in the history", "err", err)
			}
		}
	})
	return r
}

// add records a statement. It waits only when hundreds are not written yet.
func (r *recorder) add(e ended) { r.ended <- e }

// entry is what is kept of the statement: no password.
func (e ended) entry() tusk.QueryHistoryEntry {
	ms := e.took.Milliseconds()
	entry := tusk.QueryHistoryEntry{
		ConnectionID:    e.handle.ConnectionID,
		SQL:             redact(e.handle.SQL),
		ExecutionTimeMS: &ms,
		RowCount:        e.rows,
		ExecutedAt:      e.handle.StartedAt,
	}
	switch {
	case e.err != nil && entry.SQL != e.handle.SQL:
		// Messages quote what they are about.
		entry.ErrorMessage = tusk.CategoryOf(e.err).String() + "; its text is not kept, since the statement has a password"
	case e.err != nil:
		entry.ErrorMessage = tusk.InfoOf(e.err).Message
	}
	return entry
}

// rowCount gives the rows that a statement affected or returned, those beyond
// Script.MaxRows included where its command tag counts them.
func rowCount(results []*tusk.QueryResult) *int64 {
	if len(results) == 0 {
		return nil
	}
	r := results[len(results)-1]
	switch {
	case r.RowsAffected != nil:
		return r.RowsAffected
	case len(r.Columns) == 0:
		return nil
	}
	rows := max(r.RowCount, pgconn.NewCommandTag(r.CommandTag).RowsAffected())
	return &rows
}

// close waits until all is written. Nothing may be added after it.
func (r *recorder) close() {
	close(r.ended)
	r.writer.Wait()
}

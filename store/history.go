package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// HistoryEntry is a statement that was run, with what the store knows of it.
type HistoryEntry struct {
	tusk.QueryHistoryEntry
	Pinned bool `json:"pinned,omitempty"` // kept by PruneHistory
}

// Outcome selects history by how a statement ended.
type Outcome int

// The outcomes.
const (
	AnyOutcome Outcome = iota
	Succeeded
	Failed
)

// HistoryFilter selects history; its zero value selects all. Conditions add up.
type HistoryFilter struct {
	ConnectionID uuid.UUID // uuid.Nil: any
	Text         string    // words that each occur somewhere in the SQL, upper and lower case alike (in words of one or two characters only ASCII's)
	Since        time.Time // executed then or later; zero: no bound
	Until        time.Time // executed before; zero: no bound
	Outcome      Outcome
	Pinned       bool  // only pinned entries
	Before       int64 // only what comes after the entry of this id in the list's order: the next page, also when that entry was removed meanwhile; 0: the first
	Limit        int   // at most so many; 0: DefaultHistoryLimit
}

// DefaultHistoryLimit is the Limit of a HistoryFilter that has none.
const DefaultHistoryLimit = 100

const selectHistory = `SELECT h.history_id, h.connection_id, h.sql_text, h.execution_time_ms, h.row_count,
	h.error_message, h.executed_at, h.pinned FROM query_history h WHERE TRUE `

func scanHistory(row scanner) (HistoryEntry, error) {
	var e HistoryEntry
	var message sql.NullString
	err := row.Scan(&e.ID, &e.ConnectionID, &e.SQL, &e.ExecutionTimeMS, &e.RowCount,
		&message, timeColumn{&e.ExecutedAt}, &e.Pinned)
	e.ErrorMessage = message.String
	return e, err
}

// AddHistory records a statement and answers the entry's id. The connection
// must be in the store; ExecutedAt zero means now; ID is not used.
func (s *Store) AddHistory(ctx context.Context, entry tusk.QueryHistoryEntry) (int64, error) {
	if err := entry.Validate(); err != nil {
		return 0, err
	}
	if entry.ExecutedAt.IsZero() {
		entry.ExecutedAt = time.Now()
	}
	var id int64
	result, err := s.write.ExecContext(ctx, `INSERT INTO query_history
		(connection_id, sql_text, execution_time_ms, row_count, error_message, executed_at) VALUES (?, ?, ?, ?, ?, ?)`,
		entry.ConnectionID, entry.SQL, entry.ExecutionTimeMS, entry.RowCount, text(entry.ErrorMessage), timeText(entry.ExecutedAt))
	if err == nil {
		id, err = result.LastInsertId()
	}
	if err == nil && s.added.Add(1)%checkpointEvery == 0 {
		s.checkpoint(ctx)
	}
	return id, s.fail(ctx, err, "cannot add to the history")
}

// checkpointEvery so many entries, this process moves the log into the file.
const checkpointEvery = 500

// checkpoint does on a connection that reads what SQLite would do at a commit:
// there, a process waits for the disk while it is at the head of the queue,
// and one entry in a hundred took longer than 5 ms. An error is not one of the
// entry, which is in the log: the next checkpoint tries again, as SQLite does.
func (s *Store) checkpoint(ctx context.Context) {
	_, _ = s.read.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
}

// History lists the entries that a filter selects, the newest first.
func (s *Store) History(ctx context.Context, filter HistoryFilter) ([]HistoryEntry, error) {
	var q strings.Builder
	q.WriteString(selectHistory)
	var args []any
	and := func(condition string, arg ...any) {
		q.WriteString(" AND ")
		q.WriteString(condition)
		args = append(args, arg...)
	}
	if filter.ConnectionID != uuid.Nil {
		and(`h.connection_id = ?`, filter.ConnectionID)
	}
	match, rest := searchTerms(filter.Text)
	if match != "" {
		and(`h.history_id IN (SELECT rowid FROM query_history_text WHERE query_history_text MATCH ?)`, match)
	}
	for _, word := range rest {
		and(`instr(lower(h.sql_text), lower(?)) > 0`, word)
	}
	if !filter.Since.IsZero() {
		and(`h.executed_at >= ?`, timeText(filter.Since))
	}
	if !filter.Until.IsZero() {
		and(`h.executed_at < ?`, timeText(filter.Until))
	}
	switch filter.Outcome {
	case Succeeded:
		and(`h.error_message IS NULL`)
	case Failed:
		and(`h.error_message IS NOT NULL`)
	}
	if filter.Pinned {
		and(`h.pinned = 1`)
	}
	if filter.Before != 0 {
		// An entry that is gone was, as far as anybody knows, just newer than
		// the one added before it.
		and(`(h.executed_at, h.history_id) < (SELECT executed_at, ? FROM query_history
			WHERE history_id <= ? ORDER BY history_id DESC LIMIT 1)`, filter.Before, filter.Before)
	}
	limit := filter.Limit
	if limit <= 0 {
		limit = DefaultHistoryLimit
	}
	q.WriteString(` ORDER BY h.executed_at DESC, h.history_id DESC LIMIT ?`)
	found, err := list(ctx, s.read, scanHistory, q.String(), append(args, limit)...)
	return found, s.fail(ctx, err, "cannot read the history")
}

// searchTerms splits a user's text into words: those of three characters and
// more as an expression for the trigram index, the rest to be looked for in
// each text. A word in an FTS5 string means itself, whatever it contains.
func searchTerms(text string) (match string, rest []string) {
	var indexed []string
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(word) < 3 || strings.ContainsRune(word, 0) {
			rest = append(rest, word)
			continue
		}
		indexed = append(indexed, `"`+strings.ReplaceAll(word, `"`, `""`)+`"`)
	}
	return strings.Join(indexed, " AND "), rest
}

// HistoryEntry finds an entry, or ErrNotFound.
func (s *Store) HistoryEntry(ctx context.Context, id int64) (HistoryEntry, error) {
	e, err := one(ctx, s.read, scanHistory, selectHistory+`AND h.history_id = ?`, id)
	return e, s.fail(ctx, err, "cannot read the history entry %d", id)
}

// PinHistory protects an entry from PruneHistory. ErrNotFound where it is not
// there.
func (s *Store) PinHistory(ctx context.Context, id int64) error { return s.setPinned(ctx, id, true) }

// UnpinHistory ends the protection.
func (s *Store) UnpinHistory(ctx context.Context, id int64) error { return s.setPinned(ctx, id, false) }

func (s *Store) setPinned(ctx context.Context, id int64, pinned bool) error {
	err := touched(s.write.ExecContext(ctx, `UPDATE query_history SET pinned = ? WHERE history_id = ?`, pinned, id))
	return s.fail(ctx, err, "cannot pin the history entry %d", id)
}

// RemoveHistory removes an entry, pinned or not. ErrNotFound where it is not
// there.
func (s *Store) RemoveHistory(ctx context.Context, id int64) error {
	err := touched(s.write.ExecContext(ctx, `DELETE FROM query_history WHERE history_id = ?`, id))
	return s.fail(ctx, err, "cannot remove the history entry %d", id)
}

// ClearHistory removes the entries of a connection, with uuid.Nil those of
// all, except pinned ones, and answers how many went; the values of statements'
// parameters, which belong to no connection, go as well. Like PruneHistory it
// works in short transactions.
func (s *Store) ClearHistory(ctx context.Context, connection uuid.UUID) (removed int64, err error) {
	removed, err = s.removeBatches(ctx, `DELETE FROM query_history WHERE history_id IN (
		SELECT history_id FROM query_history WHERE pinned = 0
			AND connection_id IN (SELECT connection_id FROM connections WHERE connection_id = ?1 OR ?1 = ?2) LIMIT ?3)`,
		connection, uuid.Nil, pruneBatch)
	if err == nil {
		err = s.forgetParameters(ctx)
	}
	return removed, s.fail(ctx, err, "cannot clear the history")
}

// Retention says what PruneHistory keeps besides pinned entries.
type Retention struct {
	MaxAge     time.Duration // 0: any age
	MaxEntries int           // the newest so many of all connections; 0: any number
}

// pruneBatch bounds how long one transaction keeps other processes waiting.
const pruneBatch = 500

// PruneHistory removes what a retention does not keep and answers how many
// entries went; then ephemeral connections that nothing refers to and that
// were not used for a month. It works in short transactions: entries removed
// before an error stay removed.
func (s *Store) PruneHistory(ctx context.Context, keep Retention) (removed int64, err error) {
	if keep.MaxAge > 0 {
		n, err := s.removeBatches(ctx, `DELETE FROM query_history WHERE history_id IN (
			SELECT history_id FROM query_history WHERE pinned = 0 AND executed_at < ? LIMIT ?)`,
			timeText(time.Now().Add(-keep.MaxAge)), pruneBatch)
		removed += n
		if err != nil {
			return removed, s.fail(ctx, err, "cannot prune the history")
		}
	}
	if keep.MaxEntries > 0 {
		n, err := s.removeBatches(ctx, `DELETE FROM query_history WHERE history_id IN (
			SELECT history_id FROM query_history WHERE pinned = 0
			ORDER BY executed_at DESC, history_id DESC LIMIT ? OFFSET ?)`, pruneBatch, keep.MaxEntries)
		removed += n
		if err != nil {
			return removed, s.fail(ctx, err, "cannot prune the history")
		}
	}
	_, err = s.write.ExecContext(ctx, `DELETE FROM connections WHERE origin = 'ephemeral'
		AND max(updated_at, coalesce(last_connected_at, '')) < ?
		AND NOT EXISTS (SELECT 1 FROM query_history h WHERE h.connection_id = connections.connection_id)
		AND NOT EXISTS (SELECT 1 FROM saved_queries q WHERE q.connection_id = connections.connection_id)`,
		timeText(time.Now().AddDate(0, -1, 0)))
	return removed, s.fail(ctx, err, "cannot remove unused connections")
}

// removeBatches repeats a limited DELETE until it finds nothing.
func (s *Store) removeBatches(ctx context.Context, query string, args ...any) (removed int64, err error) {
	for {
		result, err := s.write.ExecContext(ctx, query, args...)
		if err != nil {
			return removed, err
		}
		n, err := result.RowsAffected()
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
}

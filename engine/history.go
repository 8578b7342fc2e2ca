package engine

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// recorder writes the history beside the results, in the order of the runs.
type recorder struct {
	store   *store.Store
	log     *slog.Logger
	entries chan tusk.QueryHistoryEntry
	done    sync.WaitGroup
}

func newRecorder(s *store.Store, log *slog.Logger) *recorder {
	r := &recorder{store: s, log: log, entries: make(chan tusk.QueryHistoryEntry, 256)}
	r.done.Go(func() {
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
	case err != nil:
		entry.ErrorMessage = tusk.InfoOf(err).Message
	case result.RowsAffected != nil:
		entry.RowCount = result.RowsAffected
	case len(result.Columns) > 0:
		rows := int64(len(result.Rows))
		entry.RowCount = &rows
	}
	r.entries <- entry
}

// close waits until all is written. Nothing may be added after it.
func (r *recorder) close() {
	close(r.entries)
	r.done.Wait()
}

// redact replaces the passwords in a statement: the string after the word
// password (of a role, or an option of a user mapping), and what secrets.Redact
// finds inside other strings, such as connection strings of subscriptions.
func redact(sql string) string {
	var out strings.Builder
	kept, after := 0, false
	lexer := lex.NewLexer(sql, 0, lex.Options{})
	for token := lexer.NextSignificant(); token.Kind != lex.EOF; token = lexer.NextSignificant() {
		text := token.Text(sql)
		if token.Literal() {
			clean := secrets.Redact(text)
			if after {
				clean = "'***'"
			}
			out.WriteString(sql[kept:token.Start] + clean)
			kept = token.End
		}
		after = strings.EqualFold(strings.Trim(text, `"`), "password") || after && (text == "=" || strings.EqualFold(text, "to"))
	}
	return out.String() + sql[kept:]
}

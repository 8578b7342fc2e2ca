package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// archive is the whole store as JSON. It has no secrets, as the store has
// none; what a statement of the history says is in it.
type archive struct {
	Format       string                     `json:"format"`
	Version      int                        `json:"version"`
	ExportedAt   time.Time                  `json:"exported_at"`
	Tunnels      []Tunnel                   `json:"tunnels"`
	Connections  []Connection               `json:"connections"`
	SavedQueries []tusk.SavedQuery          `json:"saved_queries"`
	History      []HistoryEntry             `json:"history"`
	UIState      map[string]json.RawMessage `json:"ui_state"`
}

const (
	archiveFormat  = "tusk-lsp store"
	archiveVersion = 1
)

// Export writes everything as one JSON document, as of one moment.
func (s *Store) Export(ctx context.Context, w io.Writer) error {
	a := archive{Format: archiveFormat, Version: archiveVersion, ExportedAt: time.Now().UTC(), UIState: map[string]json.RawMessage{}}
	if err := s.fill(ctx, &a); err != nil {
		return s.fail(ctx, err, "cannot export the store")
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a); err != nil {
		return tusk.NewError(tusk.Storage, err, "cannot write the export").WithHint("Check that its folder is writable and that its disk is not full.")
	}
	return nil
}

func (s *Store) fill(ctx context.Context, a *archive) (err error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
	if a.Tunnels, err = list(ctx, tx, scanTunnel, selectTunnels+`ORDER BY tunnel_id`); err != nil {
		return err
	}
	if a.Connections, err = list(ctx, tx, scanConnection, selectConnections+`ORDER BY c.connection_id`); err != nil {
		return err
	}
	if a.SavedQueries, err = list(ctx, tx, scanSaved, selectSaved+savedOrder); err != nil {
		return err
	}
	if a.History, err = list(ctx, tx, scanHistory, selectHistory+`ORDER BY h.history_id`); err != nil {
		return err
	}
	_, err = list(ctx, tx, func(row scanner) (struct{}, error) {
		var key, value string
		err := row.Scan(&key, &value)
		a.UIState[key] = json.RawMessage(value)
		return struct{}{}, err
	}, `SELECT key, value_json FROM ui_state`)
	return err
}

// Imported counts what an import added. What it did not add was there.
type Imported struct {
	Tunnels      int64 `json:"tunnels"`
	Connections  int64 `json:"connections"`
	SavedQueries int64 `json:"saved_queries"`
	History      int64 `json:"history"`
	UIState      int64 `json:"ui_state"`
}

// Import adds what Export wrote, whole or not at all. What the store has
// already (the same id or key, for history the same statement at the same
// time) stays as it is: a file must not redirect a connection whose password
// is in the keychain.
func (s *Store) Import(ctx context.Context, r io.Reader) (Imported, error) {
	var a archive
	if err := json.NewDecoder(r).Decode(&a); err != nil {
		return Imported{}, tusk.NewError(tusk.Storage, err, "the import is not readable").WithHint("Choose a file that `export` wrote.")
	}
	if err := a.validate(); err != nil {
		return Imported{}, err
	}
	var n Imported
	err := s.update(ctx, func(tx *sql.Tx) (err error) {
		n, err = a.addTo(ctx, tx)
		return err
	})
	if err != nil {
		return Imported{}, s.fail(ctx, err, "cannot import")
	}
	return n, nil
}

func (a *archive) validate() error {
	if a.Format != archiveFormat {
		return tusk.NewError(tusk.Storage, nil, "the import is no export of tusk-lsp").WithHint("Choose a file that `export` wrote.")
	}
	if a.Version < 1 || a.Version > archiveVersion {
		return tusk.NewError(tusk.Storage, nil, "the import has version %d, this tusk-lsp reads up to %d", a.Version, archiveVersion).
			WithHint("Update this tusk-lsp.")
	}
	var errs []error
	for i, t := range a.Tunnels {
		errs = append(errs, at("tunnels", i, t.Validate()))
	}
	for i, c := range a.Connections {
		errs = append(errs, at("connections", i, c.Validate()))
		if c.Origin != Saved && c.Origin != Ephemeral {
			errs = append(errs, at("connections", i, fmt.Errorf("%q is no origin", c.Origin)))
		}
	}
	for i, q := range a.SavedQueries {
		errs = append(errs, at("saved_queries", i, q.Validate()))
		if q.ID == uuid.Nil {
			errs = append(errs, at("saved_queries", i, errors.New("an id is required")))
		}
	}
	for i, e := range a.History {
		errs = append(errs, at("history", i, e.Validate()))
	}
	if _, ok := a.UIState[""]; ok {
		errs = append(errs, errors.New("ui_state: a key is required"))
	}
	if err := errors.Join(errs...); err != nil {
		return tusk.NewError(tusk.Storage, err, "the import has entries that are not valid").WithHint("Correct the named entries; nothing was imported.")
	}
	return nil
}

func at(list string, i int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s[%d]: %w", list, i, err)
}

func (a *archive) addTo(ctx context.Context, tx *sql.Tx) (n Imported, err error) {
	// missing runs put where query finds nothing, and counts.
	missing := func(count *int64, put func() error, query string, args ...any) {
		if err != nil {
			return
		}
		var found []int
		found, err = list(ctx, tx, func(row scanner) (n int, err error) { return n, row.Scan(&n) }, query, args...)
		if err != nil || len(found) > 0 {
			return
		}
		if err = put(); err == nil {
			*count++
		}
	}
	for _, t := range a.Tunnels {
		missing(&n.Tunnels, func() error { return putTunnel(ctx, tx, t) },
			`SELECT 1 FROM ssh_tunnels WHERE tunnel_id = ?`, t.ID)
	}
	for _, c := range a.Connections {
		if c.SSHTunnel != nil {
			t := Tunnel{SSHTunnelConfig: *c.SSHTunnel, CreatedAt: c.CreatedAt}
			missing(&n.Tunnels, func() error { return putTunnel(ctx, tx, t) },
				`SELECT 1 FROM ssh_tunnels WHERE tunnel_id = ?`, t.ID)
		}
		missing(&n.Connections, func() error { return insertConnection(ctx, tx, c) },
			`SELECT 1 FROM connections WHERE connection_id = ?`, c.ID)
	}
	for _, q := range a.SavedQueries {
		missing(&n.SavedQueries, func() error { return putSaved(ctx, tx, q) },
			`SELECT 1 FROM saved_queries WHERE query_id = ?`, q.ID)
	}
	if err == nil {
		n.History, err = a.addHistory(ctx, tx)
	}
	now := timeText(time.Now())
	for key, value := range a.UIState {
		missing(&n.UIState, func() error {
			_, err := tx.ExecContext(ctx, putUIState, key, string(value), now)
			return err
		}, `SELECT 1 FROM ui_state WHERE key = ?`, key)
	}
	return n, err
}

// addHistory is one statement for all entries: after each that changes it, the
// search index is flushed, and a long import would keep other processes from
// writing for longer than they wait.
func (a *archive) addHistory(ctx context.Context, tx *sql.Tx) (added int64, err error) {
	type row struct {
		HistoryEntry
		ExecutedAt string `json:"executed_at"` // as the table has it
	}
	rows := make([]row, len(a.History))
	for i, e := range a.History {
		rows[i] = row{e, timeText(e.ExecutedAt)}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return 0, err
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO query_history
			(connection_id, sql_text, execution_time_ms, row_count, error_message, executed_at, pinned)
		SELECT value ->> 'connection_id' AS connection, value ->> 'sql' AS text, value ->> 'execution_time_ms',
			value ->> 'row_count', value ->> 'error_message', value ->> 'executed_at' AS time, coalesce(value ->> 'pinned', 0)
		FROM json_each(?)
		WHERE NOT EXISTS (SELECT 1 FROM query_history
			WHERE connection_id = connection AND executed_at = time AND sql_text = text)
		ORDER BY key`, string(text))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

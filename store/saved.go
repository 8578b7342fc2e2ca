package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

const selectSaved = `SELECT query_id, connection_id, name, description, sql_text, folder_path, created_at, updated_at FROM saved_queries `

func scanSaved(row scanner) (tusk.SavedQuery, error) {
	var q tusk.SavedQuery
	var connection uuid.NullUUID
	var description, folder sql.NullString
	err := row.Scan(&q.ID, &connection, &q.Name, &description, &q.SQL, &folder, timeColumn{&q.CreatedAt}, timeColumn{&q.UpdatedAt})
	if connection.Valid {
		q.ConnectionID = &connection.UUID
	}
	q.Description, q.FolderPath = description.String, folder.String
	return q, err
}

// SavedQueries lists the library by folder and name.
func (s *Store) SavedQueries(ctx context.Context) ([]tusk.SavedQuery, error) {
	found, err := list(ctx, s.read, scanSaved, selectSaved+savedOrder)
	return found, s.fail(ctx, err, "cannot list the saved queries")
}

const savedOrder = `ORDER BY coalesce(folder_path, '') COLLATE NOCASE, name COLLATE NOCASE, query_id`

// SavedQueriesIn lists what lies in a folder, not in the folders below it;
// "" is the top.
func (s *Store) SavedQueriesIn(ctx context.Context, folder string) ([]tusk.SavedQuery, error) {
	found, err := list(ctx, s.read, scanSaved, selectSaved+`WHERE folder_path IS ? `+savedOrder, text(cleanFolder(folder)))
	return found, s.fail(ctx, err, "cannot list the saved queries of %q", folder)
}

// SavedQuery finds a saved query, or ErrNotFound.
func (s *Store) SavedQuery(ctx context.Context, id uuid.UUID) (tusk.SavedQuery, error) {
	q, err := one(ctx, s.read, scanSaved, selectSaved+`WHERE query_id = ?`, id)
	return q, s.fail(ctx, err, "cannot read the saved query %s", id)
}

// SaveQuery validates a query and adds it, or replaces the one of its id, and
// answers it as stored: with an id where it had none, its folder cleaned of
// empty parts, and the times set.
func (s *Store) SaveQuery(ctx context.Context, q tusk.SavedQuery) (tusk.SavedQuery, error) {
	if err := q.Validate(); err != nil {
		return tusk.SavedQuery{}, err
	}
	if q.ID == uuid.Nil {
		q.ID = uuid.New()
	}
	q.UpdatedAt = time.Now()
	q.CreatedAt = q.UpdatedAt
	var stored tusk.SavedQuery
	err := s.update(ctx, func(tx *sql.Tx) error {
		if err := putSaved(ctx, tx, q); err != nil {
			return err
		}
		var err error
		stored, err = one(ctx, tx, scanSaved, selectSaved+`WHERE query_id = ?`, q.ID)
		return err
	})
	return stored, s.fail(ctx, err, "cannot save the query %q", q.Name)
}

// putSaved keeps created_at of a row that is there.
func putSaved(ctx context.Context, tx *sql.Tx, q tusk.SavedQuery) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO saved_queries
			(query_id, connection_id, name, description, sql_text, folder_path, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (query_id) DO UPDATE SET connection_id = excluded.connection_id, name = excluded.name,
			description = excluded.description, sql_text = excluded.sql_text, folder_path = excluded.folder_path,
			updated_at = excluded.updated_at`,
		q.ID, q.ConnectionID, q.Name, text(q.Description), q.SQL, text(cleanFolder(q.FolderPath)),
		timeText(q.CreatedAt), timeText(q.UpdatedAt))
	return err
}

// RemoveQuery removes a saved query. ErrNotFound where it is not there.
func (s *Store) RemoveQuery(ctx context.Context, id uuid.UUID) error {
	err := touched(s.write.ExecContext(ctx, `DELETE FROM saved_queries WHERE query_id = ?`, id))
	return s.fail(ctx, err, "cannot remove the saved query %s", id)
}

// Folders lists every folder that holds a saved query, and those above them,
// in order. A folder exists as long as something is in it.
func (s *Store) Folders(ctx context.Context) ([]string, error) {
	paths, err := list(ctx, s.read, func(row scanner) (path string, err error) { return path, row.Scan(&path) },
		`SELECT DISTINCT folder_path FROM saved_queries WHERE folder_path IS NOT NULL`)
	if err != nil {
		return nil, s.fail(ctx, err, "cannot list the folders")
	}
	folders := []string{}
	for _, path := range paths {
		for i, r := range path {
			if r == '/' {
				folders = append(folders, path[:i])
			}
		}
		folders = append(folders, path)
	}
	slices.Sort(folders)
	return slices.Compact(folders), nil
}

// MoveFolder gives a folder with all below it another path: renames it, moves
// it into another one, or, where to is "", puts its content at the top.
// ErrNotFound where nothing is in it.
func (s *Store) MoveFolder(ctx context.Context, from, to string) error {
	source, target := cleanFolder(from), cleanFolder(to)
	if source == "" {
		return tusk.NewError(tusk.Storage, nil, "the top folder cannot be moved").WithHint("Name the folder to move.")
	}
	if strings.HasPrefix(target, source+"/") {
		return tusk.NewError(tusk.Storage, nil, "the folder %q cannot be moved into itself", from).WithHint("Choose another place.")
	}
	err := touched(s.write.ExecContext(ctx, `UPDATE saved_queries
		SET folder_path = nullif(trim(?2 || substr(folder_path, length(?1) + 1), '/'), ''), updated_at = ?3
		WHERE `+inFolder, source, target, timeText(time.Now())))
	return s.fail(ctx, err, "cannot move the folder %q", from)
}

// RemoveFolder removes a folder with all saved queries in it and below it, and
// answers how many went. ErrNotFound where nothing is in it.
func (s *Store) RemoveFolder(ctx context.Context, folder string) (removed int64, err error) {
	path := cleanFolder(folder)
	if path == "" {
		return 0, tusk.NewError(tusk.Storage, nil, "the top folder cannot be removed").WithHint("Name the folder to remove.")
	}
	result, err := s.write.ExecContext(ctx, `DELETE FROM saved_queries WHERE `+inFolder, path)
	if err = touched(result, err); err == nil {
		removed, err = result.RowsAffected()
	}
	return removed, s.fail(ctx, err, "cannot remove the folder %q", folder)
}

// inFolder is true of what is in the folder ?1 or below it.
const inFolder = `(folder_path = ?1 OR substr(folder_path, 1, length(?1) + 1) = ?1 || '/')`

// cleanFolder drops empty parts and the space around names: " a// b/" is "a/b".
func cleanFolder(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

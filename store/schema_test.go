package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/store"
)

// sqlite opens the file beside the store, as the sqlite3 shell would.
func sqlite(t testing.TB, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

// lines gives the rows of a query that has one text column.
func lines(t testing.TB, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		found = append(found, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// dataModel is what SQLite says of each table: its columns in the order in
// which they came, its foreign keys and the indexes that we made.
const dataModel = `
connections STRICT
  connection_id TEXT NOT NULL PRIMARY KEY 1
  name TEXT NOT NULL
  host TEXT NOT NULL
  port INTEGER NOT NULL DEFAULT 5432
  database TEXT NOT NULL
  username TEXT NOT NULL
  ssl_mode TEXT NOT NULL DEFAULT 'prefer'
  ssh_tunnel_id TEXT
  color TEXT
  read_only INTEGER NOT NULL DEFAULT 0
  connect_timeout_secs INTEGER NOT NULL DEFAULT 10
  statement_timeout_secs INTEGER
  application_name TEXT NOT NULL DEFAULT 'Tusk'
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  last_connected_at TEXT
  ssl_root_cert TEXT
  ssl_cert TEXT
  ssl_key TEXT
  origin TEXT NOT NULL DEFAULT 'saved'
  lock_timeout_secs INTEGER
  idle_in_transaction_timeout_secs INTEGER
  manual_commit INTEGER NOT NULL DEFAULT 0
  environment TEXT NOT NULL DEFAULT ''
  confirm TEXT NOT NULL DEFAULT ''
  ssh_tunnel_id REFERENCES ssh_tunnels(tunnel_id) ON DELETE SET NULL
  INDEX idx_connections_last_connected(last_connected_at DESC)
grants STRICT
  kind TEXT NOT NULL PRIMARY KEY 1
  subject TEXT NOT NULL PRIMARY KEY 2
  value_json TEXT NOT NULL
  granted_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
migrations STRICT
  domain TEXT NOT NULL PRIMARY KEY 1
  step INTEGER NOT NULL PRIMARY KEY 2
  migration TEXT NOT NULL
query_history STRICT
  history_id INTEGER PRIMARY KEY 1
  connection_id TEXT NOT NULL
  sql_text TEXT NOT NULL
  execution_time_ms INTEGER
  row_count INTEGER
  error_message TEXT
  executed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  pinned INTEGER NOT NULL DEFAULT 0
  connection_id REFERENCES connections(connection_id) ON DELETE CASCADE
  INDEX idx_query_history_connection(connection_id, executed_at DESC)
  INDEX idx_query_history_executed(executed_at DESC)
saved_queries STRICT
  query_id TEXT NOT NULL PRIMARY KEY 1
  connection_id TEXT
  name TEXT NOT NULL
  description TEXT
  sql_text TEXT NOT NULL
  folder_path TEXT
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  connection_id REFERENCES connections(connection_id) ON DELETE SET NULL
  INDEX idx_saved_queries_folder(folder_path)
ssh_tunnels STRICT
  tunnel_id TEXT NOT NULL PRIMARY KEY 1
  name TEXT NOT NULL
  host TEXT NOT NULL
  port INTEGER NOT NULL DEFAULT 22
  username TEXT NOT NULL
  auth_method TEXT NOT NULL
  key_path TEXT
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
ui_state STRICT
  key TEXT NOT NULL PRIMARY KEY 1
  value_json TEXT NOT NULL
  updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
`

func TestDataModel(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	db := sqlite(t, dir)
	var got strings.Builder
	got.WriteByte('\n')
	for _, table := range lines(t, db, `SELECT name FROM pragma_table_list
		WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'query_history_text%' ORDER BY name`) {
		fmt.Fprint(&got, table)
		for _, query := range []string{
			`SELECT iif(strict, ' STRICT', '') FROM pragma_table_list WHERE name = ?`,
			`SELECT '  ' || name || ' ' || type || iif("notnull", ' NOT NULL', '')
				|| coalesce(' DEFAULT ' || dflt_value, '') || iif(pk, ' PRIMARY KEY ' || pk, '')
				FROM pragma_table_info(?)`,
			`SELECT '  ' || "from" || ' REFERENCES ' || "table" || '(' || "to" || ') ON DELETE ' || on_delete
				FROM pragma_foreign_key_list(?)`,
			`SELECT '  INDEX ' || l.name || '('
				|| (SELECT group_concat(x.name || iif(x.desc, ' DESC', ''), ', ') FROM pragma_index_xinfo(l.name) x WHERE x.key) || ')'
				FROM pragma_index_list(?) l WHERE l.origin = 'c' ORDER BY l.name`,
		} {
			for _, line := range lines(t, db, query, table) {
				fmt.Fprintln(&got, line)
			}
		}
	}
	if got.String() != dataModel {
		t.Errorf("got %s\nwant %s", got.String(), dataModel)
	}
}

func TestStepsAreRecordedOnce(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	db := sqlite(t, dir)
	before := lines(t, db, `SELECT domain || step || migration FROM migrations ORDER BY step`)
	open(t, dir)
	after := lines(t, db, `SELECT domain || step || migration FROM migrations ORDER BY step`)
	if len(before) == 0 || strings.Join(before, "") != strings.Join(after, "") {
		t.Errorf("after the first open %d steps, after the second %d", len(before), len(after))
	}
	if found := lines(t, db, `PRAGMA user_version`); found[0] != "1" {
		t.Errorf("user_version %s: older tusk-lsps cannot tell that they may use the file", found[0])
	}
}

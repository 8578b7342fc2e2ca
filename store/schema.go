package store

// domain names our migrations in the table of that name.
const domain = "tusk"

// steps are the migrations of the domain; step numbers count from 1. A step
// that has shipped never changes, not even in its white space: its text is
// kept in the file and compared at every open. A further step must leave a
// file that the tusk-lsp of the steps before it can still use (add tables,
// add columns with a default); one that cannot raises minimumStep.
var steps = []string{
	// 1: the data model.
	`CREATE TABLE ssh_tunnels (
	tunnel_id TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	host TEXT NOT NULL,
	port INTEGER NOT NULL DEFAULT 22,
	username TEXT NOT NULL,
	auth_method TEXT NOT NULL,
	key_path TEXT,
	created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE TABLE connections (
	connection_id TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	host TEXT NOT NULL,
	port INTEGER NOT NULL DEFAULT 5432,
	database TEXT NOT NULL,
	username TEXT NOT NULL,
	ssl_mode TEXT NOT NULL DEFAULT 'prefer',
	ssh_tunnel_id TEXT,
	color TEXT,
	read_only INTEGER NOT NULL DEFAULT 0,
	connect_timeout_secs INTEGER NOT NULL DEFAULT 10,
	statement_timeout_secs INTEGER,
	application_name TEXT NOT NULL DEFAULT 'Tusk',
	created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	last_connected_at TEXT,
	FOREIGN KEY (ssh_tunnel_id) REFERENCES ssh_tunnels(tunnel_id) ON DELETE SET NULL
) STRICT;
CREATE TABLE query_history (
	history_id INTEGER PRIMARY KEY,
	connection_id TEXT NOT NULL,
	sql_text TEXT NOT NULL,
	execution_time_ms INTEGER,
	row_count INTEGER,
	error_message TEXT,
	executed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	FOREIGN KEY (connection_id) REFERENCES connections(connection_id) ON DELETE CASCADE
) STRICT;
CREATE TABLE saved_queries (
	query_id TEXT PRIMARY KEY,
	connection_id TEXT,
	name TEXT NOT NULL,
	description TEXT,
	sql_text TEXT NOT NULL,
	folder_path TEXT,
	created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	FOREIGN KEY (connection_id) REFERENCES connections(connection_id) ON DELETE SET NULL
) STRICT;
CREATE TABLE ui_state (
	key TEXT PRIMARY KEY,
	value_json TEXT NOT NULL,
	updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX idx_connections_last_connected ON connections(last_connected_at DESC);
CREATE INDEX idx_query_history_connection ON query_history(connection_id, executed_at DESC);
CREATE INDEX idx_query_history_executed ON query_history(executed_at DESC);
CREATE INDEX idx_saved_queries_folder ON saved_queries(folder_path);`,

	// 2: TLS files, and connections that only exist for history's sake.
	`ALTER TABLE connections ADD COLUMN ssl_root_cert TEXT;
ALTER TABLE connections ADD COLUMN ssl_cert TEXT;
ALTER TABLE connections ADD COLUMN ssl_key TEXT;
ALTER TABLE connections ADD COLUMN origin TEXT NOT NULL DEFAULT 'saved' CHECK (origin IN ('saved', 'ephemeral'));`,

	// 3: pins, and search in history by any part of the text. The index
	// keeps no copy of the text (external content); triggers keep it true,
	// also when a connection's removal cascades.
	`ALTER TABLE query_history ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
CREATE VIRTUAL TABLE query_history_text USING fts5(
	sql_text, content = 'query_history', content_rowid = 'history_id', tokenize = 'trigram'
);
CREATE TRIGGER query_history_text_insert AFTER INSERT ON query_history BEGIN
	INSERT INTO query_history_text(rowid, sql_text) VALUES (new.history_id, new.sql_text);
END;
CREATE TRIGGER query_history_text_delete AFTER DELETE ON query_history BEGIN
	INSERT INTO query_history_text(query_history_text, rowid, sql_text) VALUES ('delete', old.history_id, old.sql_text);
END;
CREATE TRIGGER query_history_text_update AFTER UPDATE OF sql_text ON query_history BEGIN
	INSERT INTO query_history_text(query_history_text, rowid, sql_text) VALUES ('delete', old.history_id, old.sql_text);
	INSERT INTO query_history_text(rowid, sql_text) VALUES (new.history_id, new.sql_text);
END;
INSERT INTO query_history_text(query_history_text) VALUES ('rebuild');`,

	// 4: what the user allowed, such as a workspace to name a host.
	`CREATE TABLE grants (
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	value_json TEXT NOT NULL,
	granted_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
	PRIMARY KEY (kind, subject)
) STRICT;`,

	// 5: how statements run on a connection.
	`ALTER TABLE connections ADD COLUMN lock_timeout_secs INTEGER CHECK (lock_timeout_secs > 0);
ALTER TABLE connections ADD COLUMN idle_in_transaction_timeout_secs INTEGER CHECK (idle_in_transaction_timeout_secs > 0);
ALTER TABLE connections ADD COLUMN manual_commit INTEGER NOT NULL DEFAULT 0 CHECK (manual_commit IN (0, 1));
ALTER TABLE connections ADD COLUMN environment TEXT NOT NULL DEFAULT ''
	CHECK (environment IN ('', 'development', 'test', 'staging', 'production'));
ALTER TABLE connections ADD COLUMN confirm TEXT NOT NULL DEFAULT ''
	CHECK (confirm IN ('', 'off', 'ask', 'refuse', 'writes'));`,
}

// minimumStep is written to the file's user_version: the step that a tusk-lsp
// must know to use the file. Raise it with a step that breaks older ones.
const minimumStep = 1

const createMigrations = `CREATE TABLE IF NOT EXISTS migrations (
	domain TEXT NOT NULL,
	step INTEGER NOT NULL,
	migration TEXT NOT NULL,
	PRIMARY KEY (domain, step)
) STRICT`

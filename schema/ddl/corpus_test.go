package ddl_test

import (
	"context"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

// definitions are the files that are about objects and leave many behind; the
// others cost minutes and show nothing more.
var definitions = regexp.MustCompile(`^(alter|collate|comp|constr|create|domain|enum|foreign|gener|hash_part|ident|index|inherit|matv|partition_i|priv|publ|rang|repl|row|rules|seq|stats_ext|trig|ts|typed|updatable)`)

// sample are those of them that a usual run takes; TUSK_CORPUS_FULL=1 takes all,
// in a minute or two.
var sample = regexp.MustCompile(`^(domain|enum|identity|create_type|typed_table)`)

// What PostgreSQL's regression SQL leaves behind, file by file and as far as
// each runs by itself, can be made again. The files make roles, so the server
// is a private one.
func TestRegression(t *testing.T) {
	files := corpus.Files(t)
	server := pgtest.New(t).Dedicated(t, nil)
	for _, f := range files {
		if !definitions.MatchString(f.Name) || !sample.MatchString(f.Name) && os.Getenv("TUSK_CORPUS_FULL") == "" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			db := server.Database(t)
			define(t, db, f.Text+"; ROLLBACK; RESET SESSION AUTHORIZATION; DISCARD TEMP")
			compare(t, server.Server, db)
		})
	}
}

// definition matches the statements that change the catalog of one database, or
// its roles.
var definition = regexp.MustCompile(`(?is)^(alter|begin|comment|commit|create|discard|do|drop|end|grant|import|reset|revoke|rollback|savepoint|set|start)\b`)

// elsewhere matches those that reach out of the database.
var elsewhere = regexp.MustCompile(`(?is)^(create|alter|drop)\s+(database|tablespace|subscription|system)\b`)

// define runs what the server takes of the definitions in a script, many of
// which are wrong on purpose.
func define(t *testing.T, db *pgtest.Database, text string) {
	t.Helper()
	conn := db.Conn(t)
	for _, statement := range sql.New(text).Statements() {
		if s := statement.Text(); statement.Kind == sql.SQL && definition.MatchString(s) && !elsewhere.MatchString(s) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_, err := conn.PgConn().Exec(ctx, s).ReadAll()
			cancel()
			if err != nil && conn.IsClosed() {
				conn = db.Conn(t)
			}
		}
	}
}

package introspect_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// BenchmarkDatabase is what following a database costs, by its size.
func BenchmarkDatabase(b *testing.B) {
	for _, count := range []int{50, 1_000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("tables=%d", count), func(b *testing.B) {
			var setup []string
			for from := 0; from < count; from += 1000 { // more would run out of locks
				setup = append(setup, tables(from, min(from+1000, count)))
			}
			server := pgtest.New(b)
			db := server.Database(b, setup...)
			options := introspect.Options{Builtin: builtin.Catalog(server.Major)}
			b.Run("names", func(b *testing.B) { benchmarkNames(b, db.Conn(b)) })
			b.Run("load", func(b *testing.B) { benchmarkLoad(b, db.Conn(b), options) })
			b.Run("fingerprint", func(b *testing.B) { benchmarkFingerprint(b, db.Conn(b)) })
			b.Run("changed", func(b *testing.B) { benchmarkChanged(b, db, options) })
		})
	}
}

func benchmarkNames(b *testing.B, conn *pgx.Conn) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := introspect.Names(b.Context(), conn); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkLoad(b *testing.B, conn *pgx.Conn, options introspect.Options) {
	var catalog *schema.Catalog
	before := heap()
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if catalog, err = introspect.Load(b.Context(), conn, options); err != nil {
			b.Fatal(err)
		}
	}
	columns := 0
	for r := range catalog.Relations() {
		columns += len(r.Columns)
	}
	b.ReportMetric(float64(heap()-before)/float64(columns), "heap-B/column")
	runtime.KeepAlive(catalog)
}

// benchmarkFingerprint is the look while somebody writes; else it is a round trip.
func benchmarkFingerprint(b *testing.B, conn *pgx.Conn) {
	for b.Loop() {
		if _, err := introspect.TakeFingerprint(b.Context(), conn, introspect.Fingerprint{}); err != nil {
			b.Fatal(err)
		}
	}
}

// benchmarkChanged is a new table of others.
func benchmarkChanged(b *testing.B, db *pgtest.Database, options introspect.Options) {
	conn, other := db.Conn(b), db.Conn(b)
	marks, err := introspect.TakeMarks(b.Context(), conn)
	if err != nil {
		b.Fatal(err)
	}
	catalog, err := introspect.Load(b.Context(), conn, options)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, err := other.Exec(b.Context(), fmt.Sprintf("CREATE TABLE IF NOT EXISTS more%d (a int); COMMENT ON TABLE more%d IS 'number %d'", i, i, b.N)); err != nil {
			b.Fatal(err)
		}
		if catalog, marks, err = introspect.Changed(b.Context(), conn, catalog, marks, options); err != nil {
			b.Fatal(err)
		}
	}
}

// tables gives a script that makes tables of twelve columns.
func tables(from, before int) string {
	return fmt.Sprintf(`DO $$ BEGIN FOR i IN %d..%d LOOP
		EXECUTE format('CREATE TABLE t%%s (id int PRIMARY KEY, a text, b text, c int, d int, e date, f date, g numeric, h numeric, i bool, j jsonb, k uuid)', i);
	END LOOP; END $$`, from, before-1)
}

// heap gives the bytes that are in use.
func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

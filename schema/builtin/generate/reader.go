package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin/internal/archive"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// reader reads what comes with a server, in databases that it makes and drops.
type reader struct {
	connect func(ctx context.Context, database string) (*pgx.Conn, error)
}

// scratchDatabase is the database in which the reader works.
const scratchDatabase = "tusk_builtin"

// in runs do in a fresh database.
func (r reader) in(ctx context.Context, do func(*pgx.Conn) error) (err error) {
	admin, err := r.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close(ctx)) }()
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+scratchDatabase+" TEMPLATE template0"); err != nil {
		return err
	}
	defer func() {
		_, dropped := admin.Exec(ctx, "DROP DATABASE "+scratchDatabase+" WITH (FORCE)")
		err = errors.Join(err, dropped)
	}()
	conn, err := r.connect(ctx, scratchDatabase)
	if err != nil {
		return err
	}
	return errors.Join(do(conn), conn.Close(ctx))
}

// catalog reads what initdb makes, and the keywords.
func (r reader) catalog(ctx context.Context) (*archive.Catalog, error) {
	var catalog archive.Catalog
	err := r.in(ctx, func(conn *pgx.Conn) error {
		loaded, err := introspect.Load(ctx, conn, introspect.Options{})
		if err != nil {
			return err
		}
		catalog.Contents = byInitdb(loaded)
		catalog.Keywords, err = keywords(ctx, conn)
		return err
	})
	return &catalog, err
}

func keywords(ctx context.Context, conn *pgx.Conn) ([]archive.Keyword, error) {
	rows, err := conn.Query(ctx, `SELECT word, catcode, barelabel FROM pg_catalog.pg_get_keywords() ORDER BY word COLLATE "C"`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[archive.Keyword])
}

// extensions reads what each extension makes. Those that this build of the
// server offers and cannot make, since a library is missing, have no objects but
// themselves, and are named in incomplete.
func (r reader) extensions(ctx context.Context) (all []archive.Extension, incomplete []error, err error) {
	err = r.in(ctx, func(conn *pgx.Conn) error {
		fresh, err := introspect.Load(ctx, conn, introspect.Options{})
		if err != nil {
			return err
		}
		all, err = available(ctx, conn)
		if err != nil {
			return err
		}
		for i := range all {
			e := &all[i]
			e.Contents, err = extension(ctx, conn, e.Name, fresh)
			refused, ok := errors.AsType[*pgconn.PgError](err)
			switch {
			case err == nil:
				e.Schema = e.Contents.Extensions[0].Schema
			case ok:
				e.Contents = schema.Contents{Extensions: []schema.Extension{e.Extension}}
				incomplete = append(incomplete, fmt.Errorf("extension %s: %w", e.Name, refused))
			default:
				return fmt.Errorf("extension %s: %w", e.Name, err)
			}
		}
		return nil
	})
	return all, incomplete, err
}

// available reads which extensions there are, without those that need one that
// there is not.
func available(ctx context.Context, conn *pgx.Conn) ([]archive.Extension, error) {
	const query = `SELECT a.name, coalesce(a.comment, ''), a.default_version, v.schema, v.requires::text[]
		FROM pg_catalog.pg_available_extensions a
		JOIN pg_catalog.pg_available_extension_versions v ON v.name = a.name AND v.version = a.default_version
		WHERE coalesce(v.requires, '{}') <@ ARRAY(SELECT name FROM pg_catalog.pg_available_extensions)
		ORDER BY a.name COLLATE "C"`
	rows, err := conn.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (archive.Extension, error) {
		var fixed *string
		e := archive.Extension{Extension: schema.Extension{Installed: true, Object: schema.Object{Schema: "public"}}}
		err := row.Scan(&e.Name, &e.Comment, &e.Version, &fixed, &e.Requires)
		if fixed != nil {
			e.Schema = *fixed
		}
		return e, err
	})
}

// extension reads what one extension makes in a database that was fresh.
func extension(ctx context.Context, conn *pgx.Conn, name string, fresh *schema.Catalog) (schema.Contents, error) {
	if fresh.Extension(name).Installed {
		return madeBy(fresh, name), nil
	}
	quoted := pgx.Identifier{name}.Sanitize()
	if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS "+quoted+" CASCADE"); err != nil {
		return schema.Contents{}, err
	}
	with, err := introspect.Load(ctx, conn, introspect.Options{Builtin: fresh})
	if err != nil {
		return schema.Contents{}, err
	}
	_, err = conn.Exec(ctx, "DROP EXTENSION "+quoted+" CASCADE")
	return madeBy(with, name), err
}

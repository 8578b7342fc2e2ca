package engine

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// typeID is a type with its modifier, as in numeric(10,2).
type typeID struct {
	oid      uint32
	modifier int32 // -1 for none
}

// typeNames are the names of types as format_type gives them. It belongs to one
// session, since they depend on its search_path.
type typeNames map[typeID]string

// of gives a type's name, "" while it is not known.
func (n typeNames) of(f pgconn.FieldDescription) string {
	id := typeID{f.DataTypeOID, f.TypeModifier}
	if id.modifier == -1 && builtinTypes[id.oid] != "" {
		return builtinTypes[id.oid]
	}
	return n[id]
}

// learn asks for the names that are missing. It asks on the session's own
// connection: a type may be as new as the open transaction.
func (n typeNames) learn(ctx context.Context, conn *pgconn.PgConn, fields []pgconn.FieldDescription) error {
	asked := map[typeID]bool{}
	var ids []typeID
	var oids, modifiers []string
	for _, f := range fields {
		id := typeID{f.DataTypeOID, f.TypeModifier}
		if n.of(f) != "" || asked[id] {
			continue
		}
		asked[id] = true
		ids = append(ids, id)
		oids = append(oids, strconv.FormatUint(uint64(id.oid), 10))
		modifiers = append(modifiers, strconv.FormatInt(int64(id.modifier), 10))
	}
	if len(ids) == 0 {
		return nil
	}
	names := conn.ExecParams(ctx, formatTypes, [][]byte{array(oids), array(modifiers)}, nil, nil, nil).Read()
	if names.Err != nil {
		return names.Err
	}
	for i, row := range names.Rows {
		n[ids[i]] = string(row[0])
	}
	return nil
}

// formatTypes means pg_catalog whatever the session's search_path is.
const formatTypes = `SELECT coalesce(pg_catalog.format_type(t.oid, t.modifier), '???')
	FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[])) WITH ORDINALITY AS t(oid, modifier, n)
	ORDER BY t.n`

// array writes a one-dimensional array of numbers as PostgreSQL reads it.
func array(numbers []string) []byte { return []byte("{" + strings.Join(numbers, ",") + "}") }

// columnsOf describes the columns of a result. A type whose name could not be
// learned is "???", as for format_type itself.
func columnsOf(fields []pgconn.FieldDescription, names typeNames) []tusk.ColumnInfo {
	columns := make([]tusk.ColumnInfo, len(fields))
	for i, f := range fields {
		name := names.of(f)
		if name == "" {
			name = "???"
		}
		columns[i] = tusk.ColumnInfo{
			Name:     f.Name,
			TypeOID:  f.DataTypeOID,
			TypeName: name,
			TableOID: f.TableOID,
			Attnum:   int16(f.TableAttributeNumber),
		}
	}
	return columns
}

// builtinTypes saves the question for what most columns are, and for SHOW, after
// which SET TRANSACTION must still be the first query: types that every server
// has under the same number (pg_type.dat) and that format_type spells without a
// schema.
var builtinTypes = map[uint32]string{
	16:   "boolean",
	20:   "bigint",
	21:   "smallint",
	23:   "integer",
	25:   "text",
	700:  "real",
	701:  "double precision",
	1043: "character varying",
	1082: "date",
	1083: "time without time zone",
	1114: "timestamp without time zone",
	1184: "timestamp with time zone",
	1186: "interval",
	1266: "time with time zone",
	1700: "numeric",
}

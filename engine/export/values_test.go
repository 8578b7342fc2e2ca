package export_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// everyText is a string with what formats trip over.
var everyText = []string{
	"", " ", "  both ends ", "NULL", "null", `\N`, `\.`, `\`, `\\`, `\n`, `\x41`, `'`, `''`, `"`, `""`, "a,b;c", "a\tb", "two\nlines",
	"end\n", "\r", "a\r\nb", "=1+1", "+1", "-1", "@SUM(A1)", "é", "漢字", "👩‍👩‍👧", "e\u0301", "\u2028", "\ufffd", "{a,\"b\"}", "{", "}", "<b>&amp;</b>", "|", "$1",
	"_x0041_", "_x005F_x0041_", "0123", "1e5", "t", "a;", "-- c", "/*", "$$",
}

// everyControl are the control characters, which XLSX cannot hold.
func everyControl() (all []string) {
	for c := rune(1); c < 0x20; c++ {
		all = append(all, fmt.Sprintf("a%cb", c))
	}
	return append(all, "\x7f", "\u0085", strings.Repeat("0123456789", 7_000))
}

// everyType are the built-in types with values that are hard to write.
var everyType = []struct {
	name   string
	values []string
}{
	{"text", everyText},
	{"varchar(70000)", everyText},
	{"char(9)", []string{"", "a", "ends  ", "\\"}},
	{`"char"`, []string{"a", "'", `\`, ","}},
	{"name", []string{"", "a b", `"`}},
	{"bool", []string{"t", "f"}},
	{"int2", []string{"0", "-32768", "32767"}},
	{"int4", []string{"0", "-2147483648", "2147483647"}},
	{"int8", []string{"0", "-9223372036854775808", "9223372036854775807", "9007199254740993", "999999999999999"}},
	{"oid", []string{"0", "4294967295"}},
	{"float4", []string{"0", "-0", "NaN", "Infinity", "-Infinity", "3.4028235e+38", "1e-45", "0.1", "1.17549435e-38"}},
	{"float8", []string{"0", "-0", "NaN", "Infinity", "-Infinity", "1.7976931348623157e+308", "5e-324", "0.1", "0.30000000000000004", "1e15", "1e16", "123456789012345"}},
	{"numeric", []string{"0", "-0.00", "1.500", "NaN", "Infinity", "-Infinity", "123456789012345.6789", "1" + strings.Repeat("0", 400) + ".5", "0." + strings.Repeat("0", 300) + "1", "0.000001234567890123456"}},
	{"numeric(10,2)", []string{"-12345678.90", "0.00", "0.10"}},
	{"money", []string{"1", "-92233720368547758.08"}},
	{"bytea", []string{`\x`, `\x00ff5c27`, `\x5c78`}},
	{"date", []string{"2024-02-29", "1900-02-28", "1900-03-01", "0044-03-15 BC", "5874897-12-31", "9999-12-31", "10000-01-01", "infinity", "-infinity"}},
	{"time", []string{"00:00:00", "24:00:00", "12:34:56.789012"}},
	{"timetz", []string{"12:34:56.789+05:30", "00:00:00-15:59"}},
	{"timestamp", []string{"2024-02-29 12:34:56", "2024-02-29 23:59:59.999999", "1900-03-01 00:00:00", "1899-12-31 00:00:00", "9999-12-31 23:59:59", "infinity", "0044-03-15 12:00:00 BC", "294276-12-31 23:59:59"}},
	{"timestamptz", []string{"2024-02-29 12:34:56.5+02", "-infinity", "1883-01-01 00:00:00+00:53:28"}},
	{"interval", []string{"0", "1 year -2 mons +3 days -04:05:06.789", "-178000000 years"}},
	{"uuid", []string{"00000000-0000-0000-0000-000000000000"}},
	{"json", []string{"{}", `[ 1 , "a\nb\\" , null ]`, `"text"`, "1e400", `{"a":1,"a":2}`, `"\u0001"`, "true"}},
	{"jsonb", []string{"{}", `{"a": [1.50, "é\"\\", null, false]}`, `"text"`, "12345678901234567890.123"}},
	{"jsonpath", []string{`$.a[*]?(@ > "x")`}},
	{"xml", []string{"<a b='c'>d &amp; e</a>", "text"}},
	{"inet", []string{"127.0.0.1", "10.0.0.0/8", "::1"}},
	{"cidr", []string{"10.0.0.0/8"}},
	{"macaddr", []string{"08:00:2b:01:02:03"}},
	{"macaddr8", []string{"08:00:2b:01:02:03:04:05"}},
	{"bit(3)", []string{"101"}},
	{"varbit", []string{"", "10110"}},
	{"point", []string{"(1.5,-2)", "(NaN,Infinity)"}},
	{"line", []string{"{1,2,3}"}},
	{"lseg", []string{"[(1,2),(3,4)]"}},
	{"box", []string{"(3,4),(1,2)"}},
	{"path", []string{"[(1,2),(3,4)]", "((1,2),(3,4))"}},
	{"polygon", []string{"((1,2),(3,4),(5,0))"}},
	{"circle", []string{"<(1,2),3>"}},
	{"tsvector", []string{"", "'a':1A 'b c''d':2,3 '\\\\':4"}},
	{"tsquery", []string{"'a' & !'b c':*A", "'\\\\'"}},
	{"int4range", []string{"empty", "[1,5)", "(,)"}},
	{"int8range", []string{"[1,)"}},
	{"numrange", []string{"(1.50,NaN]"}},
	{"tsrange", []string{`["2024-01-01 00:00:00",infinity]`}},
	{"tstzrange", []string{`[,"2024-01-01 00:00:00+00")`}},
	{"daterange", []string{"[2024-01-01,)"}},
	{"int4multirange", []string{"{}", "{[1,3),[5,7)}"}},
	{"int8multirange", []string{"{[1,3)}"}},
	{"nummultirange", []string{"{[1.5,3)}"}},
	{"tsmultirange", []string{`{["2024-01-01 00:00:00",)}`}},
	{"tstzmultirange", []string{"{(,)}"}},
	{"datemultirange", []string{"{[2024-01-01,2024-02-01)}"}},
	{"pg_lsn", []string{"16/B374D848"}},
	{"pg_snapshot", []string{"10:20:10,14,15"}},
	{"txid_snapshot", []string{"10:20:10,14,15"}},
	{"xid", []string{"0", "4294967295"}},
	{"xid8", []string{"18446744073709551615"}},
	{"cid", []string{"4294967295"}},
	{"tid", []string{"(0,1)"}},
	{"int2vector", []string{"", "1 2 -3"}},
	{"oidvector", []string{"", "1 4294967295"}},
	{"refcursor", []string{"a b"}},
	{"aclitem", []string{"pg_monitor=r*w/pg_monitor"}},
	{"regclass", []string{"pg_class", "4294967295"}},
	{"regcollation", []string{`"C"`}},
	{"regconfig", []string{"english"}},
	{"regdictionary", []string{"simple"}},
	{"regnamespace", []string{"pg_catalog"}},
	{"regoper", []string{"||/"}},
	{"regoperator", []string{"+(integer,integer)"}},
	{"regproc", []string{"pg_sleep"}},
	{"regprocedure", []string{"pg_sleep(double precision)"}},
	{"regrole", []string{"pg_monitor"}},
	{"regtype", []string{`"char"`, "double precision"}},
}

// original makes the table original with the types' values, each type and its
// arrays in a column of their own, and the table loaded that is like it and empty.
func original(t *testing.T, s *pgtest.Server, texts ...string) *pgtest.Database {
	t.Helper()
	columns := []string{"id int", `"Select ""x"", y" int default 7`, `"select" int`}
	updates := []string{}
	add := func(typ string, expressions []string) {
		name := fmt.Sprintf("c%d", len(columns))
		columns = append(columns, name+" "+typ)
		for i, e := range expressions {
			updates = append(updates, fmt.Sprintf("update original set %s = %s where id = %d", name, e, i+1))
		}
	}
	for _, typ := range everyType {
		values := typ.values
		if typ.name == "text" {
			values = append(slices.Clone(values), texts...)
		}
		literals := make([]string, len(values))
		for i, v := range values {
			literals[i] = literal(v) + "::" + typ.name
		}
		all := "array[" + strings.Join(literals, ", ") + "]"
		add(typ.name, literals)
		add(typ.name+"[]", []string{
			all,
			"'{}'",
			fmt.Sprintf("array_append(%s, null)", all),
			fmt.Sprintf("array[%s, %s]", all, all),
			fmt.Sprintf("array_fill(%s, array[2, 1], array[0, -3])", literals[0]),
		})
	}
	return s.Database(t, slices.Concat(
		[]string{
			"create table original (" + strings.Join(columns, ", ") + ")",
			"create table loaded (like original)",
			"insert into original (id) select generate_series(1, 250)",
		},
		updates,
	)...)
}

func literal(s string) string {
	return "E'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s) + "'"
}

// query reads a result as the server gives it, in text form.
func query(t testing.TB, db *pgtest.Database, sql string) ([]tusk.ColumnInfo, [][][]byte) {
	t.Helper()
	reader := db.Conn(t).PgConn().ExecParams(t.Context(), sql, nil, nil, nil, nil)
	var columns []tusk.ColumnInfo
	for _, f := range reader.FieldDescriptions() {
		columns = append(columns, tusk.ColumnInfo{Name: f.Name, TypeOID: f.DataTypeOID})
	}
	var rows [][][]byte
	for reader.NextRow() {
		row := make([][]byte, len(columns))
		for i, v := range reader.Values() {
			if v != nil {
				row[i] = append([]byte{}, v...)
			}
		}
		rows = append(rows, row)
	}
	if _, err := reader.Close(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return columns, rows
}

// sequence gives rows that are in memory.
func sequence(rows [][][]byte) tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

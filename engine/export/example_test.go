package export_test

import (
	"errors"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/export"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// Type OIDs of pg_type.dat.
const (
	boolOID      = 16
	int4OID      = 23
	textOID      = 25
	jsonOID      = 114
	dateOID      = 1082
	timestampOID = 1114
	float8OID    = 701
	numericOID   = 1700
	textArrayOID = 1009
)

var customers = []tusk.ColumnInfo{
	{Name: "id", TypeOID: int4OID}, {Name: "Name", TypeOID: textOID}, {Name: "user", TypeOID: textOID},
	{Name: "active", TypeOID: boolOID}, {Name: "tags", TypeOID: textArrayOID}, {Name: "data", TypeOID: jsonOID},
}

var customerRows = [][][]byte{
	{[]byte("1"), []byte(`O'Hara, "Scarlett"`), nil, []byte("t"), []byte(`{red,"a b",NULL}`), []byte("{\"a\":\n1}")},
	{[]byte("2"), []byte("back\\slash\ttab"), []byte(""), []byte("f"), []byte(`[0:0]={x}`), nil},
}

func TestFormats(t *testing.T) {
	tests := []struct {
		options export.Options
		want    string
	}{
		{export.Options{Format: export.CSV, Header: true}, `
id,Name,user,active,tags,data
1,"O'Hara, ""Scarlett""",,t,"{red,""a b"",NULL}","{""a"":
1}"
2,back\slash<tab>tab,"",f,[0:0]={x},
`},
		{export.Options{Format: export.TSV, Header: true, Null: `\N`}, `
id<tab>Name<tab>user<tab>active<tab>tags<tab>data
1<tab>O'Hara, "Scarlett"<tab>\N<tab>t<tab>{red,"a b",NULL}<tab>{"a":\n1}
2<tab>back\\slash\ttab<tab><tab>f<tab>[0:0]={x}<tab>\N
`},
		{export.Options{Format: export.JSON}, `
[
{"id":1,"Name":"O'Hara, \"Scarlett\"","user":null,"active":true,"tags":["red","a b",null],"data":{"a": 1}},
{"id":2,"Name":"back\\slash\ttab","user":"","active":false,"tags":"[0:0]={x}","data":null}
]
`},
		{export.Options{Format: export.JSONLines}, `
{"id":1,"Name":"O'Hara, \"Scarlett\"","user":null,"active":true,"tags":["red","a b",null],"data":{"a": 1}}
{"id":2,"Name":"back\\slash\ttab","user":"","active":false,"tags":"[0:0]={x}","data":null}
`},
		{export.Options{Format: export.Insert, Table: `shop."Customer"`}, `
INSERT INTO shop."Customer" (id, "Name", "user", active, tags, data) VALUES
  (1, 'O''Hara, "Scarlett"', NULL, true, '{red,"a b",NULL}', '{"a":
1}'),
  (2, E'back\\slash<tab>tab', '', false, '[0:0]={x}', NULL);
`},
		{export.Options{Format: export.Copy, Table: "customer"}, `
COPY customer (id, "Name", "user", active, tags, data) FROM stdin;
1<tab>O'Hara, "Scarlett"<tab>\N<tab>t<tab>{red,"a b",NULL}<tab>{"a":\n1}
2<tab>back\\slash\ttab<tab><tab>f<tab>[0:0]={x}<tab>\N
\.
`},
		{export.Options{Format: export.Markdown}, `
| id | Name | user | active | tags | data |
| ---: | --- | --- | --- | --- | --- |
| 1 | O'Hara, "Scarlett" | *\<null>* | t | {red,"a b",NULL} | {"a":<br>1} |
| 2 | back\\slash tab |  | f | \[0:0]={x} | *\<null>* |
`},
	}
	for _, test := range tests {
		t.Run(string(test.options.Format), func(t *testing.T) {
			want := strings.ReplaceAll(test.want[1:], "<tab>", "\t")
			if got := write(t, test.options, customers, customerRows); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestNoRows(t *testing.T) {
	for format, want := range map[export.Format]string{
		export.CSV:       "id,Name,user,active,tags,data\n",
		export.JSON:      "[\n]\n",
		export.JSONLines: "",
		export.Insert:    "",
		export.Copy:      "COPY t (id, \"Name\", \"user\", active, tags, data) FROM stdin;\n\\.\n",
	} {
		if got := write(t, export.Options{Format: format, Table: "t", Header: true}, customers, nil); got != want {
			t.Errorf("%s: got %q, want %q", format, got, want)
		}
	}
}

// TestInsertInBatches shows that a statement takes 100 rows.
func TestInsertInBatches(t *testing.T) {
	rows := make([][][]byte, 201)
	for i := range rows {
		rows[i] = [][]byte{[]byte("1")}
	}
	got := write(t, export.Options{Format: export.Insert, Table: "t"}, customers[:1], rows)
	if n := strings.Count(got, "INSERT INTO t (id) VALUES\n"); n != 3 || strings.Count(got, "(1)") != len(rows) || strings.Count(got, ");\n") != 3 {
		t.Errorf("%d statements:\n%s", n, got)
	}
}

func TestDuplicateNamesAreNumbered(t *testing.T) {
	var columns []tusk.ColumnInfo
	var row [][]byte
	for _, name := range []string{"id", "id", "id_2", "id", "id_2", "?column?"} {
		columns = append(columns, tusk.ColumnInfo{Name: name, TypeOID: int4OID})
		row = append(row, []byte("1"))
	}
	got := write(t, export.Options{Format: export.JSONLines}, columns, [][][]byte{row})
	if want := `{"id":1,"id_3":1,"id_2":1,"id_4":1,"id_2_2":1,"?column?":1}` + "\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestIdentifiersAreQuotedAsTheServerDoes compares with quote_ident.
func TestIdentifiersAreQuotedAsTheServerDoes(t *testing.T) {
	db := pgtest.New(t).Database(t)
	columns, rows := query(t, db, `
		select name, quote_ident(name) from (
			select word from pg_get_keywords() union all
			select unnest(array['a', 'A', 'a1', '1a', '_', 'a_b', 'a$', 'é', 'a b', 'a"b', '''', '.', 'id'])
		) as names(name)`)
	if len(rows) < 400 {
		t.Fatalf("%d names", len(rows))
	}
	for _, row := range rows {
		columns[0].Name = string(row[0])
		got := write(t, export.Options{Format: export.Copy, Table: "t"}, columns[:1], nil)
		if want := "COPY t (" + string(row[1]) + ") FROM stdin;\n\\.\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestEveryArrayTypeIsKnown asks servers for the arrays of their built-in types.
func TestEveryArrayTypeIsKnown(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		_, rows := query(t, s.Database(t), `
			select typname, typarray::int8, case typcategory when 'B' then 't' else '1' end, typdelim,
				oid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'oid'::regtype, 'float4'::regtype, 'float8'::regtype,
					'numeric'::regtype, 'json'::regtype, 'jsonb'::regtype)
			from pg_type
			where typnamespace = 'pg_catalog'::regnamespace and typarray <> 0 and typtype <> 'c'`)
		if len(rows) < 70 {
			t.Fatalf("%d types", len(rows))
		}
		for _, row := range rows {
			name, value, delimiter, bare := string(row[0]), string(row[2]), string(row[3]), string(row[4]) == "t"
			want := `"` + value + `"`
			if bare {
				want = value
			} else if value == "t" {
				want = "true"
			}
			columns := []tusk.ColumnInfo{{Name: "a", TypeOID: oid(t, row[1])}}
			array := []byte("{" + value + delimiter + "NULL}")
			got := write(t, export.Options{Format: export.JSONLines}, columns, [][][]byte{{array}})
			if want := `{"a":[` + want + ",null]}\n"; got != want {
				t.Errorf("%s[]: got %s, want %s", name, got, want)
			}
		}
	})
}

func TestWhatCannotBeWritten(t *testing.T) {
	rows := [][][]byte{{[]byte("1")}, {[]byte("\xff")}}
	one := []tusk.ColumnInfo{{Name: "a", TypeOID: textOID}}
	for _, test := range []struct {
		name    string
		options export.Options
		columns []tusk.ColumnInfo
		want    string
		hint    string
	}{
		{"no such format", export.Options{Format: "pdf"}, one, `there is no export format "pdf"`,
			"The formats are csv, tsv, json, jsonl, insert, copy, markdown, xlsx."},
		{"no columns", export.Options{Format: export.CSV}, nil, "the result has no columns to export", "returns rows"},
		{"INSERT without a table", export.Options{Format: export.Insert}, one, "it is not known for which table to export as insert", "Name the table"},
		{"COPY without a table", export.Options{Format: export.Copy}, one, "it is not known for which table to export as copy", "Name the table"},
		{"JSON of what is not UTF-8", export.Options{Format: export.JSON}, one, `column "a" of row 2 is not valid in UTF-8`, "Export as CSV"},
		{"XLSX of what is not UTF-8", export.Options{Format: export.XLSX, TempDir: t.TempDir()}, one, `column "a" of row 2 is not valid in UTF-8`, "Export as CSV"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := export.Write(t.Context(), new(strings.Builder), test.options, test.columns, sequence(rows))
			said, ok := errors.AsType[*tusk.Error](err)
			if !ok || said.Category != tusk.Query || said.Message != test.want || !strings.Contains(said.Hint, test.hint) {
				t.Errorf("got %#v", err)
			}
		})
	}
}

func TestExtensions(t *testing.T) {
	var all []string
	for _, f := range export.Formats() {
		all = append(all, string(f)+f.Extension())
	}
	if got, want := strings.Join(all, " "), "csv.csv tsv.tsv json.json jsonl.jsonl insert.sql copy.sql markdown.md xlsx.xlsx"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

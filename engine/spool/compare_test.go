package spool_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tusk-lsp/tusk-lsp/engine/spool"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// types are columns of many values, made of i, which is 0 to 999, and of
// random(), which has a seed.
var types = []struct{ name, values string }{
	{"smallint", "(random() * 60000 - 30000)::smallint"},
	{"bigint", "case when i < 3 then (array[-9223372036854775808, 9223372036854775807, 0])[i + 1] else (random() * 1e18 - 5e17)::bigint end"},
	{"oid", "(random() * 4e9)::bigint::oid"},
	{"numeric", "case i % 50 when 0 then 'NaN' when 1 then 0.00 when 2 then -0.1 when 3 then 10 ^ (i * 1.0) when 4 then -(10 ^ (i * -1.0)) " +
		"else round((random() * 2000 - 1000)::numeric, i % 8) end"},
	{"numeric", "case i % 3 when 0 then 'infinity'::numeric when 1 then '-infinity' else i end"},
	{"double precision", "case i % 50 when 0 then 'NaN' when 1 then 'infinity' when 2 then '-infinity' when 3 then '-0' when 4 then 0 else (random() - 0.5) * exp((random() - 0.5) * 1200) end"},
	{"real", "((random() - 0.5) * exp((random() - 0.5) * 100))::real"},
	{"money", "((random() * 2000000 - 1000000)::numeric(12, 2))::money"},
	{"date", "case i % 50 when 0 then 'infinity' when 1 then '-infinity' else date '4713-01-01 BC' + (random() * 5000000)::int end"},
	{"timestamp", "case i % 50 when 0 then 'infinity' when 1 then '-infinity' when 2 then '9999-12-31 23:59:59.999999' when 3 then '0001-12-31 23:00 BC' when 4 then '294276-01-01' " +
		"else timestamp '4000-01-01 BC' + random() * interval '10000 years' end"},
	{"timestamptz", "timestamptz '2024-10-27 00:00+00' + (i % 120) * interval '63.5 seconds'"}, // the hour that comes twice
	{"timestamptz", "timestamptz '1800-01-01' + random() * interval '400 years'"},              // offsets with seconds
	{"time", "case i when 0 then '24:00' else time '00:00' + random() * interval '1 day' end"},
	{"timetz", "((array['10:00+00', '12:00+02', '05:30-04:30', '10:00:00.5+00', '09:00-05', '23:59-12', '00:00+14'])[i % 7 + 1])::timetz"},
	{"interval", "(random() * 40 - 20)::int * interval '1 mon' + (random() * 900 - 450)::int * interval '1 day' + (random() * 2e6 - 1e6) * interval '1 second'"},
	{"interval", "((array['1 mon', '30 days', '720:00:00', '1 year', '360 days', '-1 mons +29 days 23:00:00', '0', '-1 day'])[i % 8 + 1])::interval"},
	{"inet", "((array['10.0.0.0/8', '10.0.0.0/16', '10.0.1.0/8', '9.255.0.1', '10.0.0.1/24', '::1', 'fe80::/10', '10.1.0.0/16', '::ffff:10.0.0.1', '2001:db8::1/64'])[i % 10 + 1])::inet"},
	{"cidr", "('10.' || i % 200 || '.0.0/16')::cidr"},
	{"boolean", "i % 2 = 0"},
	{"uuid", "md5(i::text)::uuid"},
	{"bytea", `decode(substr(md5(i::text), 1, i % 5 * 2), 'hex')`},
	{"text", "substr('aAäÄzZ ''\u007f\U0001F418', (random() * 8)::int + 1, i % 4)"},
	{"character(5)", "substr(md5(i::text), 1, i % 5)"},
}

// Sorted in the spool, the texts of a column are in the order that PostgreSQL
// gives; those that are the same there are the same here.
func TestOrderIsPostgreSQLs(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, server *pgtest.Server) {
		conn := server.Database(t, "create table v (i int, v text)").Conn(t).PgConn()
		query := func(sql string) *pgconn.Result {
			t.Helper()
			results, err := conn.Exec(t.Context(), sql).ReadAll() // the texts are what clients see
			if err != nil {
				t.Fatal(err)
			}
			return results[len(results)-1]
		}
		query("set timezone = 'Europe/Berlin'")
		s := open(t, spool.Options{Memory: 16 << 10})
		for _, typ := range types {
			t.Run(typ.name, func(t *testing.T) {
				query("select setseed(0.5); drop table v; create table v as select i, (" + typ.values + ")::" + typ.name + " as v from generate_series(0, 999) i; " +
					"update v set v = null where i % 100 = 99")
				all := query("select i, v from v order by i")
				r := s.NewResult(2)
				for _, row := range all.Rows {
					if err := r.Append(row); err != nil {
						t.Fatal(err)
					}
				}
				collate := ""
				if typ.name == "text" || typ.name == "character(5)" {
					collate = ` collate "C"`
				}
				compare := spool.CompareFor(all.FieldDescriptions[1].DataTypeOID)
				for _, order := range []string{"", " desc"} {
					v := view(t, r, []spool.Sort{{Column: 1, Descending: order != "", Compare: compare}}, nil)
					for k, row := range query("select i, v from v order by v" + collate + order + ", i").Rows {
						window, err := v.Window(t.Context(), int64(k), 1)
						if err != nil {
							t.Fatal(err)
						}
						want := string(row[0]) + "|" + null
						if row[1] != nil {
							want = string(row[0]) + "|" + string(row[1])
						}
						if got := line(window[0]); got != want {
							t.Fatalf("row %d%s is %s, want %s", k, order, got, want)
						}
					}
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

// What has another form than expected comes behind, in the order of its texts.
func TestOrderOfOtherForms(t *testing.T) {
	for _, test := range []struct {
		compare spool.Compare
		sorted  []string
	}{
		{spool.Number, []string{"-Infinity", "-1e400", "-12", "-1.5", "0.000", "1e-400", "7", "007.5", "1E+3", "1e400", "Infinity", "NaN", "", "-", ".", "1,5", "1.2.3", "1e", "NaNs", "x"}},
		{spool.Money, []string{"-$1,234.56", "($5.00)", "-3,10 €", "$0.00", "$1.00", "1 234,56 €", "", "none"}},
		{spool.Moment, []string{"-infinity", "0002-01-01 BC", "0001-12-31 BC", "0001-01-01", "2024-01-01 00:00:00+01", "2024-01-01 00:00:00", "10000-01-01", "infinity", "", "01.02.2024", "2024-1", "2024-13-01", "Mon Jan 01 2024"}},
		{spool.Moment, []string{"00:00:00", "09:59:59.9", "10:00:00", "24:00:00", "10:00:00.1234567", "12:00:00 BC"}},
		{spool.Interval, []string{"-infinity", "-1 days", "00:00:00", "1 day", "1 mon -1 days", "infinity", "", "1 day 2", "1-2", "@ 1 day", "P1D", "x days"}},
		{spool.Network, []string{"0.0.0.0/0", "10.0.0.0/8", "10.0.0.1", "::/0", "10", "fe80::1%eth0"}},
	} {
		s := open(t, spool.Options{})
		r := s.NewResult(1)
		order := rand.New(rand.NewPCG(1, 1)).Perm(len(test.sorted))
		for _, i := range order {
			add(t, r, test.sorted[i])
		}
		got, err := read(view(t, r, []spool.Sort{{Compare: test.compare}}, nil))
		if err != nil || !slices.Equal(got, test.sorted) {
			t.Errorf("%d: %v, got %q, want %q", test.compare, err, got, test.sorted)
		}
	}
}

package render_test

import (
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
)

// formats are all ways to write a result.
var formats = []struct {
	name  string
	write func(io.Writer, *tusk.QueryResult, tusk.Rows) error
}{
	{"table", render.Table},
	{"expanded", render.Expanded},
	{"Markdown", render.Markdown},
}

func TestMarkdown(t *testing.T) {
	two := []tusk.ColumnInfo{{Name: "id", TypeOID: int4}, {Name: "a_name *", TypeOID: textOID}}
	tests := []struct {
		name   string
		result tusk.QueryResult
		want   string
	}{
		{
			name:   "numbers stand right, NULL reads apart from an empty string and from its name",
			result: tusk.QueryResult{Columns: two, Rows: [][]tusk.Value{{value("1"), nil}, {nil, value("")}, {value("3"), value("<null>")}}},
			want: `
| id | a_name \* |
| ---: | --- |
| 1 | *\<null>* |
| *\<null>* |  |
| 3 | \<null> |

(3 rows)
`,
		},
		{
			name: "values are no markup",
			result: tusk.QueryResult{Columns: two[1:], Rows: [][]tusk.Value{
				{value("a|b\\|c")}, {value("two\nlines\r\nthree\rfour")}, {value("*b* _i_ `c` ~s~ snake_case")},
				{value("[link](x) <b>&amp; $x$ # no title")}, {value("\ttab\x1b")},
			}},
			want: strings.ReplaceAll(`
| a_name \* |
| --- |
| a\|b\\\|c |
| two<br>lines<br>three<br>four |
| \*b\* \_i\_ \'c\' \~s\~ snake_case |
| \[link](x) \<b>\&amp; \$x\$ # no title |
|  tab\\x1B |

(5 rows)
`, "'", "`"),
		},
		{
			name:   "a title and footers",
			result: tusk.QueryResult{Columns: two[:1], Title: `Table "public.a_b"`, Footers: []string{"Indexes:", "    \"pk\" ```"}},
			want: `
**Table "public.a_b"**

| id |
| ---: |

` + "````\nIndexes:\n    \"pk\" ```\n````\n",
		},
		{
			name:   "a cut result says so, also below footers of its own",
			result: tusk.QueryResult{Columns: two[:1], Truncated: true, Footers: []string{}, Rows: [][]tusk.Value{{value("1")}}},
			want: `
| id |
| ---: |
| 1 |

(first 1 row; there are more)
`,
		},
		{
			name:   "no columns",
			result: tusk.QueryResult{CommandTag: "CREATE TABLE"},
			want:   "\nCREATE TABLE\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			if err := render.Markdown(&out, &test.result, render.Window(&test.result)); err != nil {
				t.Fatal(err)
			}
			if got, want := out.String(), strings.TrimPrefix(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestTextFollowsTheDisplay shows the three displays.
func TestTextFollowsTheDisplay(t *testing.T) {
	r := &tusk.QueryResult{
		Columns: []tusk.ColumnInfo{{Name: "id", TypeOID: int4}}, Truncated: true,
		Rows: [][]tusk.Value{{value("1")}, {value("2")}},
	}
	for display, want := range map[tusk.Display]string{
		tusk.AsTable:    " id \n----\n  1\n  2\n(first 2 rows; there are more)\n",
		tusk.AsExpanded: "-[ RECORD 1 ]\nid | 1\n-[ RECORD 2 ]\nid | 2\n\n(first 2 rows; there are more)\n",
		tusk.AsLines:    "1\n2\n(first 2 rows; there are more)\n",
	} {
		r.Display = display
		var out strings.Builder
		if err := render.Text(&out, r, render.Window(r)); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != want {
			t.Errorf("%q: got\n%s\nwant\n%s", display, got, want)
		}
	}
}

func TestWindowMarksWhatIsCut(t *testing.T) {
	r := &tusk.QueryResult{
		Columns: []tusk.ColumnInfo{{Name: "a"}, {Name: "b"}},
		Rows:    [][]tusk.Value{{value("x"), nil}, {value("begin"), value("also")}, {value("y"), value("z")}},
		Cut:     []tusk.CutCell{{Row: 1, Column: 0, Bytes: 9}, {Row: 1, Column: 1, Bytes: 9}},
	}
	want := "   a    |   b    \n--------+--------\n x      | <null>\n begin… | also…\n y      | z\n(3 rows)\n"
	if got := table(t, r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestMemoryIsBounded writes a million rows.
func TestMemoryIsBounded(t *testing.T) {
	const rows, limit = 1_000_000, 4 << 20
	r := &tusk.QueryResult{Columns: []tusk.ColumnInfo{{Name: "id", TypeOID: int4}, {Name: "name", TypeOID: textOID}}}
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) {
			var first, most uint64
			err := f.write(io.Discard, r, func(yield func([][]byte, error) bool) {
				row := [][]byte{nil, []byte("a\nb")}
				for i := range rows {
					if i%100_000 == 0 {
						runtime.GC()
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						if first == 0 {
							first = m.HeapAlloc
						}
						most = max(most, m.HeapAlloc)
					}
					row[0] = strconv.AppendInt(row[0][:0], int64(i), 10)
					if !yield(row, nil) {
						return
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if most > first+limit {
				t.Errorf("the heap grew from %d to %d bytes", first, most)
			}
		})
	}
}

// TestErrorsArePassedOn covers rows that end early, in either reading, and a
// writer that takes no more, which is not asked for long.
func TestErrorsArePassedOn(t *testing.T) {
	broken, full := errors.New("the spool is gone"), errors.New("no space left on device")
	r := &tusk.QueryResult{Columns: []tusk.ColumnInfo{{Name: "id", TypeOID: int4}}}
	for _, f := range formats {
		for _, good := range []int{0, 1} { // readings
			readings := 0
			err := f.write(io.Discard, r, func(yield func([][]byte, error) bool) {
				if readings++; yield([][]byte{[]byte("1")}, nil) && readings > good {
					yield(nil, broken)
				}
			})
			if !errors.Is(err, broken) && (f.name != "Markdown" || good == 0) {
				t.Errorf("%s, %d good readings: %v", f.name, good, err)
			}
		}
		written := 0
		err := f.write(writerFunc(func([]byte) (int, error) { return 0, full }), r, func(yield func([][]byte, error) bool) {
			for written = 0; written < 100_000 && yield([][]byte{[]byte("1")}, nil); written++ {
			}
		})
		if !errors.Is(err, full) || written > 10_000 {
			t.Errorf("%s: %v after %d rows", f.name, err, written)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// BenchmarkWrite writes a million rows of 8 columns.
func BenchmarkWrite(b *testing.B) {
	const rows = 1_000_000
	r := &tusk.QueryResult{}
	row := make([][]byte, 8)
	for i := range row {
		r.Columns = append(r.Columns, tusk.ColumnInfo{Name: "column", TypeOID: int4})
		row[i] = []byte("twelve bytes")
	}
	for _, f := range formats {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				err := f.write(io.Discard, r, func(yield func([][]byte, error) bool) {
					for range rows {
						if !yield(row, nil) {
							return
						}
					}
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

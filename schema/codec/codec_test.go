package codec

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// filled gives contents of which every field has a value of its own.
func filled() schema.Contents {
	var c schema.Contents
	next := 0
	fill(reflect.ValueOf(&c).Elem(), &next)
	shared := c.Relations[0].Origin
	c.Relations[1].Origin, c.Functions[0].Origin = shared, shared
	return c
}

func fill(v reflect.Value, next *int) {
	*next++
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *next))
	case reflect.Int, reflect.Int16, reflect.Int64:
		v.SetInt(int64(-*next % 30_000))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(uint64(*next%255 + 1))
	case reflect.Float64:
		v.SetFloat(float64(*next) / 3)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), next)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), next)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), next)
		}
	default:
		panic(v.Kind())
	}
}

func TestEveryFieldComesBack(t *testing.T) {
	want := filled()
	got, err := Decode(Encode(&want))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: got %+v", err, got)
	}
	if got.Relations[0].Origin != got.Functions[0].Origin {
		t.Error("an origin that objects shared has become two")
	}
}

// A list that is empty is not one that nobody knows.
func TestNothingIsNotNil(t *testing.T) {
	want := schema.Contents{Relations: []schema.Relation{{}, {Object: schema.Object{ACL: []string{}}}}}
	got, err := Decode(Encode(&want))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: got %+v", err, got)
	}
}

func TestDatabaseComesBack(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		catalog, err := introspect.Load(t.Context(), s.Sample(t).Conn(t), introspect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := catalog.Contents()
		encoded := Encode(&want)
		got, err := Decode(encoded)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v: the contents have changed", err)
		}
		if again := schema.New(got).Contents(); !reflect.DeepEqual(again, want) {
			t.Error("the catalog of the contents has others")
		}
		t.Logf("%d bytes", len(encoded))
	})
}

func TestWrongBytesAreAnError(t *testing.T) {
	c := filled()
	encoded := Encode(&c)
	for length := range len(encoded) {
		if _, err := Decode(encoded[:length]); err == nil {
			t.Fatalf("the first %d of %d bytes are read", length, len(encoded))
		}
	}
	for at := range encoded {
		damaged := append([]byte{}, encoded...)
		damaged[at] ^= 1 << (at % 8)
		_, err := Decode(damaged)
		if at < len(magic)+8 && !errors.Is(err, ErrForeign) || at >= len(magic)+8 && !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	}
	if _, err := Decode(append(encoded, 0)); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

// Bytes with a right checksum need not be right.
func FuzzDecode(f *testing.F) {
	c := filled()
	f.Add(Encode(&c)[header:])
	f.Add(Encode(&schema.Contents{})[header:])
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decode(b)
		if err != nil {
			return
		}
		if again, err := Decode(Encode(&c)); err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%v: what was read cannot be written", err)
		}
	})
}

// contents gives tables of 12 columns.
func contents(tables int) schema.Contents {
	c := schema.Contents{ServerVersion: 180000, SearchPath: []string{"public"}, Schemas: []schema.Schema{{Object: schema.Object{Name: "public"}}}}
	types := []string{"bigint", "integer", "text", "timestamp with time zone", "numeric(10,2)", "boolean"}
	for i := range tables {
		r := schema.Relation{Object: schema.Object{OID: uint32(16384 + 20*i), Schema: "public", Name: fmt.Sprintf("table_%d", i), Owner: "app"}, EstimatedRows: int64(i)}
		for k := range 12 {
			r.Columns = append(r.Columns, schema.Column{Name: fmt.Sprintf("column_%d_of_%d", k, i%997), Type: types[k%len(types)], TypeOID: uint32(20 + k), Attnum: int16(k + 1), NotNull: k%3 == 0})
		}
		r.Constraints = []schema.Constraint{{Name: r.Name + "_pkey", Kind: schema.PrimaryKey, Columns: []string{r.Columns[0].Name}, Definition: "PRIMARY KEY (" + r.Columns[0].Name + ")"}}
		r.Indexes = []schema.Index{{Name: r.Name + "_pkey", OID: r.OID + 1, Method: "btree", Unique: true, Constraint: r.Name + "_pkey", Keys: []schema.IndexKey{{Column: r.Columns[0].Name}},
			Definition: "CREATE UNIQUE INDEX " + r.Name + "_pkey ON public." + r.Name + " USING btree (" + r.Columns[0].Name + ")"}}
		c.Relations = append(c.Relations, r)
	}
	return c
}

var sizes = []int{50, 1_000, 10_000, 50_000}

func BenchmarkEncode(b *testing.B) {
	for _, tables := range sizes {
		b.Run(fmt.Sprintf("%dx12", tables), func(b *testing.B) {
			c := contents(tables)
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				size = len(Encode(&c))
			}
			b.ReportMetric(float64(size)/float64(12*tables), "bytes/column")
		})
	}
}

// BenchmarkCatalog is from bytes to a catalog that answers.
func BenchmarkCatalog(b *testing.B) {
	for _, tables := range sizes {
		b.Run(fmt.Sprintf("%dx12", tables), func(b *testing.B) {
			c := contents(tables)
			encoded := Encode(&c)
			b.SetBytes(int64(len(encoded)))
			b.ReportAllocs()
			for b.Loop() {
				decoded, err := Decode(encoded)
				if err != nil {
					b.Fatal(err)
				}
				if schema.New(decoded).Size().Relations != tables {
					b.Fatal("tables are missing")
				}
			}
		})
	}
}

package ddl_test

import (
	"strconv"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
)

// wide gives tables of as many columns as wanted, each with a foreign key to the
// one before.
func wide(tables, columns int) *schema.Catalog {
	relations := make([]schema.Relation, tables)
	for i := range relations {
		r := &relations[i]
		r.Schema, r.Name = "shop", "table_"+strconv.Itoa(i)
		for c := range columns {
			r.Columns = append(r.Columns, schema.Column{Name: "column_" + strconv.Itoa(c), Type: "character varying(20)", Default: "shop.start(" + strconv.Itoa(c) + ")"})
		}
		if i > 0 {
			r.Constraints = []schema.Constraint{{Name: "before", Kind: schema.ForeignKey, Columns: []string{"column_0"}, References: relations[i-1].QualifiedName(), RefColumns: []string{"column_0"}}}
		}
	}
	return schema.New(schema.Contents{ServerVersion: 180000, Relations: relations})
}

func BenchmarkDatabase(b *testing.B) {
	for _, size := range []struct {
		name            string
		tables, columns int
	}{{"1000x12", 1000, 12}, {"10000x12", 10000, 12}, {"1x1600", 1, 1600}} {
		b.Run(size.name, func(b *testing.B) {
			catalog := wide(size.tables, size.columns)
			for b.Loop() {
				if _, err := ddl.Database(catalog, ddl.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package ddl_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
)

// A table as a migration would tell it, without a server.
var orders = schema.Relation{
	Object: schema.Object{Schema: "shop", Name: "Orders", Owner: "anna", Comment: "what's sold", ACL: []string{"anna=arwdDxt/anna", `"Die da"=r*w/anna`, "=r/anna"}},
	Columns: []schema.Column{
		{Name: "id", Type: "integer", NotNull: true, Default: "nextval('shop.\"Orders_id_seq\"'::regclass)"},
		{Name: "select", Type: "character varying(20)", NotNull: true, Default: "'x'::character varying", Comment: "a keyword"},
		{Name: "total", Type: "numeric(10,2)", Generated: schema.Stored, Default: "(id * 2)"},
		{Name: "customer", Type: "bigint", Detail: &schema.ColumnDetail{ACL: []string{"bob=r/anna"}}},
		{Name: "n", Type: "bigint", NotNull: true, Identity: schema.Always},
	},
	Constraints: []schema.Constraint{
		{Name: "Orders_pkey", Kind: schema.PrimaryKey, Columns: []string{"id"}},
		{Name: "customer", Kind: schema.ForeignKey, Columns: []string{"customer"}, References: schema.Name{Schema: "crm", Name: "customer"}, RefColumns: []string{"id"}, OnDelete: schema.Cascade},
		{Name: "positive", Kind: schema.CheckConstraint, Expression: "total > 0::numeric", NotValid: true},
	},
	Indexes: []schema.Index{{Name: "Orders_pkey", Constraint: "Orders_pkey"}, {Name: "by_total", Keys: []schema.IndexKey{{Column: "total", Descending: true}}, Predicate: "total > 1"}},
	Triggers: []schema.Trigger{{Name: "audit", Timing: schema.After, Events: schema.OnInsert | schema.OnUpdate, Columns: []string{"total"},
		Row: true, Function: schema.Name{Schema: "shop", Name: "audit"}, Enabled: schema.FiresAlways}},
	Policies: []schema.Policy{{Name: "own", For: schema.OnSelect, Using: "owner = CURRENT_USER"}},
	Storage:  &schema.Storage{Options: []string{"fillfactor=70"}, RowSecurity: true},
}

var ordersID = schema.Relation{
	Object: schema.Object{Schema: "shop", Name: "Orders_id_seq", Owner: "anna"}, Kind: schema.Sequence,
	Sequence: &schema.SequenceInfo{Type: "integer", Start: 1, Increment: 1, Min: 1, Max: 1<<31 - 1, Cache: 1,
		OwnedBy: schema.Name{Schema: "shop", Name: "Orders"}, OwnedByColumn: "id"},
}

func catalog() *schema.Catalog {
	return schema.New(schema.Contents{ServerVersion: 160000, Relations: []schema.Relation{orders, ordersID}})
}

func TestTable(t *testing.T) {
	c := catalog()
	equal(t, of(t, c, c.Relation("shop", "Orders"), ddl.Options{}), `
CREATE TABLE shop."Orders" (
    id serial,
    "select" character varying(20) NOT NULL DEFAULT 'x'::character varying,
    total numeric(10,2) GENERATED ALWAYS AS ((id * 2)) STORED,
    customer bigint,
    n bigint GENERATED ALWAYS AS IDENTITY,
    CONSTRAINT "Orders_pkey" PRIMARY KEY (id),
    CONSTRAINT customer FOREIGN KEY (customer) REFERENCES crm.customer (id) ON DELETE CASCADE
)
WITH (fillfactor=70);

ALTER TABLE shop."Orders" OWNER TO anna;
COMMENT ON TABLE shop."Orders" IS 'what''s sold';
GRANT UPDATE ON TABLE shop."Orders" TO "Die da";
GRANT SELECT ON TABLE shop."Orders" TO "Die da" WITH GRANT OPTION;
GRANT SELECT ON TABLE shop."Orders" TO PUBLIC;
COMMENT ON COLUMN shop."Orders"."select" IS 'a keyword';
GRANT SELECT (customer) ON TABLE shop."Orders" TO bob;
CREATE INDEX by_total ON shop."Orders" (total DESC NULLS LAST) WHERE total > 1;
ALTER TABLE shop."Orders" ADD CONSTRAINT positive CHECK (total > 0::numeric) NOT VALID;

CREATE TRIGGER audit
    AFTER INSERT OR UPDATE OF total ON shop."Orders"
    FOR EACH ROW
    EXECUTE FUNCTION shop.audit();

ALTER TABLE shop."Orders" ENABLE ALWAYS TRIGGER audit;
ALTER TABLE shop."Orders" ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON shop."Orders" FOR SELECT
    USING (owner = CURRENT_USER);
`)
}

// Options.Unqualified takes its schema out of names, and out of nothing else.
func TestUnqualified(t *testing.T) {
	view := schema.Relation{
		Object: schema.Object{Schema: "shop", Name: "recent"}, Kind: schema.View,
		Definition: `SELECT shop.id, 'shop."Orders"'::text AS t FROM shop."Orders" shop JOIN crm.shop x ON true`,
	}
	c := schema.New(schema.Contents{ServerVersion: 160000, Relations: []schema.Relation{orders, view}})
	equal(t, of(t, c, c.Relation("shop", "recent"), ddl.Options{Unqualified: "shop"}), `
CREATE VIEW recent AS
SELECT shop.id, 'shop."Orders"'::text AS t FROM "Orders" shop JOIN crm.shop x ON true;
`)
}

func of(t *testing.T, c *schema.Catalog, object any, options ddl.Options) string {
	t.Helper()
	text, err := ddl.Of(c, object, options)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func equal(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

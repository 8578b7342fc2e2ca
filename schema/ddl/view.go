package ddl

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func (g *generator) view(r *schema.Relation) object {
	var o object
	s := storage(r)
	var check string
	options := slices.DeleteFunc(slices.Clone(s.Options), func(option string) bool {
		name, value, _ := strings.Cut(option, "=")
		if name == "check_option" {
			check = "\nWITH " + strings.ToUpper(value) + " CHECK OPTION"
		}
		return name == "check_option"
	})
	name := qualified(r.QualifiedName())
	head := word(r) + " " + name
	if r.Kind == schema.MaterializedView {
		if s.AccessMethod != "" {
			head += "\nUSING " + ident(s.AccessMethod)
		}
		options = append(options, toast(s.ToastOptions)...)
	}
	if len(options) > 0 {
		head += "\nWITH (" + strings.Join(parameters(options, ""), ", ") + ")"
	}
	if s.Tablespace != "" {
		head += "\nTABLESPACE " + ident(s.Tablespace)
	}
	body := head + " AS\n" + strings.TrimRight(strings.TrimRight(r.Definition, "; \n"), ";")
	switch {
	case r.Kind == schema.MaterializedView && (g.whole || s.Unpopulated):
		o.create = append(o.create, "CREATE "+body+"\nWITH NO DATA")
		if !s.Unpopulated {
			o.last = append(o.last, "REFRESH MATERIALIZED VIEW "+name)
		}
	case r.Kind == schema.MaterializedView:
		o.create = append(o.create, "CREATE "+body)
	case g.split[r]:
		o.create = append(o.create, g.placeholder(r))
		o.after = append(o.after, "CREATE OR REPLACE "+body+check)
	default:
		o.create = append(o.create, "CREATE "+body+check)
	}
	o.create = append(o.create, g.common(&r.Object, word(r), name, g.tableRights())...)
	for i := range r.Columns {
		c := &r.Columns[i]
		if c.Default != "" {
			o.create = append(o.create, alter(r)+"ALTER COLUMN "+ident(c.Name)+" SET DEFAULT "+c.Default)
		}
		o.create = append(o.create, g.columnCommon(r, c)...)
	}
	if r.Kind == schema.MaterializedView {
		o.create = append(o.create, g.columnSettings(r)...)
	}
	o.indexes = g.indexes(r, g.whole)
	o.after = append(o.after, g.late(r)...)
	return o
}

func toast(options []string) []string {
	prefixed := make([]string, len(options))
	for i, o := range options {
		prefixed[i] = "toast." + o
	}
	return prefixed
}

// placeholder writes a view with the right columns and no rows, for what its
// query needs and needs it in turn.
func (g *generator) placeholder(r *schema.Relation) string {
	columns := make([]string, len(r.Columns))
	for i := range r.Columns {
		c := &r.Columns[i]
		columns[i] = "    NULL::" + c.Type
		if n := collation(c); n.Name != "" {
			columns[i] += " COLLATE " + qualified(n)
		}
		columns[i] += " AS " + ident(c.Name)
	}
	return "CREATE VIEW " + qualified(r.QualifiedName()) + " AS\nSELECT\n" + strings.Join(columns, ",\n")
}

func (g *generator) rule(r *schema.Relation, u *schema.Rule) []string {
	statements := []string{strings.TrimRight(u.Definition, ";")}
	if firing := fires(u.Enabled); firing != "" {
		statements = append(statements, "ALTER TABLE "+qualified(r.QualifiedName())+" "+firing+"RULE "+ident(u.Name))
	}
	return append(statements, g.comment("RULE "+ident(u.Name)+" ON "+qualified(r.QualifiedName()), u.Comment)...)
}

// fires writes the start of an ALTER TABLE action, "" for what fires as usual.
func fires(f schema.Firing) string {
	return [...]string{
		schema.FiresOnOrigin: "", schema.FiresNever: "DISABLE ",
		schema.FiresOnReplica: "ENABLE REPLICA ", schema.FiresAlways: "ENABLE ALWAYS ",
	}[f]
}

func (g *generator) trigger(r *schema.Relation, t *schema.Trigger) []string {
	table := qualified(r.QualifiedName())
	var statements []string
	if !t.Inherited {
		definition := t.Definition
		if definition == "" {
			definition = triggerFromParts(r, t)
		}
		statements = append(statements, definition)
	}
	if firing := fires(t.Enabled); firing != "" {
		kind := "TABLE "
		if r.Kind == schema.ForeignTable {
			kind = "FOREIGN TABLE "
		}
		statements = append(statements, "ALTER "+kind+table+" "+firing+"TRIGGER "+ident(t.Name))
	} else if t.Inherited && g.parentFires(r, t) != schema.FiresOnOrigin {
		statements = append(statements, "ALTER TABLE "+table+" ENABLE TRIGGER "+ident(t.Name))
	}
	if t.Inherited {
		return statements
	}
	return append(statements, g.comment("TRIGGER "+ident(t.Name)+" ON "+table, t.Comment)...)
}

// parentFires tells when the partitioned table's trigger fires that a
// partition's comes from.
func (g *generator) parentFires(r *schema.Relation, t *schema.Trigger) schema.Firing {
	if parent := g.catalog.Relation(r.PartitionOf().Schema, r.PartitionOf().Name); parent != nil {
		for i := range parent.Triggers {
			if parent.Triggers[i].Name == t.Name {
				return parent.Triggers[i].Enabled
			}
		}
	}
	return schema.FiresOnOrigin
}

func triggerFromParts(r *schema.Relation, t *schema.Trigger) string {
	var b strings.Builder
	b.WriteString("CREATE ")
	if t.Constraint {
		b.WriteString("CONSTRAINT ")
	}
	b.WriteString("TRIGGER " + ident(t.Name) + "\n    ")
	b.WriteString([...]string{schema.Before: "BEFORE ", schema.After: "AFTER ", schema.InsteadOf: "INSTEAD OF "}[t.Timing])
	var events []string
	for _, e := range eventWords {
		if t.Events&e.event == 0 {
			continue
		}
		word := e.word
		if e.event == schema.OnUpdate && len(t.Columns) > 0 {
			word += " OF " + idents(t.Columns)
		}
		events = append(events, word)
	}
	b.WriteString(strings.Join(events, " OR ") + " ON " + qualified(r.QualifiedName()))
	if t.Row {
		b.WriteString("\n    FOR EACH ROW")
	}
	if t.When != "" {
		b.WriteString("\n    WHEN (" + t.When + ")")
	}
	b.WriteString("\n    EXECUTE FUNCTION " + qualified(t.Function) + "()")
	return b.String()
}

var eventWords = []struct {
	event schema.Events
	word  string
}{
	{schema.OnInsert, "INSERT"}, {schema.OnUpdate, "UPDATE"}, {schema.OnDelete, "DELETE"},
	{schema.OnTruncate, "TRUNCATE"}, {schema.OnSelect, "SELECT"},
}

func (g *generator) policy(r *schema.Relation, p *schema.Policy) []string {
	table := qualified(r.QualifiedName())
	create := "CREATE POLICY " + ident(p.Name) + " ON " + table
	if p.Restrictive {
		create += " AS RESTRICTIVE"
	}
	for _, e := range eventWords {
		if p.For == e.event {
			create += " FOR " + e.word
		}
	}
	if len(p.Roles) > 0 {
		create += " TO " + idents(p.Roles)
	}
	if p.Using != "" {
		create += "\n    USING (" + p.Using + ")"
	}
	if p.WithCheck != "" {
		create += "\n    WITH CHECK (" + p.WithCheck + ")"
	}
	return append([]string{create}, g.comment("POLICY "+ident(p.Name)+" ON "+table, p.Comment)...)
}

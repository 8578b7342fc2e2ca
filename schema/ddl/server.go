package ddl

import (
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func (g *generator) schema(s *schema.Schema) object {
	name := ident(s.Name)
	first := schemaRights
	var create []string
	if s.Name == "public" {
		// Every new database has it; until PostgreSQL 14 all may create in it.
		first.public = "U"
		if g.catalog.ServerVersion() < 150000 {
			first.public = "UC"
		}
	} else {
		create = append(create, "CREATE SCHEMA "+name)
	}
	if s.Name == "public" && (s.Owner == "pg_database_owner" || s.Comment == "standard public schema") {
		return object{create: g.grants(first, name, "", s.Owner, s.ACL)}
	}
	return object{create: append(create, g.common(&s.Object, "SCHEMA", name, first)...)}
}

func (g *generator) extension(e *schema.Extension) object {
	create := "CREATE EXTENSION IF NOT EXISTS " + ident(e.Name)
	if e.Schema != "" && e.Schema != "pg_catalog" {
		create += " WITH SCHEMA " + ident(e.Schema)
	}
	return object{create: append([]string{create}, g.comment("EXTENSION "+ident(e.Name), e.Comment)...)}
}

func (g *generator) language(l *schema.Language) object {
	name := ident(l.Name)
	create := "CREATE "
	if l.Trusted {
		create += "TRUSTED "
	}
	create += "LANGUAGE " + name + " HANDLER " + qualified(l.Handler)
	if l.Inline.Name != "" {
		create += " INLINE " + qualified(l.Inline)
	}
	if l.Validator.Name != "" {
		create += " VALIDATOR " + qualified(l.Validator)
	}
	return object{create: append([]string{create}, g.common(&l.Object, "LANGUAGE", name, languageRights)...)}
}

func (g *generator) accessMethod(m *schema.AccessMethod) object {
	kind := "INDEX"
	if m.Table {
		kind = "TABLE"
	}
	create := "CREATE ACCESS METHOD " + ident(m.Name) + " TYPE " + kind + " HANDLER " + qualified(m.Handler)
	return object{create: append([]string{create}, g.comment("ACCESS METHOD "+ident(m.Name), m.Comment)...)}
}

func (g *generator) eventTrigger(t *schema.EventTrigger) object {
	name := ident(t.Name)
	create := "CREATE EVENT TRIGGER " + name + " ON " + t.Event
	if len(t.Tags) > 0 {
		create += "\n    WHEN TAG IN (" + literals(t.Tags) + ")"
	}
	create += "\n    EXECUTE FUNCTION " + qualified(t.Function) + "()"
	statements := []string{create}
	switch t.Enabled {
	case schema.FiresNever:
		statements = append(statements, "ALTER EVENT TRIGGER "+name+" DISABLE")
	case schema.FiresOnReplica:
		statements = append(statements, "ALTER EVENT TRIGGER "+name+" ENABLE REPLICA")
	case schema.FiresAlways:
		statements = append(statements, "ALTER EVENT TRIGGER "+name+" ENABLE ALWAYS")
	}
	// It would fire for what follows.
	return object{last: append(statements, g.common(&t.Object, "EVENT TRIGGER", name, rights{})...)}
}

func (g *generator) foreignDataWrapper(w *schema.ForeignDataWrapper) object {
	name := ident(w.Name)
	create := "CREATE FOREIGN DATA WRAPPER " + name
	if w.Handler.Name != "" {
		create += " HANDLER " + qualified(w.Handler)
	}
	if w.Validator.Name != "" {
		create += " VALIDATOR " + qualified(w.Validator)
	}
	if options := foreignOptions(w.Options); options != "" {
		create += "\n    " + options
	}
	return object{create: append([]string{create}, g.common(&w.Object, "FOREIGN DATA WRAPPER", name, wrapperRights)...)}
}

func (g *generator) foreignServer(s *schema.ForeignServer) object {
	name := ident(s.Name)
	create := "CREATE SERVER " + name
	if s.Type != "" {
		create += " TYPE " + literal(s.Type)
	}
	if s.Version != "" {
		create += " VERSION " + literal(s.Version)
	}
	create += " FOREIGN DATA WRAPPER " + ident(s.Wrapper)
	if options := foreignOptions(s.Options); options != "" {
		create += "\n    " + options
	}
	statements := append([]string{create}, g.common(&s.Object, "SERVER", name, serverRights)...)
	for _, u := range s.Users {
		user := ident(u)
		if u == "public" || u == "" {
			user = "PUBLIC"
		}
		statements = append(statements, "CREATE USER MAPPING FOR "+user+" SERVER "+name)
	}
	return object{create: statements}
}

func (g *generator) publication(p *schema.Publication) object {
	name := ident(p.Name)
	create := "CREATE PUBLICATION " + name
	var what []string
	for i := range p.Tables {
		t := &p.Tables[i]
		table := "ONLY " + qualified(t.Table)
		if i == 0 {
			table = "TABLE " + table
		}
		if t.Columns != nil {
			table += " (" + idents(t.Columns) + ")"
		}
		if t.Where != "" {
			table += " WHERE (" + strings.TrimSuffix(strings.TrimPrefix(t.Where, "("), ")") + ")"
		}
		what = append(what, table)
	}
	if len(p.Schemas) > 0 {
		what = append(what, "TABLES IN SCHEMA "+idents(p.Schemas))
	}
	switch {
	case p.AllTables:
		create += " FOR ALL TABLES"
	case len(what) > 0:
		create += " FOR\n    " + strings.Join(what, ",\n    ")
	}
	var options []string
	if p.Publish != schema.OnInsert|schema.OnUpdate|schema.OnDelete|schema.OnTruncate {
		var events []string
		for _, e := range eventWords {
			if p.Publish&e.event != 0 {
				events = append(events, strings.ToLower(e.word))
			}
		}
		options = append(options, "publish = "+literal(strings.Join(events, ", ")))
	}
	if p.ViaRoot {
		options = append(options, "publish_via_partition_root = true")
	}
	if p.GeneratedStored {
		options = append(options, "publish_generated_columns = stored")
	}
	if len(options) > 0 {
		create += "\nWITH (" + strings.Join(options, ", ") + ")"
	}
	return object{after: append([]string{create}, g.common(&p.Object, "PUBLICATION", name, rights{})...)}
}

// role writes what pg_dumpall --roles-only writes of a role, without its
// password.
func (g *generator) role(r *schema.Role) object {
	name := ident(r.Name)
	create := "CREATE ROLE " + name
	var options []string
	for _, o := range []struct {
		set  bool
		word string
	}{
		{r.Superuser, "SUPERUSER"}, {r.NoInherit, "NOINHERIT"}, {r.CreateRole, "CREATEROLE"}, {r.CreateDB, "CREATEDB"},
		{r.Login, "LOGIN"}, {r.Replication, "REPLICATION"}, {r.BypassRLS, "BYPASSRLS"},
	} {
		if o.set {
			options = append(options, o.word)
		}
	}
	if r.ConnectionLimit > 0 || r.ConnectionLimit == 0 && r.OID != 0 {
		options = append(options, "CONNECTION LIMIT "+strconv.Itoa(r.ConnectionLimit))
	}
	if r.ValidUntil != "" {
		options = append(options, "VALID UNTIL "+literal(r.ValidUntil))
	}
	if len(options) > 0 {
		create += " WITH " + strings.Join(options, " ")
	}
	statements := []string{create}
	for _, s := range r.Config {
		statements = append(statements, "ALTER ROLE "+name+" SET "+setting(s))
	}
	statements = append(statements, g.comment("ROLE "+name, r.Comment)...)
	o := object{create: statements}
	for _, m := range r.MemberOf {
		o.after = append(o.after, g.membership(r, &m))
	}
	return o
}

// membership writes GRANT role. Its options for inheriting and SET ROLE exist
// since PostgreSQL 16.
func (g *generator) membership(r *schema.Role, m *schema.Membership) string {
	grant := "GRANT " + ident(m.Role) + " TO " + ident(r.Name)
	if g.catalog.ServerVersion() < 160000 {
		if m.Admin {
			grant += " WITH ADMIN OPTION"
		}
	} else {
		var options []string
		if m.Admin {
			options = append(options, "ADMIN TRUE")
		}
		if m.Inherit == r.NoInherit {
			options = append(options, "INHERIT "+strings.ToUpper(strconv.FormatBool(m.Inherit)))
		}
		if !m.Set {
			options = append(options, "SET FALSE")
		}
		if len(options) > 0 {
			grant += " WITH " + strings.Join(options, ", ")
		}
	}
	if m.Grantor != "" {
		grant += " GRANTED BY " + ident(m.Grantor)
	}
	return grant
}

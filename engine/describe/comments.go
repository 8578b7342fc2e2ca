package describe

import "strings"

// listComments answers \dd: the comments on what no other command shows them of.
func listComments(_ int, r Request) *selection {
	s := &selection{title: "Object descriptions", distinct: true, order: "1, 2, 3"}
	s.column("Schema", "o.nspname")
	s.column("Name", "o.name")
	s.column("Object", "o.object")
	s.column("Description", "d.description")
	var objects []string
	for _, kind := range []struct{ object, table, from, oid, name, visible, condition string }{
		{"table constraint", "pg_constraint", "JOIN pg_catalog.pg_class c ON c.oid = x.conrelid", "c.relnamespace",
			"x.conname", "pg_catalog.pg_table_is_visible(c.oid)", ""},
		{"domain constraint", "pg_constraint", "JOIN pg_catalog.pg_type t ON t.oid = x.contypid", "t.typnamespace",
			"x.conname", "pg_catalog.pg_type_is_visible(t.oid)", ""},
		{"operator class", "pg_opclass", "", "x.opcnamespace",
			"x.opcname", "pg_catalog.pg_opclass_is_visible(x.oid)", ""},
		{"operator family", "pg_opfamily", "", "x.opfnamespace",
			"x.opfname", "pg_catalog.pg_opfamily_is_visible(x.oid)", ""},
		{"rule", "pg_rewrite", "JOIN pg_catalog.pg_class c ON c.oid = x.ev_class", "c.relnamespace",
			"x.rulename", "pg_catalog.pg_table_is_visible(c.oid)", "x.rulename <> '_RETURN'"},
		{"trigger", "pg_trigger", "JOIN pg_catalog.pg_class c ON c.oid = x.tgrelid", "c.relnamespace",
			"x.tgname", "pg_catalog.pg_table_is_visible(c.oid)", ""},
	} {
		conditions := s.matching(r.Pattern, names{schema: "n.nspname", name: kind.name, visible: kind.visible, parts: 3})
		if kind.condition != "" {
			conditions = append(conditions, kind.condition)
		}
		if !r.System && r.Pattern == "" {
			conditions = append(conditions, userSchemas)
		}
		objects = append(objects, `SELECT x.oid, x.tableoid, n.nspname, `+kind.name+`::pg_catalog.text AS name, '`+kind.object+`' AS object
    FROM pg_catalog.`+kind.table+` x `+kind.from+`
      JOIN pg_catalog.pg_namespace n ON n.oid = `+kind.oid+`
    WHERE `+strings.Join(append(conditions, "true"), " AND "))
	}
	s.join("(" + strings.Join(objects, "\n    UNION ALL ") + ") AS o")
	s.join("JOIN pg_catalog.pg_description d ON o.oid = d.objoid AND o.tableoid = d.classoid AND d.objsubid = 0")
	return s
}

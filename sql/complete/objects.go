package complete

import (
	"iter"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// objects adds the objects of the kind that a node names.
func (c *collector) objects(kind tree.Kind) {
	catalog := c.request.Catalog
	in := ""
	if len(c.place.qualifier) > 0 {
		in = c.place.qualifier[len(c.place.qualifier)-1]
	}
	switch kind {
	case tree.SchemaName:
		c.schemas()
	case tree.RoleName:
		named(c, "role", catalog.Roles())
	case tree.LanguageName:
		named(c, "language", catalog.Languages())
	case tree.AccessMethodName:
		named(c, "access method", catalog.AccessMethods())
	case tree.ExtensionName:
		named(c, "extension", catalog.Extensions())
	case tree.TablespaceName:
		named(c, "tablespace", catalog.Tablespaces())
	case tree.DatabaseName:
		named(c, "database", catalog.Databases())
	case tree.PublicationName:
		named(c, "publication", catalog.Publications())
	case tree.SubscriptionName:
		named(c, "subscription", catalog.Subscriptions())
	case tree.EventTriggerName:
		named(c, "event trigger", catalog.EventTriggers())
	case tree.ServerName:
		named(c, "foreign server", catalog.ForeignServers())
	case tree.WrapperName:
		named(c, "foreign data wrapper", catalog.ForeignDataWrappers())
	case tree.CollationName:
		inSchema(c, in, "collation", catalog.Collations())
	case tree.ConversionName:
		inSchema(c, in, "conversion", catalog.Conversions())
	case tree.StatisticsName:
		inSchema(c, in, "statistics", catalog.Statistics())
	case tree.OpclassName:
		inSchema(c, in, "operator class", catalog.OperatorClasses())
	case tree.OpfamilyName:
		inSchema(c, in, "operator family", catalog.OperatorFamilies())
	case tree.TextSearchConfigName, tree.TextSearchDictionaryName, tree.TextSearchParserName, tree.TextSearchTemplateName:
		for o := range catalog.TextSearch() {
			if textSearchNames[o.Kind] == kind {
				c.inSchema(in, "text search", &o.Object)
			}
		}
	case tree.SequenceName:
		c.relations(in, []schema.Kind{schema.Sequence})
	case tree.ViewName:
		c.relations(in, []schema.Kind{schema.View})
	case tree.MaterializedViewName:
		c.relations(in, []schema.Kind{schema.MaterializedView})
	case tree.ForeignTableName:
		c.relations(in, []schema.Kind{schema.ForeignTable})
	case tree.CompositeTypeName, tree.DomainName:
		c.types(in)
	case tree.IndexName:
		c.indexes(in)
	case tree.ProcedureName, tree.RoutineName, tree.AggregateName:
		c.routines(in, kind)
	case tree.TriggerName, tree.PolicyName, tree.RuleName, tree.ConstraintName:
		c.partsOfRelation(kind)
	case tree.SettingName:
		c.settings()
	case tree.OptionName:
		c.options()
	case tree.AccessPriv:
		for i, word := range privileges {
			text := c.cased(word)
			c.ordered(rankExact, i, text, Item{Kind: Keyword, InsertText: text})
		}
		named(c, "role", catalog.Roles())
	}
	if in == "" && schemaObjects[kind] {
		c.schemas()
	}
}

// schemaObjects are the names of what lives in a schema.
var schemaObjects = map[tree.Kind]bool{
	tree.CollationName: true, tree.ConversionName: true, tree.StatisticsName: true, tree.OpclassName: true, tree.OpfamilyName: true,
	tree.SequenceName: true, tree.ViewName: true, tree.MaterializedViewName: true, tree.ForeignTableName: true, tree.CompositeTypeName: true,
	tree.DomainName: true, tree.IndexName: true, tree.ProcedureName: true, tree.RoutineName: true, tree.AggregateName: true,
	tree.TextSearchConfigName: true, tree.TextSearchDictionaryName: true, tree.TextSearchParserName: true, tree.TextSearchTemplateName: true,
}

var textSearchNames = map[schema.TextSearchKind]tree.Kind{
	schema.TextSearchConfiguration: tree.TextSearchConfigName,
	schema.TextSearchDictionary:    tree.TextSearchDictionaryName,
	schema.TextSearchParser:        tree.TextSearchParserName,
	schema.TextSearchTemplate:      tree.TextSearchTemplateName,
}

// named adds objects that belong to no schema.
func named[P schema.AnyObject](c *collector, detail string, all iter.Seq[P]) {
	for o := range all {
		object := schema.HeaderOf(o)
		c.name(rankRelation, object.Name, Item{Kind: Object, Detail: detail, Documentation: object.Comment})
	}
}

// inSchema adds objects of a schema, or those that the search path shows.
func inSchema[P schema.AnyObject](c *collector, in, detail string, all iter.Seq[P]) {
	for o := range all {
		c.inSchema(in, detail, schema.HeaderOf(o))
	}
}

func (c *collector) inSchema(in, detail string, o *schema.Object) {
	rank := rankRelation
	switch {
	case in != "" && in != o.Schema, in == "" && !c.visibleSchema(o.Schema):
		return
	case in == "" && c.system(o.Schema):
		rank = rankSchema
		if len(c.found) > 2*c.request.Limit {
			c.partial = true
			return
		}
	}
	c.name(rank, o.Name, Item{Kind: Object, Detail: detail, Description: o.Schema, Documentation: o.Comment})
}

// visibleSchema reports whether names of a schema need no qualifier.
func (c *collector) visibleSchema(name string) bool {
	if name == "pg_catalog" {
		return true
	}
	for _, s := range c.request.Catalog.SearchPath() {
		if s == name {
			return true
		}
	}
	return false
}

// indexes adds the indexes of the relations of a schema, or of those that the
// search path shows, or of the relation that the statement names.
func (c *collector) indexes(in string) {
	add := func(r *schema.Relation) {
		for i := range r.Indexes {
			c.name(rankRelation, r.Indexes[i].Name, Item{Kind: Object, Detail: "index on " + r.Name, Description: r.Schema})
		}
	}
	if r := c.statementRelation(); r != nil {
		add(r)
		return
	}
	for r := range c.request.Catalog.Relations() {
		if r.Schema == in || in == "" && r.Schema != "pg_catalog" && c.visibleSchema(r.Schema) {
			add(r)
		}
		if len(c.found) > 2*c.request.Limit {
			c.partial = true
			return
		}
	}
}

// routines adds procedures, aggregates or all that can be called.
func (c *collector) routines(in string, kind tree.Kind) {
	for f := range c.request.Catalog.FunctionsWithPrefix(in, c.place.prefix) {
		if kind == tree.ProcedureName && f.Kind != schema.Procedure || kind == tree.AggregateName && f.Kind != schema.Aggregate || in == "" && c.system(f.Schema) && c.place.prefix == "" {
			continue
		}
		if len(c.found) > 2*c.request.Limit {
			c.partial = true
			return
		}
		c.name(rankRelation, f.Name, Item{Kind: Function, Detail: signature(f), Description: f.Schema, Documentation: f.Comment})
	}
}

// partsOfRelation adds what belongs to the relation that the statement names, or
// to any where it names none yet.
func (c *collector) partsOfRelation(kind tree.Kind) {
	add := func(r *schema.Relation) {
		part := func(name, detail string) {
			c.name(rankRelation, name, Item{Kind: Object, Detail: detail, Description: r.Name})
		}
		switch kind {
		case tree.TriggerName:
			for i := range r.Triggers {
				part(r.Triggers[i].Name, "trigger")
			}
		case tree.PolicyName:
			for i := range r.Policies {
				part(r.Policies[i].Name, "policy")
			}
		case tree.RuleName:
			for i := range r.Rules {
				part(r.Rules[i].Name, "rule")
			}
		case tree.ConstraintName:
			for i := range r.Constraints {
				part(r.Constraints[i].Name, "constraint")
			}
		}
	}
	if r := c.place.visible.Target(); r != nil {
		add(r)
		return
	}
	if r := c.statementRelation(); r != nil {
		add(r)
		return
	}
	for r := range c.request.Catalog.Relations() {
		if r.Schema != "pg_catalog" && c.visibleSchema(r.Schema) {
			add(r)
		}
		if len(c.found) > 2*c.request.Limit {
			c.partial = true
			return
		}
	}
}

// privileges are those of GRANT
// (https://www.postgresql.org/docs/current/ddl-priv.html).
var privileges = []string{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "USAGE", "EXECUTE", "CREATE", "CONNECT", "TEMPORARY", "MAINTAIN", "SET"}

// usual are settings that sessions often set.
var usual = []string{"search_path", "statement_timeout", "lock_timeout", "work_mem", "role", "TimeZone", "application_name", "client_min_messages", "session_replication_role", "default_transaction_read_only"}

// settings adds the settings of the server.
func (c *collector) settings() {
	if len(c.place.qualifier) > 0 {
		return
	}
	for s := range c.request.Catalog.Settings() {
		item := Item{Kind: Object, Detail: s.Type, Description: "setting", Documentation: s.Description, InsertText: s.Name}
		if order := slices.Index(usual, s.Name); order >= 0 {
			c.ordered(rankExact, order, s.Name, item)
			continue
		}
		c.name(rankSystem, s.Name, item)
	}
}

// settingValues adds the values that the setting of a SET takes.
func (c *collector) settingValues(n tree.Node) {
	s := c.request.Catalog.Setting(n.Child(tree.SettingName).Text())
	if s == nil {
		return
	}
	values := s.Values
	if s.Name == "search_path" {
		c.schemas()
	}
	if s.Type == "bool" {
		values = []string{"on", "off"}
	}
	for i, value := range values {
		item := Item{Kind: Value, Detail: s.Name, InsertText: value}
		if strings.ContainsAny(value, " -") && !c.place.literal {
			item.InsertText = "'" + value + "'"
		}
		c.ordered(rankExact, i, value, item)
	}
}

// options adds the options of the statement or the object that the option list is
// of, which the grammar does not know by name.
func (c *collector) options() {
	words := optionWords[c.place.node.Parent().Parent().Kind()]
	for _, word := range words {
		item := Item{Kind: Keyword, InsertText: c.cased(strings.ToUpper(word))}
		c.name(rankExact, item.InsertText, item)
	}
	switch c.place.node.Parent().Parent().Kind() {
	case tree.CreateStmt, tree.AlterTableStmt, tree.IndexStmt, tree.CreateTableAsStmt:
		for i, word := range storageParameters {
			c.ordered(rankExact, i, word, Item{Kind: Object, Detail: "storage parameter", InsertText: word})
		}
	}
}

// optionWords are the options in parentheses, by their statements
// (https://www.postgresql.org/docs/current/sql-commands.html).
var optionWords = map[tree.Kind][]string{
	tree.ExplainStmt: {"analyze", "verbose", "costs", "settings", "generic_plan", "buffers", "serialize", "wal", "timing", "summary", "memory", "format"},
	tree.CopyStmt:    {"format", "freeze", "delimiter", "null", "default", "header", "quote", "escape", "force_quote", "force_not_null", "force_null", "on_error", "reject_limit", "encoding", "log_verbosity"},
	tree.VacuumStmt:  {"full", "freeze", "verbose", "analyze", "disable_page_skipping", "skip_locked", "index_cleanup", "process_main", "process_toast", "truncate", "parallel", "skip_database_stats", "only_database_stats", "buffer_usage_limit"},
	tree.ReindexStmt: {"concurrently", "tablespace", "verbose"},
	tree.ClusterStmt: {"verbose"},
}

// storageParameters are those of tables and indexes
// (https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS,
// https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-STORAGE-PARAMETERS).
var storageParameters = []string{
	"fillfactor", "toast_tuple_target", "parallel_workers", "autovacuum_enabled", "vacuum_index_cleanup", "vacuum_truncate",
	"autovacuum_vacuum_threshold", "autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_threshold", "autovacuum_vacuum_insert_scale_factor",
	"autovacuum_analyze_threshold", "autovacuum_analyze_scale_factor", "autovacuum_vacuum_cost_delay", "autovacuum_vacuum_cost_limit",
	"autovacuum_freeze_min_age", "autovacuum_freeze_max_age", "autovacuum_freeze_table_age", "log_autovacuum_min_duration", "user_catalog_table",
	"deduplicate_items", "buffering", "fastupdate", "gin_pending_list_limit", "pages_per_range", "autosummarize",
}

package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// configurationNames are those of a pg_ts_config c in the pg_namespace n.
func configurationNames() names {
	return names{schema: "n.nspname", name: "c.cfgname", visible: "pg_catalog.pg_ts_config_is_visible(c.oid)", parts: 3}
}

// parserNames are those of a pg_ts_parser p in the pg_namespace n.
func parserNames() names {
	return names{schema: "n.nspname", name: "p.prsname", visible: "pg_catalog.pg_ts_parser_is_visible(p.oid)", parts: 3}
}

// describeConfigurations answers \dF, and \dF+ with what each configuration does
// with which token.
func describeConfigurations(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	if r.Verbose {
		s := &selection{order: "2, 3"}
		s.column("oid", "c.oid")
		s.column("schema", "n.nspname")
		s.column("name", "c.cfgname")
		s.column("parser", "pg_catalog.concat(np.nspname, '.', p.prsname)")
		s.join("pg_catalog.pg_ts_config c")
		s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace")
		s.join("JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser")
		s.join("LEFT JOIN pg_catalog.pg_namespace np ON np.oid = p.prsnamespace")
		s.match(r.Pattern, configurationNames())
		return c.each(ctx, s, "text search configuration", r.Pattern, func(row []string) ([]*tusk.QueryResult, error) {
			return c.describeConfiguration(ctx, row[0],
				`Text search configuration "`+row[1]+`.`+row[2]+"\"\nParser: \""+row[3]+`"`)
		})
	}
	s := &selection{title: "List of text search configurations", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "c.cfgname")
	s.column("Description", comment("c.oid", "pg_ts_config"))
	s.join("pg_catalog.pg_ts_config c")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace")
	s.match(r.Pattern, configurationNames())
	return one(c.list(ctx, s))
}

func (c catalog) describeConfiguration(ctx context.Context, oid, title string) ([]*tusk.QueryResult, error) {
	s := &selection{title: title, order: "1"}
	s.column("Token", "t.alias")
	s.column("Dictionaries", `pg_catalog.btrim(ARRAY(
    SELECT mm.mapdict::pg_catalog.regdictionary FROM pg_catalog.pg_ts_config_map mm
    WHERE mm.mapcfg = c.oid AND mm.maptokentype = t.tokid ORDER BY mm.mapseqno)::pg_catalog.text, '{}')`)
	s.join("pg_catalog.pg_ts_config c")
	s.join("CROSS JOIN LATERAL pg_catalog.ts_token_type(c.cfgparser) AS t")
	s.filter("c.oid = " + s.parameter(oid))
	s.filter("EXISTS (SELECT FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = c.oid AND m.maptokentype = t.tokid)")
	result, err := c.list(ctx, s)
	if err != nil {
		return nil, err
	}
	result.Footers = []string{}
	return one(result, nil)
}

// describeParsers answers \dFp, and \dFp+ with each parser's functions and
// tokens.
func describeParsers(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	s := &selection{title: "List of text search parsers", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "p.prsname")
	s.join("pg_catalog.pg_ts_parser p")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace")
	s.match(r.Pattern, parserNames())
	if r.Verbose {
		s.column("oid", "p.oid")
		return c.each(ctx, s, "text search parser", r.Pattern, func(row []string) ([]*tusk.QueryResult, error) {
			return c.describeParser(ctx, row[2], `"`+row[0]+"."+row[1]+`"`)
		})
	}
	s.column("Description", comment("p.oid", "pg_ts_parser"))
	return one(c.list(ctx, s))
}

func (c catalog) describeParser(ctx context.Context, oid, name string) ([]*tusk.QueryResult, error) {
	methods := &selection{title: "Text search parser " + name, order: "m.place"}
	methods.column("Method", "m.name")
	methods.column("Function", "m.function")
	methods.column("Description", comment("m.function", "pg_proc"))
	methods.join("pg_catalog.pg_ts_parser p")
	methods.join(`CROSS JOIN LATERAL (VALUES (1, 'Start parse', p.prsstart), (2, 'Get next token', p.prstoken),
    (3, 'End parse', p.prsend), (4, 'Get headline', p.prsheadline), (5, 'Get token types', p.prslextype)
  ) AS m(place, name, function)`)
	methods.filter("p.oid = " + methods.parameter(oid))
	tokens := &selection{title: "Token types for parser " + name, order: "1"}
	tokens.column("Token name", "t.alias")
	tokens.column("Description", "t.description")
	tokens.join("pg_catalog.ts_token_type(" + tokens.parameter(oid) + "::pg_catalog.oid) AS t")

	first, err := c.list(ctx, methods)
	if err != nil {
		return nil, err
	}
	first.Footers = []string{}
	second, err := c.list(ctx, tokens)
	if err != nil {
		return nil, err
	}
	return []*tusk.QueryResult{first, second}, nil
}

// listDictionaries answers \dFd.
func listDictionaries(_ int, r Request) *selection {
	s := &selection{title: "List of text search dictionaries", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "d.dictname")
	if r.Verbose {
		s.column("Template", `(SELECT COALESCE(nt.nspname, '(null)')::pg_catalog.text || '.' || t.tmplname
    FROM pg_catalog.pg_ts_template t LEFT JOIN pg_catalog.pg_namespace nt ON nt.oid = t.tmplnamespace
    WHERE d.dicttemplate = t.oid)`)
		s.column("Init options", "d.dictinitoption")
	}
	s.column("Description", comment("d.oid", "pg_ts_dict"))
	s.join("pg_catalog.pg_ts_dict d")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace")
	s.match(r.Pattern, names{
		schema: "n.nspname", name: "d.dictname", visible: "pg_catalog.pg_ts_dict_is_visible(d.oid)", parts: 3,
	})
	return s
}

// listTemplates answers \dFt.
func listTemplates(_ int, r Request) *selection {
	s := &selection{title: "List of text search templates", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "t.tmplname")
	if r.Verbose {
		s.column("Init", "t.tmplinit::pg_catalog.regproc")
		s.column("Lexize", "t.tmpllexize::pg_catalog.regproc")
	}
	s.column("Description", comment("t.oid", "pg_ts_template"))
	s.join("pg_catalog.pg_ts_template t")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace")
	s.match(r.Pattern, names{
		schema: "n.nspname", name: "t.tmplname", visible: "pg_catalog.pg_ts_template_is_visible(t.oid)", parts: 3,
	})
	return s
}

package introspect

var selectTextSearchConfigurations = `SELECT json_build_object(` + head("pg_ts_config", "c.oid", "c.cfgnamespace", "c.cfgname", "c.cfgowner", "NULL") + `,
	'Kind', 0,
	'Of', ` + named("pg_ts_parser", "prs", "c.cfgparser") + `,
	'Mappings', (SELECT json_agg(json_build_object('Token', x.token, 'Dictionaries', x.dictionaries) ORDER BY x.token) FROM (
		SELECT t.alias AS token, json_agg(` + named("pg_ts_dict", "dict", "m.mapdict") + ` ORDER BY m.mapseqno) AS dictionaries
		FROM pg_catalog.pg_ts_config_map m JOIN pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
		WHERE m.mapcfg = c.oid GROUP BY t.alias) AS x))
FROM pg_catalog.pg_ts_config c WHERE c.oid >= $1`

var selectTextSearchDictionaries = `SELECT json_build_object(` + head("pg_ts_dict", "d.oid", "d.dictnamespace", "d.dictname", "d.dictowner", "NULL") + `,
	'Kind', 1,
	'Of', ` + named("pg_ts_template", "tmpl", "d.dicttemplate") + `,
	'Options', d.dictinitoption)
FROM pg_catalog.pg_ts_dict d WHERE d.oid >= $1`

var selectTextSearchParsers = `SELECT json_build_object(` + head("pg_ts_parser", "p.oid", "p.prsnamespace", "p.prsname", "0", "NULL") + `,
	'Kind', 2,
	'Functions', to_json(array_remove(ARRAY['START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken, 'END = ' || p.prsend, 'LEXTYPES = ' || p.prslextype,
		CASE WHEN p.prsheadline <> 0 THEN 'HEADLINE = ' || p.prsheadline END], NULL)))
FROM pg_catalog.pg_ts_parser p WHERE p.oid >= $1`

var selectTextSearchTemplates = `SELECT json_build_object(` + head("pg_ts_template", "t.oid", "t.tmplnamespace", "t.tmplname", "0", "NULL") + `,
	'Kind', 3,
	'Functions', to_json(array_remove(ARRAY[CASE WHEN t.tmplinit <> 0 THEN 'INIT = ' || t.tmplinit END, 'LEXIZE = ' || t.tmpllexize], NULL)))
FROM pg_catalog.pg_ts_template t WHERE t.oid >= $1`

package introspect

var selectOperators = `SELECT json_build_object(` + head("pg_operator", "o.oid", "o.oprnamespace", "o.oprname", "o.oprowner", "NULL") + `,
	'Left', ` + typeText("o.oprleft") + `,
	'Right', ` + typeText("o.oprright") + `,
	'Result', ` + typeText("o.oprresult") + `,
	'Function', ` + functionName("o.oprcode") + `,
	'Commutator', ` + operatorName("o.oprcom") + `,
	'Negator', ` + operatorName("o.oprnegate") + `,
	'Restrict', ` + functionName("o.oprrest") + `,
	'Join', ` + functionName("o.oprjoin") + `,
	'Hashes', o.oprcanhash,
	'Merges', o.oprcanmerge)
FROM pg_catalog.pg_operator o
WHERE o.oid >= $1`

// member gives a schema.ClassMember.
func member(operator, function, number, left, right, sort string) string {
	return `json_build_object('Number', ` + number + `,
		'Operator', ` + operatorName(operator) + `,
		'Function', ` + functionName(function) + `,
		'Arguments', ` + argumentTypes(function) + `,
		'Left', ` + typeText(left) + `,
		'Right', ` + typeText(right) + `,
		'OrderBy', ` + named("pg_opfamily", "opf", sort) + `)`
}

// members gives the operators and functions that a condition on m, a row of
// pg_amop or pg_amproc, selects.
func members(operators, functions string) string {
	return `(SELECT json_agg(x.member ORDER BY x.kind, x.number, x.l, x.r) FROM (
		SELECT 1 AS kind, m.amopstrategy AS number, m.amoplefttype AS l, m.amoprighttype AS r, ` + member("m.amopopr", "0", "m.amopstrategy", "m.amoplefttype", "m.amoprighttype", "m.amopsortfamily") + ` AS member
		FROM pg_catalog.pg_amop m WHERE ` + operators + `
		UNION ALL
		SELECT 2, m.amprocnum, m.amproclefttype, m.amprocrighttype, ` + member("0", "m.amproc::oid", "m.amprocnum", "m.amproclefttype", "m.amprocrighttype", "0") + `
		FROM pg_catalog.pg_amproc m WHERE ` + functions + `) AS x)`
}

// dependsOnClass tells the members of a class from those that are loose in its
// family: the former depend on it.
func dependsOnClass(catalog, class string) string {
	return `EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.` + catalog + `'::regclass AND d.objid = m.oid
		AND d.refclassid = 'pg_catalog.pg_opclass'::regclass` + class + `)`
}

// Initdb records no dependencies of what it makes, so the members of built-in
// classes are told by the class's type.
var selectOperatorClasses = `SELECT json_build_object(` + head("pg_opclass", "c.oid", "c.opcnamespace", "c.opcname", "c.opcowner", "NULL") + `,
	'Method', a.amname,
	'Type', pg_catalog.format_type(c.opcintype, NULL),
	'Storage', ` + typeText("c.opckeytype") + `,
	'Family', ` + named("pg_opfamily", "opf", "c.opcfamily") + `,
	'Default', c.opcdefault,
	'Members', ` + members(
	`m.amopfamily = c.opcfamily AND (CASE WHEN c.oid < 16384 THEN m.amoplefttype = c.opcintype AND m.oid < 16384 ELSE `+dependsOnClass("pg_amop", " AND d.refobjid = c.oid")+` END)`,
	`m.amprocfamily = c.opcfamily AND (CASE WHEN c.oid < 16384 THEN m.amproclefttype = c.opcintype AND m.oid < 16384 ELSE `+dependsOnClass("pg_amproc", " AND d.refobjid = c.oid")+` END)`) + `)
FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
WHERE c.oid >= $1`

var selectOperatorFamilies = `SELECT json_build_object(` + head("pg_opfamily", "f.oid", "f.opfnamespace", "f.opfname", "f.opfowner", "NULL") + `,
	'Method', a.amname,
	'Loose', ` + members(
	`m.amopfamily = f.oid AND m.oid >= 16384 AND NOT `+dependsOnClass("pg_amop", ""),
	`m.amprocfamily = f.oid AND m.oid >= 16384 AND NOT `+dependsOnClass("pg_amproc", "")) + `)
FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
WHERE f.oid >= $1`

var selectCasts = `SELECT json_build_object(` + head("pg_cast", "c.oid", "0", "''", "0", "NULL") + `,
	'Source', pg_catalog.format_type(c.castsource, NULL),
	'Target', pg_catalog.format_type(c.casttarget, NULL),
	'Context', array_position('{e,a,i}'::text[], c.castcontext::text) - 1,
	'Method', array_position('{f,b,i}'::text[], c.castmethod::text) - 1,
	'Function', ` + functionName("c.castfunc") + `,
	'FunctionArguments', ` + argumentTypes("c.castfunc") + `)
FROM pg_catalog.pg_cast c WHERE c.oid >= $1`

// The names of the columns with a locale changed with every major, so they are
// looked up in the row as JSON. The collations that initdb finds on the machine
// are nowhere built in: their OIDs begin at 12000.
var selectCollations = `SELECT json_build_object(` + head("pg_collation", "c.oid", "c.collnamespace", "c.collname", "c.collowner", "NULL") + `,
	'Provider', CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'default' END,
	'Collate', CASE WHEN c.collprovider = 'c' THEN c.collcollate END,
	'Ctype', CASE WHEN c.collprovider = 'c' THEN c.collctype END,
	'Locale', CASE WHEN c.collprovider <> 'c' THEN coalesce(j ->> 'colllocale', j ->> 'colliculocale', j ->> 'collcollate') END,
	'Rules', j ->> 'collicurules',
	'Nondeterministic', NOT c.collisdeterministic)
FROM pg_catalog.pg_collation c, to_json(c) AS j WHERE c.oid >= least($1, 12000)`

var selectConversions = `SELECT json_build_object(` + head("pg_conversion", "c.oid", "c.connamespace", "c.conname", "c.conowner", "NULL") + `,
	'From', pg_catalog.pg_encoding_to_char(c.conforencoding),
	'To', pg_catalog.pg_encoding_to_char(c.contoencoding),
	'Function', ` + functionName("c.conproc") + `,
	'Default', c.condefault)
FROM pg_catalog.pg_conversion c WHERE c.oid >= $1`

var selectStatistics = `SELECT json_build_object(` + head("pg_statistic_ext", "s.oid", "s.stxnamespace", "s.stxname", "s.stxowner", "NULL") + `,
	'Relation', ` + relationName("s.stxrelid") + `,
	'Columns', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[])),
	'Target', ` + target("s.stxstattarget") + `,
	'Definition', pg_catalog.pg_get_statisticsobjdef(s.oid))
FROM pg_catalog.pg_statistic_ext s WHERE s.oid >= $1`

// target gives a statistics target that is set: the others are -1, and NULL
// since PostgreSQL 17.
func target(column string) string { return `CASE WHEN ` + column + ` >= 0 THEN ` + column + ` END` }

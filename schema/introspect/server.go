package introspect

var selectSchemas = `SELECT json_build_object(` + head("pg_namespace", "n.oid", "0", "n.nspname", "n.nspowner", "n.nspacl") + `)
FROM pg_catalog.pg_namespace n WHERE` + visible

// What an extension has beside is the same for all that can be installed, so
// these are one list.
var selectExtensions = `SELECT json_build_object(` + head("pg_extension", "e.oid", "e.extnamespace", "e.extname", "e.extowner", "NULL") + `,
	'Version', e.extversion, 'Installed', true)
FROM pg_catalog.pg_extension e
UNION ALL
SELECT json_build_object('Name', a.name, 'Comment', a.comment, 'Version', a.default_version)
FROM pg_catalog.pg_available_extensions a WHERE a.installed_version IS NULL`

var selectLanguages = `SELECT json_build_object(` + head("pg_language", "l.oid", "0", "l.lanname", "l.lanowner", "l.lanacl") + `,
	'Trusted', l.lanpltrusted,
	'Procedural', l.lanispl,
	'Handler', ` + functionName("l.lanplcallfoid") + `,
	'Inline', ` + functionName("l.laninline") + `,
	'Validator', ` + functionName("l.lanvalidator") + `)
FROM pg_catalog.pg_language l`

var selectAccessMethods = `SELECT json_build_object(` + head("pg_am", "a.oid", "0", "a.amname", "0", "NULL") + `,
	'Table', a.amtype = 't',
	'Handler', ` + functionName("a.amhandler::oid") + `)
FROM pg_catalog.pg_am a`

var selectEventTriggers = `SELECT json_build_object(` + head("pg_event_trigger", "e.oid", "0", "e.evtname", "e.evtowner", "NULL") + `,
	'Event', e.evtevent,
	'Function', ` + functionName("e.evtfoid") + `,
	'Tags', to_json(e.evttags),
	'Enabled', ` + firing("e.evtenabled") + `)
FROM pg_catalog.pg_event_trigger e`

// A limit of connections and the settings of a role are in pg_roles, which
// shows no password.
var selectRoles = `SELECT json_build_object('OID', r.oid::int8,
	'Name', r.rolname,
	'Comment', ` + sharedComment("pg_authid", "r.oid") + `,
	'Login', r.rolcanlogin,
	'Superuser', r.rolsuper,
	'CreateDB', r.rolcreatedb,
	'CreateRole', r.rolcreaterole,
	'Replication', r.rolreplication,
	'BypassRLS', r.rolbypassrls,
	'NoInherit', NOT r.rolinherit,
	'ConnectionLimit', r.rolconnlimit,
	'ValidUntil', CASE WHEN isfinite(r.rolvaliduntil) THEN r.rolvaliduntil::text END,
	'Config', to_json((SELECT s.setconfig FROM pg_catalog.pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0)),
	'MemberOf', (SELECT json_agg(json_build_object(
			'Role', pg_catalog.pg_get_userbyid(m.roleid),
			'Grantor', pg_catalog.pg_get_userbyid(m.grantor),
			'Admin', m.admin_option,
			'Inherit', coalesce((j ->> 'inherit_option')::bool, true),
			'Set', coalesce((j ->> 'set_option')::bool, true)) ORDER BY pg_catalog.pg_get_userbyid(m.roleid), pg_catalog.pg_get_userbyid(m.grantor))
		FROM pg_catalog.pg_auth_members m, to_json(m) AS j WHERE m.member = r.oid),
	'Defaults', (SELECT json_agg(json_build_object(
			'Schema', (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = d.defaclnamespace),
			'Kind', CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
			'ACL', to_json(d.defaclacl::text[])) ORDER BY d.defaclnamespace, d.defaclobjtype)
		FROM pg_catalog.pg_default_acl d WHERE d.defaclrole = r.oid))
FROM pg_catalog.pg_roles r`

var selectDatabases = `SELECT json_build_object('OID', d.oid::int8,
	'Name', d.datname,
	'Owner', pg_catalog.pg_get_userbyid(d.datdba),
	'ACL', to_json(d.datacl::text[]),
	'Comment', ` + sharedComment("pg_database", "d.oid") + `)
FROM pg_catalog.pg_database d`

var selectTablespaces = `SELECT json_build_object('OID', s.oid::int8,
	'Name', s.spcname,
	'Owner', pg_catalog.pg_get_userbyid(s.spcowner),
	'ACL', to_json(s.spcacl::text[]),
	'Comment', ` + sharedComment("pg_tablespace", "s.oid") + `)
FROM pg_catalog.pg_tablespace s`

// Custom settings of extensions are in pg_settings too, once their library is
// loaded.
const selectSettings = `SELECT json_build_object('Name', s.name,
	'Description', s.short_desc,
	'Category', s.category,
	'Type', s.vartype,
	'Unit', s.unit,
	'Context', s.context,
	'Default', s.boot_val,
	'Min', s.min_val,
	'Max', s.max_val,
	'Values', to_json(s.enumvals))
FROM pg_catalog.pg_settings s`

package introspect

var selectForeignDataWrappers = `SELECT json_build_object(` + head("pg_foreign_data_wrapper", "w.oid", "0", "w.fdwname", "w.fdwowner", "w.fdwacl") + `,
	'Handler', ` + functionName("w.fdwhandler") + `,
	'Validator', ` + functionName("w.fdwvalidator") + `,
	'Options', to_json(w.fdwoptions))
FROM pg_catalog.pg_foreign_data_wrapper w`

// pg_user_mappings is open to all, apart from the options.
var selectForeignServers = `SELECT json_build_object(` + head("pg_foreign_server", "s.oid", "0", "s.srvname", "s.srvowner", "s.srvacl") + `,
	'Wrapper', w.fdwname,
	'Type', s.srvtype,
	'Version', s.srvversion,
	'Options', to_json(s.srvoptions),
	'Users', (SELECT json_agg(m.usename ORDER BY m.usename) FROM pg_catalog.pg_user_mappings m WHERE m.srvid = s.oid))
FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw`

package introspect

// The queries of this file give the OID of a relation and an object in JSON.

// The bits of pg_trigger.tgtype are TRIGGER_TYPE_ROW and its neighbours in
// PostgreSQL's catalog/pg_trigger.h. A clone of a constraint's trigger on a
// partition is internal like the constraint's own.
var selectTriggers = `SELECT t.tgrelid, json_build_object(
	'Name', t.tgname,
	'Function', ` + functionName("t.tgfoid") + `,
	'Timing', CASE WHEN t.tgtype & 2 > 0 THEN 0 WHEN t.tgtype & 64 > 0 THEN 2 ELSE 1 END,
	'Events', (t.tgtype & 4 > 0)::int + 2 * (t.tgtype & 16 > 0)::int + 4 * (t.tgtype & 8 > 0)::int + 8 * (t.tgtype & 32 > 0)::int,
	'Row', t.tgtype & 1 > 0,
	'Columns', (SELECT json_agg(a.attname ORDER BY u.i) FROM unnest(t.tgattr::int2[]) WITH ORDINALITY AS u(k, i)
		JOIN pg_catalog.pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = u.k),
	'When', CASE WHEN t.tgqual IS NOT NULL THEN substring(x.definition FROM ' WHEN \((.*)\) EXECUTE FUNCTION ') END,
	'Constraint', t.tgconstraint <> 0,
	'Inherited', t.tgparentid <> 0,
	'Enabled', ` + firing("t.tgenabled") + `,
	'Definition', x.definition,
	'Comment', ` + comment("pg_trigger", "t.oid") + `)
FROM pg_catalog.pg_trigger t, LATERAL (SELECT pg_catalog.pg_get_triggerdef(t.oid) AS definition) AS x
WHERE (NOT t.tgisinternal OR EXISTS (SELECT FROM pg_catalog.pg_trigger p WHERE p.oid = t.tgparentid AND NOT p.tgisinternal)) AND t.tgrelid >= $1
ORDER BY t.tgrelid, t.tgname`

var selectRules = `SELECT r.ev_class, json_build_object(
	'Name', r.rulename,
	'On', CASE r.ev_type WHEN '1' THEN 16 WHEN '2' THEN 2 WHEN '3' THEN 1 ELSE 4 END,
	'Instead', r.is_instead,
	'Enabled', ` + firing("r.ev_enabled") + `,
	'Definition', pg_catalog.pg_get_ruledef(r.oid),
	'Comment', ` + comment("pg_rewrite", "r.oid") + `)
FROM pg_catalog.pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.ev_class >= $1 ORDER BY r.ev_class, r.rulename`

var selectPolicies = `SELECT p.polrelid, json_build_object(
	'Name', p.polname,
	'For', CASE p.polcmd WHEN 'a' THEN 1 WHEN 'w' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 16 ELSE 23 END,
	'Restrictive', NOT p.polpermissive,
	'Roles', (SELECT json_agg(rolname ORDER BY rolname) FROM pg_catalog.pg_roles WHERE oid = ANY (p.polroles)),
	'Using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
	'WithCheck', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
	'Comment', ` + comment("pg_policy", "p.oid") + `)
FROM pg_catalog.pg_policy p WHERE p.polrelid >= $1 ORDER BY p.polrelid, p.polname`

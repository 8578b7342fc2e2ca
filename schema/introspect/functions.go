package introspect

// selectFunctions leaves out built-in functions that take or give "internal":
// SQL cannot call them.
var selectFunctions = `SELECT json_build_object(` + head("pg_proc", "p.oid", "p.pronamespace", "p.proname", "p.proowner", "p.proacl") + `,
	'Kind', array_position('{f,a,w,p}'::text[], p.prokind::text) - 1,
	'Result', CASE WHEN p.prokind <> 'p' THEN pg_catalog.format_type(p.prorettype, NULL) END,
	'ReturnsSet', p.proretset,
	'Strict', p.proisstrict,
	'SecurityDefiner', p.prosecdef,
	'Leakproof', p.proleakproof,
	'Volatility', array_position('{v,s,i}'::text[], p.provolatile::text) - 1,
	'Parallel', array_position('{u,r,s}'::text[], p.proparallel::text) - 1,
	'Language', l.lanname,
	'Arguments', (SELECT json_agg(json_build_object(
			'Name', p.proargnames[i],
			'Mode', coalesce(array_position('{i,o,b,v,t}'::text[], p.proargmodes[i]::text), 1) - 1,
			'Type', pg_catalog.format_type(t, NULL),
			'Default', CASE WHEN p.pronargdefaults > 0 THEN pg_catalog.pg_get_function_arg_default(p.oid, i::int) END) ORDER BY i)
		FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS u(t, i)),
	'Body', CASE WHEN p.oid >= 16384 THEN json_build_object(
		'Source', p.prosrc,
		'SQL', pg_catalog.pg_get_function_sqlbody(p.oid),
		'Library', p.probin,
		'Config', to_json(p.proconfig),
		'Cost', CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END THEN p.procost ELSE 0 END,
		'Rows', CASE WHEN p.prorows NOT IN (0, 1000) THEN p.prorows ELSE 0 END,
		'Support', ` + functionName("p.prosupport") + `,
		'Transforms', (SELECT json_agg(pg_catalog.format_type(t, NULL)) FROM unnest(p.protrftypes) AS t)) END,
	'Aggregate', CASE WHEN p.prokind = 'a' THEN (SELECT json_build_object(
		'Kind', array_position('{n,o,h}'::text[], a.aggkind::text) - 1,
		'DirectArguments', a.aggnumdirectargs,
		'Transition', ` + functionName("a.aggtransfn") + `,
		'Final', ` + functionName("a.aggfinalfn") + `,
		'Combine', ` + functionName("a.aggcombinefn") + `,
		'Serialize', ` + functionName("a.aggserialfn") + `,
		'Deserialize', ` + functionName("a.aggdeserialfn") + `,
		'StateType', ` + typeText("a.aggtranstype") + `,
		'StateSpace', a.aggtransspace,
		'Initial', a.agginitval,
		'FinalExtra', a.aggfinalextra,
		'FinalModify', ` + finalModify("a.aggfinalmodify") + `,
		'MovingFinalModify', ` + finalModify("a.aggmfinalmodify") + `,
		'MovingTransition', ` + functionName("a.aggmtransfn") + `,
		'MovingInverse', ` + functionName("a.aggminvtransfn") + `,
		'MovingFinal', ` + functionName("a.aggmfinalfn") + `,
		'MovingStateType', ` + typeText("a.aggmtranstype") + `,
		'MovingStateSpace', a.aggmtransspace,
		'MovingInitial', a.aggminitval,
		'MovingFinalExtra', a.aggmfinalextra,
		'SortOperator', ` + operatorName("a.aggsortop") + `)
		FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid = p.oid) END)
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE (p.oid >= 16384 OR p.prorettype <> 'internal'::regtype AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[]))
AND p.oid >= $1 AND` + visible

func finalModify(column string) string {
	return `CASE ` + column + ` WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END`
}

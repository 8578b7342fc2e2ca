-- ServerVersion
SELECT to_jsonb(current_setting('server_version_num')::int);
-- Schemas
SELECT jsonb_agg(pg_temp.head('pg_namespace', oid, 0, nspname, nspowner, nspacl) - 'Schema') FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$';
-- Extensions
SELECT jsonb_agg(pg_temp.head('pg_extension', oid, extnamespace, extname, extowner, NULL) || '{"Installed": true}') FROM pg_extension;
-- Relations
SELECT jsonb_agg(pg_temp.head('pg_class', c.oid, relnamespace, relname, relowner, nullif(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner))) || jsonb_build_object(
 'Kind', array_position(array['r','p','v','m','f','S'], relkind::text) - 1,
 'Persistence', array_position(array['p','u','t'], relpersistence::text) - 1,
 'Definition', CASE WHEN relkind IN ('v', 'm') THEN rtrim(pg_get_viewdef(c.oid), ';') END,
 'Inherits', (SELECT jsonb_agg(pg_temp.rel(inhparent) ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid),
 'Partition', CASE WHEN relispartition OR relkind = 'p' THEN jsonb_build_object('Bound', pg_get_expr(relpartbound, c.oid), 'Key', pg_get_partkeydef(c.oid),
  'Of', CASE WHEN relispartition THEN (SELECT pg_temp.rel(inhparent) FROM pg_inherits WHERE inhrelid = c.oid) END) END,
 'Sequence', (SELECT jsonb_build_object('Type', format_type(seqtypid, NULL), 'Start', seqstart, 'Increment', seqincrement, 'Min', seqmin, 'Max', seqmax, 'Cache', seqcache, 'Cycle', seqcycle,
   'OwnedBy', pg_temp.rel(d.refobjid), 'OwnedByColumn', (SELECT attname FROM pg_attribute WHERE attrelid = d.refobjid AND attnum = d.refobjsubid), 'Identity', coalesce(d.deptype = 'i', false))
   FROM pg_sequence s LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 WHERE seqrelid = c.oid),
 'Foreign', (SELECT jsonb_build_object('Server', srvname, 'Options', to_jsonb(ftoptions)) FROM pg_foreign_table JOIN pg_foreign_server s ON s.oid = ftserver WHERE ftrelid = c.oid),
 'Storage', jsonb_build_object('Options', to_jsonb(reloptions), 'ToastOptions', (SELECT to_jsonb(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid),
   'AccessMethod', (SELECT amname FROM pg_am WHERE oid = relam AND amname <> 'heap'), 'Tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = reltablespace),
   'OfType', pg_temp.typ(reloftype), 'ReplicaIdentity', array_position(array['d','n','f','i'], relreplident::text) - 1, 'RowSecurity', relrowsecurity, 'ForceRowSecurity', relforcerowsecurity,
   'Unpopulated', NOT relispopulated),
 'Columns', (SELECT jsonb_agg(jsonb_build_object('Name', attname, 'Type', format_type(atttypid, atttypmod), 'TypeOID', atttypid::int8, 'Attnum', attnum, 'NotNull', attnotnull,
   'Identity', CASE attidentity WHEN 'd' THEN 1 WHEN 'a' THEN 2 ELSE 0 END, 'Generated', CASE attgenerated WHEN 's' THEN 1 WHEN 'v' THEN 2 ELSE 0 END,
   'Inherited', NOT attislocal, 'Default', pg_get_expr(adbin, adrelid), 'Comment', col_description(c.oid, attnum),
   'Detail', jsonb_build_object('Collation', CASE WHEN attcollation <> typcollation THEN pg_temp.coll(attcollation) END,
     'Storage', CASE WHEN attstorage <> typstorage THEN CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END,
     'Compression', CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END, 'Statistics', pg_temp.target(to_jsonb(attstattarget)),
     'Options', to_jsonb(attoptions), 'Foreign', to_jsonb(attfdwoptions), 'ACL', to_jsonb(attacl::text[])) || coalesce(
     (SELECT jsonb_build_object('NotNull', CASE WHEN conname <> relname || '_' || attname || '_not_null' THEN conname END, 'NotNullNoInherit', connoinherit, 'NotNullNotValid', NOT convalidated)
      FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype = 'n' AND o.conkey[1] = attnum), '{}')) ORDER BY attnum)
   FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_attrdef f ON adrelid = attrelid AND adnum = attnum WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND relkind <> 'S'),
 'Constraints', (SELECT jsonb_agg(jsonb_build_object('Name', o.conname, 'Kind', array_position(array['c','p','u','f','x','t'], o.contype::text) - 1, 'Columns', pg_temp.att(c.oid, o.conkey),
   'Inherited', NOT o.conislocal, 'NotValid', NOT o.convalidated, 'NoInherit', o.contype = 'c' AND o.connoinherit, 'Deferrable', o.condeferrable, 'Deferred', o.condeferred,
   'Expression', pg_get_expr(o.conbin, o.conrelid), 'Definition', pg_get_constraintdef(o.oid), 'References', pg_temp.rel(o.confrelid), 'Comment', obj_description(o.oid, 'pg_constraint')) ORDER BY o.conname)
   FROM pg_constraint o LEFT JOIN pg_constraint parent ON parent.oid = o.conparentid WHERE o.conrelid = c.oid AND o.contype <> 'n' AND (o.conislocal OR o.contype <> 'f') AND parent.conrelid IS DISTINCT FROM o.conrelid),
 'Indexes', (SELECT jsonb_agg(jsonb_build_object('Name', x.relname, 'Unique', indisunique, 'Invalid', NOT indisvalid, 'Clustered', indisclustered, 'ReplicaIdentity', indisreplident,
   'Constraint', (SELECT conname FROM pg_constraint WHERE conindid = i.indexrelid AND conrelid = indrelid AND contype IN ('p', 'u', 'x')),
   'PartitionOf', (SELECT pg_temp.rel(inhparent) FROM pg_inherits WHERE inhrelid = indexrelid), 'Definition', pg_get_indexdef(indexrelid),
   'Tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = x.reltablespace), 'Comment', obj_description(indexrelid, 'pg_class'),
   'Statistics', (SELECT jsonb_agg(coalesce(attstattarget, -1) ORDER BY attnum) FROM pg_attribute WHERE attrelid = indexrelid HAVING bool_or(attstattarget >= 0))) ORDER BY x.relname)
   FROM pg_index i JOIN pg_class x ON x.oid = indexrelid WHERE indrelid = c.oid),
 'Triggers', (SELECT jsonb_agg(jsonb_build_object('Name', tgname, 'Inherited', tgparentid <> 0, 'Enabled', array_position(array['O','D','R','A'], tgenabled::text) - 1,
   'Definition', pg_get_triggerdef(t.oid), 'Comment', obj_description(t.oid, 'pg_trigger')) ORDER BY tgname) FROM pg_trigger t WHERE tgrelid = c.oid AND (NOT tgisinternal OR EXISTS (SELECT FROM pg_trigger parent WHERE parent.oid = t.tgparentid AND NOT parent.tgisinternal))),
 'Rules', (SELECT jsonb_agg(jsonb_build_object('Name', rulename, 'Enabled', array_position(array['O','D','R','A'], ev_enabled::text) - 1,
   'Definition', pg_get_ruledef(r.oid), 'Comment', obj_description(r.oid, 'pg_rewrite')) ORDER BY rulename) FROM pg_rewrite r WHERE ev_class = c.oid AND rulename <> '_RETURN'),
 'Policies', (SELECT jsonb_agg(jsonb_build_object('Name', polname, 'Restrictive', NOT polpermissive, 'For', CASE polcmd WHEN 'a' THEN 1 WHEN 'w' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 16 ELSE 23 END,
   'Roles', (SELECT jsonb_agg(rolname ORDER BY rolname) FROM pg_roles WHERE oid = ANY (polroles)), 'Using', pg_get_expr(polqual, polrelid), 'WithCheck', pg_get_expr(polwithcheck, polrelid),
   'Comment', obj_description(p.oid, 'pg_policy')) ORDER BY polname) FROM pg_policy p WHERE polrelid = c.oid)))
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r','p','v','m','f','S') AND nspname !~ '^pg_|^information_schema$';
-- Functions
SELECT jsonb_agg(pg_temp.head('pg_proc', p.oid, pronamespace, proname, proowner, proacl) || jsonb_build_object(
 'Kind', array_position(array['f','a','w','p'], prokind::text) - 1, 'Result', CASE WHEN prokind <> 'p' THEN format_type(prorettype, NULL) END, 'ReturnsSet', proretset, 'Strict', proisstrict,
 'SecurityDefiner', prosecdef, 'Leakproof', proleakproof, 'Volatility', array_position(array['v','s','i'], provolatile::text) - 1, 'Parallel', array_position(array['u','r','s'], proparallel::text) - 1,
 'Language', lanname,
 'Arguments', (SELECT jsonb_agg(jsonb_build_object('Name', proargnames[i], 'Mode', coalesce(array_position(array['i','o','b','v','t'], proargmodes[i]::text), 1) - 1, 'Type', format_type(t, NULL),
   'Default', pg_get_function_arg_default(p.oid, i::int)) ORDER BY i) FROM unnest(coalesce(proallargtypes, proargtypes::oid[])) WITH ORDINALITY AS u(t, i)),
 'Body', jsonb_build_object('Source', prosrc, 'SQL', pg_get_function_sqlbody(p.oid), 'Library', probin, 'Config', to_jsonb(proconfig),
   'Cost', CASE WHEN procost <> CASE WHEN lanname IN ('c', 'internal') THEN 1 ELSE 100 END THEN procost ELSE 0 END, 'Rows', CASE WHEN prorows NOT IN (0, 1000) THEN prorows ELSE 0 END,
   'Support', pg_temp.func(prosupport), 'Transforms', (SELECT jsonb_agg(format_type(t, NULL)) FROM unnest(protrftypes) AS t)),
 'Aggregate', (SELECT jsonb_build_object('Kind', array_position(array['n','o','h'], aggkind::text) - 1, 'DirectArguments', aggnumdirectargs, 'Transition', pg_temp.func(aggtransfn), 'Final', pg_temp.func(aggfinalfn),
   'Combine', pg_temp.func(aggcombinefn), 'Serialize', pg_temp.func(aggserialfn), 'Deserialize', pg_temp.func(aggdeserialfn), 'StateType', pg_temp.type(aggtranstype), 'StateSpace', aggtransspace,
   'Initial', agginitval, 'FinalExtra', aggfinalextra, 'FinalModify', CASE aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END,
   'MovingFinalModify', CASE aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END,
   'MovingTransition', pg_temp.func(aggmtransfn), 'MovingInverse', pg_temp.func(aggminvtransfn), 'MovingFinal', pg_temp.func(aggmfinalfn), 'MovingStateType', pg_temp.type(aggmtranstype),
   'MovingStateSpace', aggmtransspace, 'MovingInitial', aggminitval, 'MovingFinalExtra', aggmfinalextra, 'SortOperator', pg_temp.op(aggsortop)) FROM pg_aggregate WHERE aggfnoid = p.oid)))
FROM pg_proc p JOIN pg_language l ON l.oid = prolang JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname !~ '^pg_|^information_schema$';
-- Types
SELECT jsonb_agg(pg_temp.head('pg_type', t.oid, typnamespace, typname, typowner, typacl) || jsonb_build_object(
 'Kind', CASE WHEN NOT typisdefined THEN 0 ELSE array_position(array['b','c','d','e','r','m','p'], typtype::text) - 1 END, 'Category', ascii(typcategory::text), 'Preferred', typispreferred,
 'Labels', (SELECT jsonb_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
 'Attributes', (SELECT jsonb_agg(jsonb_build_object('Name', attname, 'Type', format_type(atttypid, atttypmod), 'Comment', col_description(typrelid, attnum),
   'Detail', CASE WHEN attcollation <> 0 AND attcollation <> (SELECT e.typcollation FROM pg_type e WHERE e.oid = atttypid) THEN jsonb_build_object('Collation', pg_temp.coll(attcollation)) END) ORDER BY attnum)
   FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped),
 'Of', CASE WHEN typtype = 'd' THEN format_type(typbasetype, typtypmod) ELSE format_type(rngsubtype, NULL) END, 'NotNull', typnotnull,
 'Default', CASE WHEN typtype IN ('d', 'b') THEN typdefault END,
 'Collation', CASE WHEN typtype = 'd' AND typcollation <> (SELECT e.typcollation FROM pg_type e WHERE e.oid = t.typbasetype) THEN pg_temp.coll(typcollation) END,
 'Constraints', (SELECT jsonb_agg(jsonb_build_object('Name', conname, 'NotValid', NOT convalidated, 'Definition', pg_get_constraintdef(o.oid), 'Comment', obj_description(o.oid, 'pg_constraint')) ORDER BY conname) FROM pg_constraint o WHERE contypid = t.oid AND contype = 'c'),
 'Base', CASE WHEN NOT typisdefined THEN '{"Shell": true}'::jsonb WHEN typtype = 'b' THEN jsonb_build_object('Input', pg_temp.func(typinput), 'Output', pg_temp.func(typoutput), 'Receive', pg_temp.func(typreceive), 'Send', pg_temp.func(typsend),
   'ModifierInput', pg_temp.func(typmodin), 'ModifierOutput', pg_temp.func(typmodout), 'Analyze', pg_temp.func(typanalyze), 'Length', typlen, 'ByValue', typbyval,
   'Subscript', CASE WHEN typsubscript <> 'array_subscript_handler'::regproc AND typsubscript <> 'raw_array_subscript_handler'::regproc THEN pg_temp.func(typsubscript) END,
   'Alignment', CASE typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END, 'Storage', CASE typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' ELSE 'main' END,
   'Delimiter', typdelim, 'Element', pg_temp.type(typelem), 'Collatable', typcollation <> 0) END,
 'Range', CASE WHEN typtype = 'r' THEN jsonb_build_object('OperatorClass', (SELECT pg_temp.opclass(oid) FROM pg_opclass WHERE oid = rngsubopc AND NOT opcdefault),
   'Collation', (SELECT pg_temp.coll(rngcollation) FROM pg_type e WHERE e.oid = rngsubtype AND rngcollation <> e.typcollation), 'Canonical', pg_temp.func(rngcanonical), 'Difference', pg_temp.func(rngsubdiff), 'Multirange', pg_temp.typ(rngmultitypid)) END))
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace LEFT JOIN pg_range ON rngtypid = t.oid LEFT JOIN pg_class c ON c.oid = typrelid
WHERE NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) AND (c.oid IS NULL OR c.relkind = 'c') AND nspname !~ '^pg_|^information_schema$';
-- Operators
SELECT jsonb_agg(pg_temp.head('pg_operator', oid, oprnamespace, oprname, oprowner, NULL) || jsonb_build_object('Left', pg_temp.type(oprleft), 'Right', pg_temp.type(oprright), 'Result', pg_temp.type(oprresult),
 'Function', pg_temp.func(oprcode), 'Commutator', pg_temp.op(oprcom), 'Negator', pg_temp.op(oprnegate), 'Restrict', pg_temp.func(oprrest), 'Join', pg_temp.func(oprjoin), 'Hashes', oprcanhash, 'Merges', oprcanmerge))
FROM pg_operator WHERE oid >= 16384 AND oprcode <> 0;
-- OperatorClasses
SELECT jsonb_agg(pg_temp.head('pg_opclass', c.oid, opcnamespace, opcname, opcowner, NULL) || jsonb_build_object('Method', amname, 'Type', format_type(opcintype, NULL), 'Storage', pg_temp.type(opckeytype),
 'Family', pg_temp.family(opcfamily), 'Default', opcdefault, 'Members', (SELECT jsonb_agg(m ORDER BY k, m -> 'Number') FROM (
   SELECT 1 AS k, pg_temp.member(opcmethod, amopopr, 0, amopstrategy, amoplefttype, amoprighttype, amopsortfamily) AS m FROM pg_amop JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = pg_amop.oid AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid
   UNION ALL SELECT 2, pg_temp.member(opcmethod, 0, amproc, amprocnum, amproclefttype, amprocrighttype, 0) FROM pg_amproc JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = pg_amproc.oid AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid) AS x)))
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE c.oid >= 16384;
-- OperatorFamilies
SELECT jsonb_agg(pg_temp.head('pg_opfamily', f.oid, opfnamespace, opfname, opfowner, NULL) || jsonb_build_object('Method', amname, 'Loose', (SELECT jsonb_agg(m ORDER BY k, m -> 'Number') FROM (
   SELECT 1 AS k, pg_temp.member(opfmethod, amopopr, 0, amopstrategy, amoplefttype, amoprighttype, amopsortfamily) AS m FROM pg_amop WHERE amopfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amop'::regclass AND d.objid = pg_amop.oid AND d.refclassid = 'pg_opclass'::regclass)
   UNION ALL SELECT 2, pg_temp.member(opfmethod, 0, amproc, amprocnum, amproclefttype, amprocrighttype, 0) FROM pg_amproc WHERE amprocfamily = f.oid AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amproc'::regclass AND d.objid = pg_amproc.oid AND d.refclassid = 'pg_opclass'::regclass)) AS x)))
FROM pg_opfamily f JOIN pg_am a ON a.oid = opfmethod WHERE f.oid >= 16384;
-- Casts
SELECT jsonb_agg(pg_temp.head('pg_cast', oid, 0, '', 0, NULL) || jsonb_build_object('Source', format_type(castsource, NULL), 'Target', format_type(casttarget, NULL), 'Context', array_position(array['e','a','i'], castcontext::text) - 1,
 'Method', array_position(array['f','b','i'], castmethod::text) - 1, 'Function', pg_temp.func(castfunc),
 'FunctionArguments', (SELECT jsonb_agg(format_type(t, NULL) ORDER BY i) FROM pg_proc p, unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, i) WHERE p.oid = castfunc))) FROM pg_cast WHERE oid >= 16384;
-- Collations
SELECT jsonb_agg(pg_temp.head('pg_collation', c.oid, collnamespace, collname, collowner, NULL) || jsonb_build_object('Provider', CASE collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' END,
 'Collate', CASE WHEN collprovider = 'c' THEN collcollate END, 'Ctype', CASE WHEN collprovider = 'c' THEN collctype END,
 'Locale', CASE WHEN collprovider <> 'c' THEN coalesce(j ->> 'colllocale', j ->> 'colliculocale', j ->> 'collcollate') END, 'Rules', j ->> 'collicurules', 'Nondeterministic', NOT collisdeterministic))
FROM pg_collation c, to_jsonb(c) AS j WHERE c.oid >= 16384;
-- Conversions
SELECT jsonb_agg(pg_temp.head('pg_conversion', oid, connamespace, conname, conowner, NULL) || jsonb_build_object('From', pg_encoding_to_char(conforencoding), 'To', pg_encoding_to_char(contoencoding), 'Function', pg_temp.func(conproc), 'Default', condefault))
FROM pg_conversion WHERE oid >= 16384;
-- TextSearch
SELECT jsonb_agg(o) FROM (
 SELECT pg_temp.head('pg_ts_config', c.oid, cfgnamespace, cfgname, cfgowner, NULL) || jsonb_build_object('Kind', 0, 'Of', (SELECT jsonb_build_object('Schema', nspname, 'Name', prsname) FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = prsnamespace WHERE p.oid = cfgparser),
  'Mappings', (SELECT jsonb_agg(jsonb_build_object('Token', alias, 'Dictionaries', d) ORDER BY alias) FROM (SELECT (SELECT alias FROM ts_token_type(cfgparser) WHERE tokid = maptokentype) AS alias, jsonb_agg(pg_temp.dict(mapdict) ORDER BY mapseqno) AS d FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY maptokentype) AS m)) AS o FROM pg_ts_config c WHERE c.oid >= 16384
 UNION ALL SELECT pg_temp.head('pg_ts_dict', d.oid, dictnamespace, dictname, dictowner, NULL) || jsonb_build_object('Kind', 1, 'Of', (SELECT jsonb_build_object('Schema', nspname, 'Name', tmplname) FROM pg_ts_template p JOIN pg_namespace n ON n.oid = tmplnamespace WHERE p.oid = dicttemplate), 'Options', dictinitoption) FROM pg_ts_dict d WHERE d.oid >= 16384
 UNION ALL SELECT pg_temp.head('pg_ts_parser', oid, prsnamespace, prsname, 0, NULL) || jsonb_build_object('Kind', 2, 'Functions', jsonb_build_array('START = ' || prsstart, 'GETTOKEN = ' || prstoken, 'END = ' || prsend, 'LEXTYPES = ' || prslextype) || CASE WHEN prsheadline <> 0 THEN jsonb_build_array('HEADLINE = ' || prsheadline) ELSE '[]' END) FROM pg_ts_parser WHERE oid >= 16384
 UNION ALL SELECT pg_temp.head('pg_ts_template', oid, tmplnamespace, tmplname, 0, NULL) || jsonb_build_object('Kind', 3, 'Functions', CASE WHEN tmplinit <> 0 THEN jsonb_build_array('INIT = ' || tmplinit) ELSE '[]' END || jsonb_build_array('LEXIZE = ' || tmpllexize)) FROM pg_ts_template WHERE oid >= 16384) AS x;
-- Statistics
SELECT jsonb_agg(pg_temp.head('pg_statistic_ext', s.oid, stxnamespace, stxname, stxowner, NULL) || jsonb_build_object('Relation', pg_temp.rel(stxrelid), 'Target', pg_temp.target(j -> 'stxstattarget'), 'Definition', pg_get_statisticsobjdef(s.oid))) FROM pg_statistic_ext s, to_jsonb(s) AS j;
-- Languages
SELECT jsonb_agg(pg_temp.head('pg_language', oid, 0, lanname, lanowner, lanacl) || jsonb_build_object('Trusted', lanpltrusted, 'Procedural', lanispl, 'Handler', pg_temp.func(lanplcallfoid), 'Inline', pg_temp.func(laninline), 'Validator', pg_temp.func(lanvalidator))) FROM pg_language WHERE oid >= 16384;
-- AccessMethods
SELECT jsonb_agg(pg_temp.head('pg_am', oid, 0, amname, 0, NULL) || jsonb_build_object('Table', amtype = 't', 'Handler', pg_temp.func(amhandler))) FROM pg_am;
-- EventTriggers
SELECT jsonb_agg(pg_temp.head('pg_event_trigger', oid, 0, evtname, evtowner, NULL) || jsonb_build_object('Event', evtevent, 'Function', pg_temp.func(evtfoid), 'Tags', to_jsonb(evttags), 'Enabled', array_position(array['O','D','R','A'], evtenabled::text) - 1)) FROM pg_event_trigger;
-- ForeignDataWrappers
SELECT jsonb_agg(pg_temp.head('pg_foreign_data_wrapper', oid, 0, fdwname, fdwowner, fdwacl) || jsonb_build_object('Handler', pg_temp.func(fdwhandler), 'Validator', pg_temp.func(fdwvalidator), 'Options', to_jsonb(fdwoptions))) FROM pg_foreign_data_wrapper;
-- ForeignServers
SELECT jsonb_agg(pg_temp.head('pg_foreign_server', s.oid, 0, srvname, srvowner, srvacl) || jsonb_build_object('Wrapper', fdwname, 'Type', srvtype, 'Version', srvversion, 'Options', to_jsonb(srvoptions),
 'Users', (SELECT jsonb_agg(usename ORDER BY usename) FROM pg_user_mappings WHERE srvid = s.oid))) FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = srvfdw;
-- Publications
SELECT jsonb_agg(pg_temp.head('pg_publication', p.oid, 0, pubname, pubowner, NULL) || jsonb_build_object('AllTables', puballtables, 'ViaRoot', pubviaroot, 'GeneratedStored', coalesce(j ->> 'pubgencols' = 's', false),
 'Publish', pubinsert::int + 2 * pubupdate::int + 4 * pubdelete::int + 8 * pubtruncate::int, 'Schemas', to_jsonb(pg_temp.pubschemas(p.oid)),
 'Tables', (SELECT jsonb_agg(jsonb_build_object('Table', pg_temp.rel(prrelid), 'Columns', pg_temp.att(prrelid, (SELECT array_agg(e::int2) FROM unnest(string_to_array(k ->> 'prattrs', ' ')) AS e)),
   'Where', pg_temp.pubwhere(r.oid)) ORDER BY prrelid::regclass::text) FROM pg_publication_rel r, to_jsonb(r) AS k WHERE prpubid = p.oid))) FROM pg_publication p, to_jsonb(p) AS j;
-- Roles
SELECT jsonb_agg(jsonb_build_object('Name', rolname, 'OID', r.oid::int8, 'Login', rolcanlogin, 'Superuser', rolsuper, 'CreateDB', rolcreatedb, 'CreateRole', rolcreaterole, 'Replication', rolreplication,
 'BypassRLS', rolbypassrls, 'NoInherit', NOT rolinherit, 'ConnectionLimit', rolconnlimit, 'ValidUntil', rolvaliduntil::text, 'Comment', shobj_description(r.oid, 'pg_authid'),
 'Config', (SELECT to_jsonb(setconfig) FROM pg_db_role_setting WHERE setrole = r.oid AND setdatabase = 0),
 'MemberOf', (SELECT jsonb_agg(jsonb_build_object('Role', pg_get_userbyid(roleid), 'Grantor', pg_get_userbyid(grantor), 'Admin', admin_option, 'Inherit', coalesce((j ->> 'inherit_option')::bool, true), 'Set', coalesce((j ->> 'set_option')::bool, true)) ORDER BY pg_get_userbyid(roleid), pg_get_userbyid(grantor))
   FROM pg_auth_members m, to_jsonb(m) AS j WHERE member = r.oid),
 'Defaults', (SELECT jsonb_agg(jsonb_build_object('Schema', coalesce((SELECT nspname FROM pg_namespace WHERE oid = defaclnamespace), ''),
   'Kind', CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END, 'ACL', to_jsonb(defaclacl::text[]))
   ORDER BY defaclnamespace, defaclobjtype) FROM pg_default_acl WHERE defaclrole = r.oid)) ORDER BY rolname) FROM pg_roles r;

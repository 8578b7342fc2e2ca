CREATE FUNCTION pg_temp.func(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.rel(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', relname) FROM pg_class p JOIN pg_namespace n ON n.oid = relnamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.typ(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', typname) FROM pg_type p JOIN pg_namespace n ON n.oid = typnamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.op(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', oprname) FROM pg_operator p JOIN pg_namespace n ON n.oid = oprnamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.coll(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', collname) FROM pg_collation p JOIN pg_namespace n ON n.oid = collnamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.opclass(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', opcname) FROM pg_opclass p JOIN pg_namespace n ON n.oid = opcnamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.family(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', opfname) FROM pg_opfamily p JOIN pg_namespace n ON n.oid = opfnamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.dict(f oid) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_build_object('Schema', nspname, 'Name', dictname) FROM pg_ts_dict p JOIN pg_namespace n ON n.oid = dictnamespace WHERE p.oid = f $$;
CREATE FUNCTION pg_temp.type(t oid) RETURNS text STABLE LANGUAGE sql AS $$ SELECT CASE WHEN t <> 0 THEN format_type(t, NULL) END $$;
CREATE FUNCTION pg_temp.att(r oid, keys int2[]) RETURNS jsonb STABLE LANGUAGE sql AS
 $$ SELECT jsonb_agg(attname ORDER BY i) FROM unnest(keys) WITH ORDINALITY AS u(k, i) JOIN pg_attribute ON attrelid = r AND attnum = k $$;
CREATE FUNCTION pg_temp.head(class regclass, o oid, namespace oid, name name, owner oid, acl aclitem[]) RETURNS jsonb STABLE LANGUAGE sql AS $$
 SELECT jsonb_build_object('OID', o::int8, 'Schema', (SELECT nspname FROM pg_namespace WHERE oid = namespace), 'Name', name,
  'Owner', CASE WHEN owner <> 0 THEN pg_get_userbyid(owner) END, 'ACL', to_jsonb(acl::text[]), 'Comment', obj_description(o, (SELECT relname FROM pg_class WHERE oid = class)),
  'Extension', (SELECT extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass WHERE d.objid = o AND d.classid = class AND d.deptype = 'e' LIMIT 1)) $$;
CREATE FUNCTION pg_temp.target(t jsonb) RETURNS jsonb IMMUTABLE LANGUAGE sql AS $$ SELECT CASE WHEN t #>> '{}' = '-1' THEN NULL ELSE t END $$;
CREATE FUNCTION pg_temp.member(method oid, opr oid, proc oid, number int, l oid, r oid, sort oid) RETURNS jsonb STABLE LANGUAGE sql AS $$
 SELECT jsonb_build_object('Number', number, 'Operator', pg_temp.op(opr), 'Function', pg_temp.func(proc), 'Left', pg_temp.type(l), 'Right', pg_temp.type(r),
  'OrderBy', pg_temp.family(sort), 'Arguments', (SELECT jsonb_agg(format_type(t, NULL) ORDER BY i) FROM pg_proc p, unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, i) WHERE p.oid = proc)) $$;
CREATE FUNCTION pg_temp.pubwhere(o oid) RETURNS text STABLE LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN
 IF current_setting('server_version_num')::int >= 150000 THEN EXECUTE 'SELECT pg_get_expr(prqual, prrelid) FROM pg_publication_rel WHERE oid = $1' INTO r USING o; END IF; RETURN r; END $$;
CREATE FUNCTION pg_temp.pubschemas(o oid) RETURNS name[] STABLE LANGUAGE plpgsql AS $$ DECLARE r name[]; BEGIN
 IF current_setting('server_version_num')::int >= 150000 THEN EXECUTE 'SELECT array_agg(nspname ORDER BY nspname) FROM pg_publication_namespace JOIN pg_namespace n ON n.oid = pnnspid WHERE pnpubid = $1' INTO r USING o; END IF; RETURN r; END $$;

package describe

// The statements of a relation's sections. Each is asked for the relation $1 and
// gives two columns: a heading, which may be empty, and a line below it.

const partitionOf = `SELECT '', pg_catalog.concat('Partition of: ', i.inhparent::pg_catalog.regclass, ' ',
  pg_catalog.pg_get_expr(c.relpartbound, c.oid), CASE WHEN i.inhdetachpending THEN ' DETACH PENDING' END)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON c.oid = i.inhrelid
WHERE c.oid = $1`

const partitionConstraint = `SELECT '', COALESCE(
  'Partition constraint: ' || NULLIF(pg_catalog.pg_get_partition_constraintdef(c.oid), ''), 'No partition constraint')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON c.oid = i.inhrelid
WHERE c.oid = $1`

const partitionKey = `SELECT '', 'Partition key: ' || pg_catalog.pg_get_partkeydef($1::pg_catalog.oid)`

const toastOwner = `SELECT '', pg_catalog.concat('Owning table: "', n.nspname, '.', c.relname, '"')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.reltoastrelid = $1`

// indexProperties are those of an index itself.
func (d *relation) indexProperties() string {
	nullsNotDistinct := "false"
	if d.major >= 15 {
		nullsNotDistinct = "i.indnullsnotdistinct"
	}
	return `SELECT '', pg_catalog.concat(
  CASE WHEN i.indisprimary THEN 'primary key, '
    WHEN i.indisunique AND ` + nullsNotDistinct + ` THEN 'unique nulls not distinct, '
    WHEN i.indisunique THEN 'unique, ' END,
  am.amname, ', for table "', n.nspname, '.', t.relname, '"',
  ', predicate (' || pg_catalog.pg_get_expr(i.indpred, i.indrelid, true) || ')',
  CASE WHEN i.indisclustered THEN ', clustered' END,
  CASE WHEN NOT i.indisvalid THEN ', invalid' END,
  CASE WHEN con.condeferrable THEN ', deferrable' END,
  CASE WHEN con.condeferred THEN ', initially deferred' END,
  CASE WHEN i.indisreplident THEN ', replica identity' END)
FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
  JOIN pg_catalog.pg_am am ON am.oid = c.relam
  LEFT JOIN pg_catalog.pg_constraint con ON con.conrelid = i.indrelid AND con.conindid = i.indexrelid
    AND con.contype IN ('p', 'u', 'x') AND NOT i.indimmediate
WHERE i.indexrelid = $1`
}

// indexes are those of a table. What pg_get_indexdef says behind USING is shown.
func (d *relation) indexes() string {
	withoutOverlaps := "false"
	if d.major >= 18 {
		withoutOverlaps = "con.conperiod"
	}
	return `SELECT 'Indexes:', pg_catalog.concat('    "', c.relname, '"',
  CASE WHEN con.contype = 'x' OR ` + withoutOverlaps + ` THEN ' ' || pg_catalog.pg_get_constraintdef(con.oid, true)
  ELSE pg_catalog.concat(
    CASE WHEN i.indisprimary THEN ' PRIMARY KEY,'
      WHEN i.indisunique AND con.contype = 'u' THEN ' UNIQUE CONSTRAINT,'
      WHEN i.indisunique THEN ' UNIQUE,' END,
    ' ', pg_catalog.substr(def.text, pg_catalog.strpos(def.text, ' USING ') + 7),
    CASE WHEN con.condeferrable THEN ' DEFERRABLE' END,
    CASE WHEN con.condeferred THEN ' INITIALLY DEFERRED' END) END,
  CASE WHEN i.indisclustered THEN ' CLUSTER' END,
  CASE WHEN NOT i.indisvalid THEN ' INVALID' END,
  CASE WHEN i.indisreplident THEN ' REPLICA IDENTITY' END,
  ', tablespace "' || ts.spcname || '"')
FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  LEFT JOIN pg_catalog.pg_constraint con ON con.conrelid = i.indrelid AND con.conindid = i.indexrelid
    AND con.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
  CROSS JOIN LATERAL pg_catalog.pg_get_indexdef(i.indexrelid, 0, true) AS def(text)
WHERE i.indrelid = $1
ORDER BY i.indisprimary DESC, c.relname`
}

const checks = `SELECT 'Check constraints:',
  pg_catalog.concat('    "', conname, '" ', pg_catalog.pg_get_constraintdef(oid, true))
FROM pg_catalog.pg_constraint
WHERE conrelid = $1 AND contype = 'c'
ORDER BY conname`

// foreignKeys are the table's own and then those of the partitioned tables that
// it is a partition of.
const foreignKeys = `SELECT 'Foreign-key constraints:', pg_catalog.concat('    ',
  CASE WHEN conrelid <> $1::pg_catalog.oid THEN
    pg_catalog.concat('TABLE "', conrelid::pg_catalog.regclass, '" CONSTRAINT ') END,
  '"', conname, '" ', pg_catalog.pg_get_constraintdef(oid, true))
FROM pg_catalog.pg_constraint
WHERE conrelid IN (SELECT pg_catalog.pg_partition_ancestors($1::pg_catalog.oid) UNION ALL SELECT $1::pg_catalog.oid)
  AND contype = 'f' AND conparentid = 0
ORDER BY conrelid = $1::pg_catalog.oid DESC, conname`

const referencedBy = `SELECT 'Referenced by:', pg_catalog.concat('    TABLE "', conrelid::pg_catalog.regclass,
  '" CONSTRAINT "', conname, '" ', pg_catalog.pg_get_constraintdef(oid, true))
FROM pg_catalog.pg_constraint
WHERE confrelid IN (SELECT pg_catalog.pg_partition_ancestors($1::pg_catalog.oid) UNION ALL SELECT $1::pg_catalog.oid)
  AND contype = 'f' AND conparentid = 0
ORDER BY conname`

const policies = `SELECT CASE WHEN pol.oid IS NULL THEN ''
    WHEN NOT c.relrowsecurity THEN 'Policies (row security disabled):'
    WHEN c.relforcerowsecurity THEN 'Policies (forced row security enabled):'
    ELSE 'Policies:' END,
  CASE WHEN pol.oid IS NULL AND c.relforcerowsecurity THEN 'Policies (forced row security enabled): (none)'
    WHEN pol.oid IS NULL THEN 'Policies (row security enabled): (none)'
    ELSE pg_catalog.concat('    POLICY "', pol.polname, '"',
      CASE WHEN NOT pol.polpermissive THEN ' AS RESTRICTIVE' END,
      ' FOR ' || CASE pol.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
        WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' END,
      CASE WHEN pol.polroles <> '{0}' THEN E'\n      TO ' || pg_catalog.array_to_string(ARRAY(
        SELECT rolname FROM pg_catalog.pg_roles WHERE oid = ANY (pol.polroles) ORDER BY 1), ',') END,
      E'\n      USING (' || pg_catalog.pg_get_expr(pol.polqual, pol.polrelid) || ')',
      E'\n      WITH CHECK (' || pg_catalog.pg_get_expr(pol.polwithcheck, pol.polrelid) || ')') END
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_policy pol ON pol.polrelid = c.oid
WHERE c.oid = $1 AND (pol.oid IS NOT NULL OR c.relrowsecurity)
ORDER BY pol.polname`

// statistics leaves the kinds out where there are all, or none as for a single
// expression.
const statistics = `SELECT 'Statistics objects:', pg_catalog.concat('    "',
  stxnamespace::pg_catalog.regnamespace, '.', stxname, '"',
  CASE WHEN NOT ('d' = ANY (stxkind) AND 'f' = ANY (stxkind) AND 'm' = ANY (stxkind)) THEN
    ' (' || NULLIF(pg_catalog.concat_ws(', ',
      CASE WHEN 'd' = ANY (stxkind) THEN 'ndistinct' END,
      CASE WHEN 'f' = ANY (stxkind) THEN 'dependencies' END,
      CASE WHEN 'm' = ANY (stxkind) THEN 'mcv' END), '') || ')' END,
  ' ON ', pg_catalog.pg_get_statisticsobjdef_columns(oid), ' FROM ', stxrelid::pg_catalog.regclass,
  '; STATISTICS ' || NULLIF(stxstattarget, -1)::pg_catalog.text)
FROM pg_catalog.pg_statistic_ext
WHERE stxrelid = $1
ORDER BY stxnamespace::pg_catalog.regnamespace::pg_catalog.text, stxname`

// rules shows what pg_get_ruledef says behind CREATE RULE.
const rules = `SELECT CASE ev_enabled WHEN 'O' THEN 'Rules:' WHEN 'D' THEN 'Disabled rules:'
    WHEN 'A' THEN 'Rules firing always:' WHEN 'R' THEN 'Rules firing on replica only:' END,
  '    ' || pg_catalog.substr(pg_catalog.rtrim(pg_catalog.pg_get_ruledef(oid, true), ';'), 13)
FROM pg_catalog.pg_rewrite
WHERE ev_class = $1
ORDER BY pg_catalog.strpos('ODAR', ev_enabled::pg_catalog.text), rulename`

// publications are those with the table itself, its schema, or everything.
func (d *relation) publications() string {
	filter, columns, schemas := "NULL", "NULL", ""
	if d.major >= 15 {
		filter = "pg_catalog.pg_get_expr(pr.prqual, pr.prrelid)"
		columns = `(SELECT pg_catalog.string_agg(a.attname, ', ')
      FROM pg_catalog.unnest(pr.prattrs::pg_catalog.int2[]) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = pr.prrelid AND a.attnum = k.attnum)`
		schemas = `
  UNION SELECT p.pubname, NULL, NULL
  FROM pg_catalog.pg_publication p
    JOIN pg_catalog.pg_publication_namespace pn ON pn.pnpubid = p.oid
    JOIN pg_catalog.pg_class c ON c.relnamespace = pn.pnnspid
  WHERE c.oid = $1 AND pg_catalog.pg_relation_is_publishable(c.oid)`
	}
	return `SELECT 'Publications:', pg_catalog.concat('    "', name, '"', ' (' || columns || ')', ' WHERE ' || filter)
FROM (SELECT p.pubname AS name, ` + filter + ` AS filter, ` + columns + ` AS columns
  FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel pr ON pr.prpubid = p.oid
  WHERE pr.prrelid = $1` + schemas + `
  UNION SELECT p.pubname, NULL, NULL
  FROM pg_catalog.pg_publication p
  WHERE p.puballtables AND pg_catalog.pg_relation_is_publishable($1::pg_catalog.oid)) AS found
ORDER BY name`
}

const notNulls = `SELECT 'Not-null constraints:', pg_catalog.concat('    "', c.conname, '" NOT NULL "', a.attname, '"',
  CASE WHEN c.connoinherit THEN ' NO INHERIT'
    WHEN c.conislocal AND c.coninhcount <> 0 THEN ' (local, inherited)'
    WHEN c.coninhcount <> 0 THEN ' (inherited)' END,
  CASE WHEN NOT c.convalidated THEN ' NOT VALID' END)
FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'n' AND c.conrelid = $1
ORDER BY a.attnum`

const viewDefinition = `SELECT 'View definition:', pg_catalog.pg_get_viewdef($1::pg_catalog.oid, true)`

const viewRules = `SELECT 'Rules:',
  ' ' || pg_catalog.substr(pg_catalog.rtrim(pg_catalog.pg_get_ruledef(oid, true), ';'), 13)
FROM pg_catalog.pg_rewrite
WHERE ev_class = $1 AND rulename <> '_RETURN'
ORDER BY rulename`

// triggers are those that users made, and those of the system that are disabled.
// What pg_get_triggerdef says behind TRIGGER is shown.
func (d *relation) triggers() string {
	shown := "NOT t.tgisinternal OR t.tgenabled = 'D'"
	if d.major < 15 {
		// There, what a partition has of its parent is internal.
		shown += ` OR EXISTS (SELECT FROM pg_catalog.pg_depend
    WHERE objid = t.oid AND refclassid = 'pg_catalog.pg_trigger'::pg_catalog.regclass)`
	}
	return `SELECT CASE WHEN t.tgenabled = 'O' THEN 'Triggers:'
    WHEN t.tgenabled = 'D' AND t.tgisinternal THEN 'Disabled internal triggers:'
    WHEN t.tgenabled = 'D' THEN 'Disabled user triggers:'
    WHEN t.tgenabled = 'A' THEN 'Triggers firing always:'
    WHEN t.tgenabled = 'R' THEN 'Triggers firing on replica only:' END,
  pg_catalog.concat('    ', pg_catalog.substr(def.text, pg_catalog.strpos(def.text, ' TRIGGER ') + 9),
    CASE WHEN t.tgparentid <> 0 THEN ', ON TABLE ' || (SELECT u.tgrelid::pg_catalog.regclass
      FROM pg_catalog.pg_trigger u
        JOIN pg_catalog.pg_partition_ancestors(t.tgrelid) WITH ORDINALITY AS a(relid, depth) ON u.tgrelid = a.relid
      WHERE u.tgname = t.tgname AND u.tgparentid = 0
      ORDER BY a.depth LIMIT 1)::pg_catalog.text END)
FROM pg_catalog.pg_trigger t CROSS JOIN LATERAL pg_catalog.pg_get_triggerdef(t.oid, true) AS def(text)
WHERE t.tgrelid = $1 AND (` + shown + `)
ORDER BY pg_catalog.strpos('ODAR', t.tgenabled::pg_catalog.text), t.tgisinternal AND t.tgenabled = 'D', t.tgname`
}

func foreignServer() string {
	return `SELECT '', pg_catalog.concat('Server: ', s.srvname, E'\nFDW options: (' || NULLIF(` + optionList("f.ftoptions") + `, '') || ')')
FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
WHERE f.ftrelid = $1`
}

const parents = `SELECT '', c.oid::pg_catalog.regclass
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON c.oid = i.inhparent
WHERE i.inhrelid = $1 AND c.relkind NOT IN ('p', 'I')
ORDER BY i.inhseqno`

// childrenCount is the number of children, or that there are none where there
// could be partitions.
func (d *relation) childrenCount() string {
	what, least := "child tables", "1"
	if d.is(kindsPartitioned) {
		what, least = "partitions", "0"
	}
	most := ""
	if d.verbose { // they are listed
		most = " AND pg_catalog.count(*) = 0"
	}
	return `SELECT '', pg_catalog.concat('Number of ` + what + `: ', pg_catalog.count(*),
  CASE WHEN pg_catalog.count(*) > 0 THEN E' (Use \\d+ to list them.)' END)
FROM pg_catalog.pg_inherits
WHERE inhparent = $1
HAVING pg_catalog.count(*) >= ` + least + most
}

const childRelations = `SELECT '', pg_catalog.concat(c.oid::pg_catalog.regclass, ' ' || bound,
  CASE WHEN c.relkind IN ('p', 'I') THEN ', PARTITIONED' WHEN c.relkind = 'f' THEN ', FOREIGN' END,
  CASE WHEN i.inhdetachpending THEN ' (DETACH PENDING)' END)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON c.oid = i.inhrelid
  CROSS JOIN LATERAL pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound
WHERE i.inhparent = $1
ORDER BY bound = 'DEFAULT', c.oid::pg_catalog.regclass::pg_catalog.text`

// replicaIdentity is shown where it is not the usual one. An index says so by
// itself.
const replicaIdentity = `SELECT '', 'Replica Identity: ' || CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END
FROM pg_catalog.pg_class
WHERE oid = $1 AND relreplident <> 'i'
  AND relreplident <> CASE WHEN relnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN 'n' ELSE 'd' END::pg_catalog."char"`

const sequenceOwner = `SELECT '', pg_catalog.concat(
  CASE d.deptype WHEN 'a' THEN 'Owned by: ' ELSE 'Sequence for identity column: ' END,
  pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname), '.', pg_catalog.quote_ident(a.attname))
FROM pg_catalog.pg_depend d
  JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.objid = $1 AND d.deptype IN ('a', 'i')`

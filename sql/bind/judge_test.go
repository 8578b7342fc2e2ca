package bind_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// sample are the files that a usual run takes; TUSK_CORPUS_FULL=1 takes all.
var sample = regexp.MustCompile(`^(join|with|union|subselect|window|insert_conflict|returning|polymorphism|rowtypes|aggregates)\.sql$`)

// elsewhere matches what reaches out of the database, or takes long.
var elsewhere = regexp.MustCompile(`(?is)^(create|alter|drop)\s+(database|tablespace|subscription|system)\b|tablespace|pg_sleep|\bstd(in|out)\b|^(discard|deallocate)\b|\breindex\b`)

// The codes by which a server refuses a name or a type; what it refuses for other
// reasons is not the binder's.
var nameCodes = []string{"42P01", "42703", "42883", "42702", "42725", "42704", "42712"}

// Every query of PostgreSQL's regression SQL means the same here as to the server,
// against the catalog of that moment: what Describe tells of its columns, or why
// the server refuses it. TUSK_BIND_FINDINGS names a file for all differences.
func TestServerAgrees(t *testing.T) {
	files := corpus.Files(t)
	findings := io.Discard
	if path := os.Getenv("TUSK_BIND_FINDINGS"); path != "" {
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		findings = file
	}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) { agree(t, s, files, findings) })
}

// agree judges the files on a server of its own, since some of them make roles.
func agree(t *testing.T, s *pgtest.Server, files []corpus.File, findings io.Writer) {
	server := s.Dedicated(t, map[string]string{"max_locks_per_transaction": "256"})
	setup := ""
	for _, f := range files {
		if f.Name == "test_setup.sql" {
			setup = f.Text
		}
	}
	wanted := sample
	if os.Getenv("TUSK_CORPUS_FULL") != "" {
		wanted = regexp.MustCompile(cmp.Or(os.Getenv("TUSK_BIND_FILE"), "."))
	}
	total := verdict{}
	for _, f := range files {
		if !wanted.MatchString(f.Name) || f.Name == "test_setup.sql" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			j := newJudge(t, server.Server, setup)
			j.hear(f.Text)
			t.Log(j.verdict)
			total.add(j.verdict)
			for _, finding := range j.findings {
				fmt.Fprintf(findings, "%d\t%s\t%s\n", s.Major, f.Name, finding)
			}
		})
	}
	t.Log(total)
	if total.agreed*1000 < total.judged*floor {
		t.Errorf("%s agree, fewer than %.1f %%", total, float64(floor)/10)
	}
}

// floor is the least share of agreement, in thousandths.
const floor = 995

// verdict counts statements.
type verdict struct{ judged, agreed, untold, falseProblems, missedProblems, columns int }

func (v *verdict) add(w verdict) {
	v.judged += w.judged
	v.agreed += w.agreed
	v.untold += w.untold
	v.falseProblems += w.falseProblems
	v.missedProblems += w.missedProblems
	v.columns += w.columns
}

func (v verdict) String() string {
	share := 100.0
	if v.judged > 0 {
		share = 100 * float64(v.agreed) / float64(v.judged)
	}
	return fmt.Sprintf("%5d of %5d statements (%.1f %%); false problems %d, missed problems %d, other columns %d, types not told %d", v.agreed, v.judged, share, v.falseProblems, v.missedProblems, v.columns, v.untold)
}

// judge replays a file in a session of its own.
type judge struct {
	t        *testing.T
	conn     *pgx.Conn
	aux      *pgx.Conn // with an empty search_path
	below    *schema.Catalog
	catalog  *schema.Catalog
	session  *replay.Session // what DDL did since, in an open transaction
	dirty    bool
	types    map[[2]int64]string
	verdict  verdict
	findings []string
}

func newJudge(t *testing.T, server *pgtest.Server, setup string) *judge {
	db := server.Database(t)
	j := &judge{t: t, conn: db.Conn(t), aux: db.Conn(t), types: map[[2]int64]string{}, dirty: true}
	j.exec("set statement_timeout = '4s'")
	if _, err := j.aux.Exec(t.Context(), "select set_config('search_path', '', false)"); err != nil {
		t.Fatal(err)
	}
	j.below = j.load(nil)
	for _, st := range sql.New(setup).Statements() {
		if st.Kind == sql.SQL && !elsewhere.MatchString(st.Text()) {
			j.exec(st.Text())
		}
	}
	return j
}

func (j *judge) exec(text string) error {
	ctx, cancel := context.WithTimeout(j.t.Context(), 8*time.Second)
	defer cancel()
	_, err := j.conn.PgConn().Exec(ctx, text).ReadAll()
	if j.conn.IsClosed() {
		j.t.Fatalf("%s: %v", text, err)
	}
	return err
}

func (j *judge) load(builtin *schema.Catalog) *schema.Catalog {
	c, err := introspect.Load(j.t.Context(), j.conn, introspect.Options{Builtin: builtin})
	if err != nil {
		j.t.Fatal(err)
	}
	if builtin != nil {
		c = c.On(builtin)
	}
	return c
}

// now gives the catalog of this moment.
func (j *judge) now() *schema.Catalog {
	idle := j.conn.PgConn().TxStatus() == 'I'
	if j.dirty && (idle || j.session == nil) {
		if !idle {
			return nil
		}
		j.catalog = j.load(j.below)
		j.session = replay.New(j.catalog, replay.Options{})
		j.dirty = false
	}
	edit := j.session.Catalog().Edit()
	for o := range j.session.Catalog().In("pg_temp") {
		edit.Drop(o)
	}
	for _, r := range j.temporary() {
		edit.Put(r)
	}
	var path []string
	if err := j.conn.QueryRow(j.t.Context(), "select current_schemas(false)::text[]").Scan(&path); err != nil {
		return nil
	}
	path = slices.DeleteFunc(path, func(s string) bool { return strings.HasPrefix(s, "pg_temp") })
	edit.SetSearchPath(path)
	return edit.Catalog()
}

// temporary gives the session's own relations.
func (j *judge) temporary() []*schema.Relation {
	rows, err := j.conn.Query(j.t.Context(), `select c.oid, c.relname, c.relkind::text, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid, a.atttypmod, a.attnum, a.attnotnull
		from pg_catalog.pg_class c left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where c.relnamespace = pg_catalog.pg_my_temp_schema() and c.relkind in ('r','v','p','m','f','S') order by c.oid, a.attnum`)
	if err != nil {
		return nil
	}
	defer rows.Close()
	var all []*schema.Relation
	for rows.Next() {
		var oid uint32
		var name, kind string
		var column, typ *string
		var typeOID *uint32
		var modifier *int32
		var number *int16
		var notNull *bool
		if err := rows.Scan(&oid, &name, &kind, &column, &typ, &typeOID, &modifier, &number, &notNull); err != nil {
			j.t.Fatal(err)
		}
		if len(all) == 0 || all[len(all)-1].OID != oid {
			all = append(all, &schema.Relation{Object: schema.Object{OID: oid, Schema: "pg_temp", Name: name}, Persistence: schema.Temporary})
			if kind == "v" {
				all[len(all)-1].Kind = schema.View
			}
		}
		if column != nil {
			r := all[len(all)-1]
			r.Columns = append(r.Columns, schema.Column{Name: *column, Type: cmp.Or(j.typeName(*typeOID, *modifier), temporaryName.ReplaceAllString(*typ, "")), Attnum: *number, NotNull: *notNull})
		}
	}
	return all
}

var temporaryName = regexp.MustCompile(`pg_temp_\d+\.`)

func (j *judge) hear(text string) {
	for _, st := range sql.New(text).Statements() {
		if st.Kind != sql.SQL || elsewhere.MatchString(st.Text()) || slices.ContainsFunc(st.Tokens(), func(t lex.Token) bool { return t.Kind == lex.Variable }) {
			continue
		}
		parsed := tree.Of(st, text)
		if query := queryOf(parsed.Statement()); query.Exists() && j.conn.PgConn().TxStatus() != 'E' && len(parsed.Errors()) == 0 {
			j.try(query.Text())
		}
		err := j.exec(st.Text())
		node := parsed.Statement()
		if err == nil && replay.Defines(node.Kind()) {
			if node.Kind() != tree.SelectStmt || node.Child(tree.SimpleSelect).Child(tree.IntoClause).Exists() {
				j.dirty = j.dirty || node.Kind() != tree.VariableSetStmt
				if j.session != nil {
					j.session.Run(node, nil)
				}
			}
		}
		switch node.Kind() {
		case tree.DoStmt, tree.CallStmt, tree.ExecuteStmt, tree.TransactionStmt, tree.VariableSetStmt, tree.DropOwnedStmt, tree.AlterDefaultPrivilegesStmt:
			j.dirty = j.dirty || node.Kind() != tree.VariableSetStmt
		}
	}
}

// queryOf gives the query that a statement is or has.
func queryOf(n tree.Node) tree.Node {
	switch n.Kind() {
	case tree.SelectStmt, tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt, tree.MergeStmt:
		for range n.All(tree.IntoClause) {
			return tree.Node{}
		}
		return n
	case tree.ExplainStmt:
		for child := range n.Children() {
			if q := queryOf(child); q.Exists() {
				return q
			}
		}
	case tree.CreateTableAsStmt, tree.ViewStmt, tree.DeclareCursorStmt:
		if q := n.Field(tree.FieldQuery); q.Kind() == tree.SelectStmt {
			return queryOf(q)
		}
	}
	return tree.Node{}
}

// try asks the server and the binder what a query means.
func (j *judge) try(query string) {
	c := j.now()
	if c == nil {
		return
	}
	open := j.conn.PgConn().TxStatus() == 'T'
	if open {
		j.exec("savepoint judge")
	}
	ctx, cancel := context.WithTimeout(j.t.Context(), 8*time.Second)
	described, err := j.conn.PgConn().Prepare(ctx, "", query, nil)
	cancel()
	if open {
		j.exec("rollback to savepoint judge; release savepoint judge")
	}
	statement := bind.Of(tree.Of(sql.New(query).Statements()[0], query), bind.Scope{Catalog: c})
	refused, isRefused := errors.AsType[*pgconn.PgError](err)
	switch {
	case err != nil && !isRefused:
		return
	case isRefused && (!slices.Contains(nameCodes, refused.Code) || strings.HasPrefix(refused.Message, "could not identify an")):
		return // of other reasons, such as a type that has no order
	}
	j.verdict.judged++
	find := func(count *int, format string, arguments ...any) {
		*count++
		j.findings = append(j.findings, fmt.Sprintf(format, arguments...)+"\t"+strings.Join(strings.Fields(query), " "))
	}
	problems := statement.Problems()
	if isRefused {
		if !slices.ContainsFunc(problems, func(p bind.Problem) bool { return p.Code == refused.Code }) {
			find(&j.verdict.missedProblems, "MISSED\t%s %s (ours %s)", refused.Code, refused.Message, problemsText(problems))
			return
		}
		j.verdict.agreed++
		return
	}
	if len(problems) > 0 {
		find(&j.verdict.falseProblems, "FALSE\t%s", problemsText(problems))
		return
	}
	want := j.fields(described.Fields)
	got := statement.Columns()
	untold := false
	if len(got) != len(want) {
		find(&j.verdict.columns, "COLUMNS\t%d instead of %d", len(got), len(want))
		return
	}
	for i, f := range want {
		g := got[i]
		var table uint32
		var number uint16
		if g.Relation != nil {
			if table = g.Relation.OID; g.Source != nil {
				number = uint16(g.Source.Attnum)
			}
			if table == 0 { // made in this transaction
				table = f.table
			}
		}
		switch {
		case g.Name != f.name:
			find(&j.verdict.columns, "NAME\t%d is %q instead of %q", i+1, g.Name, f.name)
			return
		case g.Type == "":
			untold = true
		case f.kind != "" && undomained(c, g.Type) != f.kind:
			find(&j.verdict.columns, "TYPE\tof %q is %q instead of %q", g.Name, g.Type, f.kind)
			return
		case f.table != 0 && (table != f.table || number != f.number) && f.number < 1<<15:
			find(&j.verdict.columns, "ORIGIN\tof %q is %d.%d instead of %d.%d", g.Name, table, number, f.table, f.number)
			return
		}
	}
	if untold {
		find(&j.verdict.untold, "UNTOLD\t%s", columnsText(got))
		return
	}
	j.verdict.agreed++
}

// undomained gives what a domain is made of: Describe tells no domains.
func undomained(c *schema.Catalog, kind string) string {
	for range 32 {
		t, found := c.TypeNamed(kind)
		if !found || t.Dimensions > 0 || t.Type == nil || t.Type.Kind != schema.Domain {
			return kind
		}
		kind = t.Type.Of
	}
	return kind
}

// field is a column as the server tells it.
type field struct {
	name, kind string
	table      uint32
	number     uint16
}

func (j *judge) fields(described []pgconn.FieldDescription) []field {
	fields := make([]field, len(described))
	for i, d := range described {
		fields[i] = field{name: d.Name, table: d.TableOID, number: d.TableAttributeNumber}
		fields[i].kind = j.typeName(d.DataTypeOID, d.TypeModifier)
	}
	return fields
}

// typeName gives a type as format_type writes it while the search_path is empty,
// "" for one that no other session sees yet.
func (j *judge) typeName(oid uint32, modifier int32) string {
	key := [2]int64{int64(oid), int64(modifier)}
	kind, known := j.types[key]
	if known {
		return kind
	}
	var text *string
	if err := j.aux.QueryRow(j.t.Context(), "select pg_catalog.format_type(oid, $2) from pg_catalog.pg_type where oid = $1", oid, modifier).Scan(&text); err == nil && text != nil {
		kind = temporaryName.ReplaceAllString(*text, "")
		j.types[key] = kind
	}
	return kind
}

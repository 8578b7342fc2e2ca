//go:build cgo

package tree_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// TestTreesAreThoseOfPostgreSQL compares with PostgreSQL's parser, libpg_query,
// over the regression SQL: of every statement that it takes, our tree has no
// error, is of the same kind, and names the same relations and columns.
func TestTreesAreThoseOfPostgreSQL(t *testing.T) {
	parser := pgparse.New(1) // it refuses what the server's lexer does and libpg_query's does not: SELECT $1a
	statements, agreed := 0, 0
	differences := map[string]int{} // by kind of statement
	for file, s := range statementsOf(t) {
		source := check.NewSource(s).Text
		if parser.Check(source) != nil {
			continue
		}
		result, err := pg_query.Parse(source)
		if err != nil || len(result.Stmts) != 1 {
			continue
		}
		statements++
		theirs := readTheirs(result.Stmts[0].Stmt)
		if difference := theirs.differ(s, source); difference != "" {
			differences[theirs.kind]++
			if differences[theirs.kind] <= 20 {
				t.Errorf("%s, %s: %s in\n%.500s", theirs.kind, file, difference, s.Text())
			}
			continue
		}
		agreed++
	}
	t.Logf("%d statements, %d agree", statements, agreed)
	for _, kind := range slices.Sorted(maps.Keys(differences)) {
		t.Logf("%6d of %s differ", differences[kind], kind)
	}
	if statements < 35_000 {
		t.Errorf("only %d statements compared", statements)
	}
}

// TestErrorsAreWherePostgreSQLHasThem asks a server of PostgreSQL 18 about the
// statements of the regression SQL that libpg_query, which is 17, refuses: those
// that it takes have no error; in 98 of 100 others, our first error is at most
// three tokens from its own.
func TestErrorsAreWherePostgreSQLHasThem(t *testing.T) {
	server := pgtest.New(t)
	if server.Major < 18 {
		t.Skipf("the regression SQL is that of PostgreSQL 18; the newest server here is %d", server.Major)
	}
	oracle := server.Database(t).Parser(t)
	parser := pgparse.New(1)
	accepted, refused, missed, astray := 0, 0, 0, 0
	for file, s := range statementsOf(t) {
		source := check.NewSource(s).Text
		refusal, ok := errors.AsType[*pgparse.SyntaxError](parser.Check(source))
		if !ok || refusal.Code == "22021" || strings.Contains(source, "\x00") {
			continue
		}
		ours := parse(source)
		first, wrong := firstError(ours)
		theirs, _ := oracle.Refuses(t, source)
		switch {
		case theirs == nil:
			accepted++
			if wrong {
				t.Errorf("%s: PostgreSQL 18 takes what we find wrong at %q\n%s", file, source[first:], source)
			}
			continue
		case !wrong:
			missed++
			t.Logf("%s: PostgreSQL says %q, we say nothing in\n%.300s", file, theirs.Message, source)
		case theirs.Position > 0:
			at := text.CharOffset(source, int(theirs.Position))
			if distance := tokensBetween(ours, at, first); distance > 3 {
				astray++
				t.Logf("%s: PostgreSQL says %q, we find it at %q in\n%.300s", file, theirs.Message, source[first:], source)
			}
		}
		refused++
	}
	right := refused - missed - astray
	t.Logf("%d statements only 18 takes; of %d refused, we miss %d and find %d elsewhere: %.2f %% right",
		accepted, refused, missed, astray, 100*float64(right)/float64(refused))
	if refused < 200 || 100*right < 98*refused {
		t.Errorf("%d of %d right", right, refused)
	}
}

// newer are statements that PostgreSQL 18 added to those of 17.
var newer = []string{
	"INSERT INTO t VALUES (1) RETURNING WITH (OLD AS o, NEW AS n) o.a, n.*",
	"UPDATE t SET a = 1 RETURNING WITH (NEW AS n) old.a, n.a",
	"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE RETURNING WITH (OLD AS o) o.*",
	"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL)",
	"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1))",
	"CREATE TABLE t (a int, v tsrange, PRIMARY KEY (a, v WITHOUT OVERLAPS))",
	"CREATE TABLE t (a int, v tsrange, FOREIGN KEY (a, PERIOD v) REFERENCES u (a, PERIOD v))",
	"CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED, b int CHECK (b > 0) ENFORCED, CONSTRAINT c NOT NULL b NO INHERIT)",
	"CREATE FOREIGN TABLE t (LIKE u INCLUDING ALL) SERVER s",
	"ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID",
	"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED",
	"ALTER TABLE t ALTER CONSTRAINT c INHERIT",
	"ALTER TABLE t ALTER CONSTRAINT c NO INHERIT",
	"ALTER TABLE t ALTER CONSTRAINT c NOT ENFORCED",
	"ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO r",
	"VACUUM ONLY t (a)",
	"ANALYZE ONLY s.t, u",
}

// TestNewerStatements takes what 18 added, and asks a server whether it is right.
func TestNewerStatements(t *testing.T) {
	server := pgtest.New(t)
	if server.Major < 18 {
		t.Skipf("the newest server here is %d", server.Major)
	}
	oracle := server.Database(t).Parser(t)
	for _, statement := range newer {
		if refusal, _ := oracle.Refuses(t, statement); refusal != nil {
			t.Errorf("PostgreSQL 18 refuses %s: %s", statement, refusal.Message)
		}
		if at, wrong := firstError(parse(statement)); wrong {
			t.Errorf("an error at %q of %s", statement[at:], statement)
		}
	}
}

// statementsOf gives every SQL statement of the corpus with its file.
func statementsOf(t testing.TB) func(yield func(string, sql.Statement) bool) {
	return func(yield func(string, sql.Statement) bool) {
		for _, file := range corpus.Files(t) {
			for _, s := range sql.New(file.Text).Statements() {
				if s.Kind == sql.SQL && !yield(file.Name, s) {
					return
				}
			}
		}
	}
}

// firstError gives the place where a tree first departs from the text.
func firstError(t *tree.Tree) (offset int, ok bool) {
	if errors := t.Errors(); len(errors) > 0 {
		offset, ok = errors[0].Span.Start, true
	}
	for n := range t.Nodes() {
		if n.Kind() == tree.Error && (!ok || n.Span().Start < offset) { // a token that is none
			offset, ok = n.Span().Start, true
		}
	}
	return offset, ok
}

// tokensBetween counts the tokens between two offsets of the text.
func tokensBetween(t *tree.Tree, a, b int) int {
	n := 0
	for _, token := range t.Tokens() {
		if !token.Trivia() && min(a, b) <= token.Start && token.Start < max(a, b) {
			n++
		}
	}
	return n
}

// reading is what a parser has to say about a statement: its kind, and the names
// of relations and columns in it, in alphabetical order.
type reading struct {
	kind               string
	relations, columns []string
}

// differ tells how our tree of a statement differs, or gives "". The source is
// the statement with psql's variables replaced.
func (r *reading) differ(s sql.Statement, source string) string {
	if at, wrong := firstError(parse(s.Text())); wrong {
		return fmt.Sprintf("an error at %.40q", s.Text()[at:])
	}
	ours := readOurs(parse(source))
	switch {
	case !strings.EqualFold(ours.kind, r.kind):
		return fmt.Sprintf("our kind %s, theirs %s", ours.kind, r.kind)
	case !slices.Equal(ours.relations, r.relations):
		return fmt.Sprintf("our relations %v, theirs %v", ours.relations, r.relations)
	case !slices.Equal(ours.columns, r.columns):
		return fmt.Sprintf("our columns %v, theirs %v", ours.columns, r.columns)
	}
	return ""
}

func readOurs(t *tree.Tree) *reading {
	statement := t.Statement()
	r := &reading{kind: statement.Kind().String()}
	for n := range t.Nodes() {
		switch n.Kind() {
		case tree.RangeVar, tree.SequenceName, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName, tree.IndexName:
			if statement.Kind() == tree.RenameStmt && n.Label() == tree.FieldNew {
				continue // a string to PostgreSQL
			}
			r.relations = append(r.relations, dotted(n))
		case tree.ColumnRef:
			r.columns = append(r.columns, dotted(n))
		}
	}
	slices.Sort(r.relations)
	slices.Sort(r.columns)
	return r
}

func dotted(n tree.Node) string {
	var parts []string
	for _, name := range n.Names() {
		parts = append(parts, name.Text)
	}
	return strings.Join(parts, ".")
}

// readTheirs reads libpg_query's tree.
func readTheirs(statement *pg_query.Node) *reading {
	message := statement.ProtoReflect()
	top := message.WhichOneof(message.Descriptor().Oneofs().ByName("node"))
	r := &reading{kind: string(top.Message().Name())}
	r.walk(message)
	slices.Sort(r.relations)
	slices.Sort(r.columns)
	return r
}

func (r *reading) walk(message protoreflect.Message) {
	if !r.read(message) {
		return
	}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Message() == nil:
		case field.IsList():
			for i := range value.List().Len() {
				r.walk(value.List().Get(i).Message())
			}
		default:
			r.walk(value.Message())
		}
		return true
	})
}

// read takes the names that a message has and reports whether those in it count,
// too. Where PostgreSQL holds the name of a relation in a string or a list, it is
// taken from there.
func (r *reading) read(message protoreflect.Message) bool {
	switch m := message.Interface().(type) {
	case *pg_query.RangeVar:
		r.relation(m.Catalogname, m.Schemaname, m.Relname)
	case *pg_query.ColumnRef:
		if name := listed(m.Fields); name != "*" { // a lone star is no column to us
			r.columns = append(r.columns, name)
		}
	case *pg_query.IndexStmt:
		r.relation(m.Idxname)
	case *pg_query.Constraint:
		r.relation(m.Indexname)
	case *pg_query.ClusterStmt:
		r.relation(m.Indexname)
	case *pg_query.ReplicaIdentityStmt:
		r.relation(m.Name)
	case *pg_query.AlterTableCmd:
		if m.Subtype == pg_query.AlterTableType_AT_ClusterOn {
			r.relation(m.Name)
		}
	case *pg_query.DropStmt:
		for _, object := range m.Objects {
			r.object(m.RemoveType, object)
		}
	case *pg_query.CommentStmt:
		r.object(m.Objtype, m.Object)
	case *pg_query.SecLabelStmt:
		r.object(m.Objtype, m.Object)
	case *pg_query.AlterExtensionContentsStmt:
		r.object(m.Objtype, m.Object)
	case *pg_query.CompositeTypeStmt: // types, as in the next two, are none of the relations
		m.Typevar = nil
	case *pg_query.RenameStmt:
		if m.RelationType == pg_query.ObjectType_OBJECT_TYPE || m.RenameType == pg_query.ObjectType_OBJECT_ATTRIBUTE {
			m.Relation = nil
		}
	case *pg_query.AlterTableStmt:
		if m.Objtype == pg_query.ObjectType_OBJECT_TYPE {
			m.Relation = nil
		}
	case *pg_query.TriggerTransition:
		if m.IsTable {
			r.relation(m.Name)
		}
	case *pg_query.DefElem:
		if column := listed(m.Arg.GetList().GetItems()); m.Defname == "owned_by" && column != "none" { // of a sequence
			r.columns = append(r.columns, column)
		}
	case *pg_query.ViewStmt:
		if with := m.Query.GetSelectStmt().GetWithClause(); with != nil && with.Location < 0 { // RECURSIVE VIEW, rewritten
			m.Query = with.Ctes[0].GetCommonTableExpr().Ctequery
		}
	case *pg_query.PartitionBoundSpec: // MINVALUE and MAXVALUE, which are columns until analysis
		m.Lowerdatums = slices.DeleteFunc(m.Lowerdatums, isBoundLimit)
		m.Upperdatums = slices.DeleteFunc(m.Upperdatums, isBoundLimit)
	case *pg_query.MultiAssignRef: // (a, b) = source: each has the source
		return m.Colno == 1
	case *pg_query.ConstraintsSetStmt:
		return false // names of constraints
	}
	return true
}

func isBoundLimit(datum *pg_query.Node) bool {
	name := listed(datum.GetColumnRef().GetFields())
	return name == "minvalue" || name == "maxvalue"
}

func (r *reading) relation(parts ...string) {
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	if len(parts) > 0 {
		r.relations = append(r.relations, strings.Join(parts, "."))
	}
}

// object takes the relation or the column from the name of an object.
func (r *reading) object(kind pg_query.ObjectType, object *pg_query.Node) {
	names := object.GetList().GetItems()
	switch kind {
	case pg_query.ObjectType_OBJECT_TABLE, pg_query.ObjectType_OBJECT_SEQUENCE, pg_query.ObjectType_OBJECT_VIEW,
		pg_query.ObjectType_OBJECT_MATVIEW, pg_query.ObjectType_OBJECT_INDEX, pg_query.ObjectType_OBJECT_FOREIGN_TABLE:
		r.relation(listed(names))
	case pg_query.ObjectType_OBJECT_TRIGGER, pg_query.ObjectType_OBJECT_RULE, pg_query.ObjectType_OBJECT_POLICY,
		pg_query.ObjectType_OBJECT_TABCONSTRAINT:
		r.relation(listed(names[:len(names)-1]))
	case pg_query.ObjectType_OBJECT_COLUMN:
		r.columns = append(r.columns, listed(names))
	}
}

// listed gives a list of names with dots between them.
func listed(names []*pg_query.Node) string {
	var parts []string
	for _, name := range names {
		if name.GetAStar() != nil {
			parts = append(parts, "*")
		} else {
			parts = append(parts, name.GetString_().GetSval())
		}
	}
	return strings.Join(parts, ".")
}

package replay_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// sample are the files that a usual run takes; TUSK_CORPUS_FULL=1 takes all.
var sample = regexp.MustCompile(`^(create_table|create_view|alter_table|enum|domain|identity|inherit|typed_table)\.sql$`)

// elsewhere matches what reaches out of the database, or takes long.
var elsewhere = regexp.MustCompile(`(?is)^(create|alter|drop)\s+(database|tablespace|subscription|system)\b|tablespace`)

// What PostgreSQL's regression SQL defines, played without a server, is what the
// server has: every few statements the objects that have changed are compared.
func TestPlayedIsWhatTheServerHas(t *testing.T) {
	files := corpus.Files(t)
	server := pgtest.New(t).Dedicated(t, nil)
	total := tally{}
	for _, f := range files {
		if !sample.MatchString(f.Name) && os.Getenv("TUSK_CORPUS_FULL") == "" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			total.add(play(t, server.Server, f.Text))
		})
	}
	t.Logf("%d statements that the server took, %d of them refused here; the same are %s", total.statements, total.refused, total)
	changed, same := 0, 0
	for kind := range total.changed {
		changed += total.changed[kind]
		same += total.same[kind]
	}
	if same*100 < changed*98 {
		t.Errorf("%d of %d changed objects are the same, fewer than 98 %%", same, changed)
	}
	if total.refused*500 > total.statements {
		t.Errorf("%d of %d statements are refused, more than 0.2 %%", total.refused, total.statements)
	}
}

// tally counts the changed objects, and those that are the same, by kind.
type tally struct {
	statements, refused int
	changed, same       map[string]int
}

func (a *tally) add(b tally) {
	a.statements += b.statements
	a.refused += b.refused
	if a.changed == nil {
		a.changed, a.same = map[string]int{}, map[string]int{}
	}
	for kind, n := range b.changed {
		a.changed[kind] += n
		a.same[kind] += b.same[kind]
	}
}

func (a tally) String() string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(a.changed)) {
		parts = append(parts, fmt.Sprintf("%s %d of %d", kind, a.same[kind], a.changed[kind]))
	}
	return strings.Join(parts, ", ")
}

func play(t *testing.T, server *pgtest.Server, text string) tally {
	conn := server.Database(t).Conn(t)
	truth := load(t, conn, nil)
	below := truth
	session := replay.New(truth, replay.Options{})
	count := tally{changed: map[string]int{}, same: map[string]int{}}
	var since []string
	for _, statement := range sql.New(text).Statements() {
		if statement.Kind != sql.SQL || elsewhere.MatchString(statement.Text()) {
			continue
		}
		node := tree.Of(statement, text).Statement()
		if !replay.Defines(node.Kind()) || node.Kind() == tree.DoStmt || node.Kind() == tree.SelectStmt && !node.Child(tree.SimpleSelect).Child(tree.IntoClause).Exists() {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := conn.PgConn().Exec(ctx, statement.Text()).ReadAll()
		cancel()
		if conn.IsClosed() {
			t.Fatal(statement.Text(), err)
		}
		if err != nil {
			continue
		}
		count.statements++
		problems := session.Run(node, &schema.Origin{Path: "test.sql", Span: node.Span()})
		if len(problems) > 0 {
			count.refused++
			t.Logf("%s\n\t%s", statement.Text(), problems[0].Message)
		}
		since = append(since, statement.Text())
		if len(since) < 8 || conn.PgConn().TxStatus() != 'I' {
			continue
		}
		next := load(t, conn, below)
		count.compare(t, truth, next, session.Catalog(), since)
		truth, since = next, nil
		session = resume(truth, session.Catalog(), below.SearchPath())
	}
	return count
}

// resume gives a session that goes on from what the server has, with the
// temporary objects, which nobody reads from a server, and the search_path of a
// session before.
func resume(truth, before *schema.Catalog, path []string) *replay.Session {
	edit := truth.Edit()
	for o := range before.In("pg_temp") {
		edit.Put(o)
	}
	edit.SetSearchPath(path)
	session := replay.New(edit.Catalog(), replay.Options{})
	var names []string
	for _, name := range before.SearchPath() {
		names = append(names, lex.QuoteIdentifier(name))
	}
	text := "SET search_path = " + cmp.Or(strings.Join(names, ", "), "''")
	session.Run(tree.Parse(text, lex.Lex(text, lex.Options{})).Statement(), nil)
	return session
}

func load(t *testing.T, conn *pgx.Conn, builtin *schema.Catalog) *schema.Catalog {
	t.Helper()
	c, err := introspect.Load(t.Context(), conn, introspect.Options{Builtin: builtin})
	if err != nil {
		t.Fatal(err)
	}
	if builtin != nil {
		c = c.On(builtin)
	}
	return c
}

// compare counts the objects that the statements have changed on the server or
// here.
func (a *tally) compare(t *testing.T, before, theirs, ours *schema.Catalog, statements []string) {
	was, want, got := accounts(before), accounts(theirs), accounts(ours)
	keys := maps.Clone(want)
	maps.Copy(keys, got)
	maps.Copy(keys, was)
	told := false
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if was[key] == want[key] && was[key] == got[key] {
			continue
		}
		kind, _, _ := strings.Cut(key, " ")
		a.changed[kind]++
		if want[key] == got[key] {
			a.same[kind]++
			continue
		}
		if !told {
			t.Logf("after\n\t%s", strings.Join(statements, ";\n\t"))
			told = true
		}
		t.Logf("%s\n%s", key, difference(want[key], got[key]))
	}
}

// difference gives the lines that only one has.
func difference(want, got string) string {
	theirs, ours := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for _, line := range theirs {
		if !slices.Contains(ours, line) {
			fmt.Fprintf(&b, "\twant %s\n", line)
		}
	}
	for _, line := range ours {
		if !slices.Contains(theirs, line) {
			fmt.Fprintf(&b, "\tgot  %s\n", line)
		}
	}
	return b.String()
}

// accounts tells what is known of each object that users made, a fact on a line,
// without what only a server knows: OIDs, sizes, and how it writes expressions.
func accounts(c *schema.Catalog) map[string]string {
	all := map[string]string{}
	for o := range c.Objects() {
		name := o.QualifiedName()
		if schema.System(name.Schema) {
			continue
		}
		var b strings.Builder
		line := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
		key := fmt.Sprintf("%s.%s", name.Schema, name.Name)
		switch o := o.(type) {
		case *schema.Relation:
			key = "relation " + key
			relationAccount(o, line)
		case *schema.Function:
			if o.OID != 0 && o.OID < schema.FirstUserOID {
				continue
			}
			key = "function " + key + "(" + strings.Join(o.InputTypes(), ", ") + ")"
			for _, a := range o.Arguments {
				line("argument %s %d %s default %t", a.Name, a.Mode, a.Type, a.Default != "")
			}
			line("kind %v result %s set %t strict %t definer %t volatility %d parallel %d", o.Kind, o.Result, o.ReturnsSet, o.Strict, o.SecurityDefiner, o.Volatility, o.Parallel)
			if o.Kind != schema.Aggregate {
				line("language %s", o.Language)
			}
		case *schema.Type:
			key = "type " + key
			line("kind %v of %s not null %t default %t labels %q", o.Kind, o.Of, o.NotNull, o.Default != "" && o.Kind == schema.Domain, o.Labels)
			for _, a := range o.Attributes {
				line("attribute %s %s", a.Name, a.Type)
			}
			for _, k := range o.Constraints {
				line("constraint %s", k.Name)
			}
		case *schema.Operator:
			if o.Function.Name == "" {
				continue // another one's commutator, and no more yet
			}
			key = fmt.Sprintf("operator %s (%s, %s)", key, o.Left, o.Right)
			line("result %s", o.Result)
		case *schema.Schema:
			key = "schema " + key
			line("exists")
		case *schema.Statistics:
			key = "statistics " + key
			line("of %v %q", o.Relation, o.Columns)
		default:
			continue
		}
		all[key] = b.String()
	}
	return all
}

func relationAccount(r *schema.Relation, line func(string, ...any)) {
	line("kind %v persistence %d of %v inherits %v", r.Kind, r.Persistence, r.PartitionOf(), r.Inherits)
	for i, c := range r.Columns {
		if r.Kind == schema.Sequence {
			break
		}
		collation := schema.Name{}
		if c.Detail != nil && r.Kind != schema.View {
			collation = c.Detail.Collation
		}
		line("column %d %s %s not null %t default %t identity %d generated %d inherited %t collation %v", i, c.Name, c.Type, c.NotNull, c.Default != "", c.Identity, c.Generated, c.Inherited, collation.Name)
	}
	for _, k := range r.Constraints {
		columns := k.Columns
		if k.Kind == schema.CheckConstraint {
			columns = slices.Clone(columns)
			slices.Sort(columns)
		}
		line("constraint %s %v %q references %v %q %d %d deferrable %t %t not valid %t inherited %t", k.Name, k.Kind, columns, k.References, k.RefColumns, k.OnUpdate, k.OnDelete, k.Deferrable, k.Deferred, k.NotValid, k.Inherited)
	}
	for _, x := range r.Indexes {
		var keys []string
		for _, k := range x.Keys {
			keys = append(keys, fmt.Sprintf("%s %t %t", cmp.Or(k.Column, "expression"), k.Descending, k.NullsFirst))
		}
		line("index %s %s %q include %q unique %t partial %t constraint %s of %v", x.Name, x.Method, keys, x.Include, x.Unique, x.Predicate != "", x.Constraint, x.PartitionOf)
	}
	for _, trigger := range r.Triggers {
		line("trigger %s %v %d %d row %t %q inherited %t enabled %d", trigger.Name, trigger.Function, trigger.Timing, trigger.Events, trigger.Row, trigger.Columns, trigger.Inherited, trigger.Enabled)
	}
	for _, p := range r.Policies {
		line("policy %s %d %t %q %t %t", p.Name, p.For, p.Restrictive, p.Roles, p.Using != "", p.WithCheck != "")
	}
	for _, rule := range r.Rules {
		line("rule %s %d %t", rule.Name, rule.On, rule.Instead)
	}
	if q := r.Sequence; q != nil {
		line("sequence %s %d %d %d %d %d %t owned by %v %s identity %t", q.Type, q.Start, q.Increment, q.Min, q.Max, q.Cache, q.Cycle, q.OwnedBy, q.OwnedByColumn, q.Identity)
	}
	if r.Storage != nil {
		line("row security %t %t of %v replica %d", r.Storage.RowSecurity, r.Storage.ForceRowSecurity, r.Storage.OfType, r.Storage.ReplicaIdentity)
	} else {
		line("row security false false of { } replica 0")
	}
}

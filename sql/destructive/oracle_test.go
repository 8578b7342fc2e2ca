//go:build cgo

package destructive_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// wrappers put a statement that changes rows where it executes as well, or where
// it does not.
var wrappers = []string{
	"%s",
	"EXPLAIN %s",
	"EXPLAIN (VERBOSE, ANALYZE off) %s",
	"EXPLAIN ANALYZE VERBOSE %s",
	"EXPLAIN (COSTS false, ANALYZE) %s",
	"PREPARE p (int, numeric(3, 2)) AS %s",
	"COPY (%s) TO STDOUT",
	"WITH one AS (SELECT 1 AS with, 2 AS case, 3 case, 4 end, 5 AS end, 6 delete), gone (a, b) AS NOT MATERIALIZED (%s), two AS (TABLE gone) SELECT * FROM gone, two",
	"WITH RECURSIVE r AS (SELECT 1 UNION SELECT 2) SEARCH DEPTH FIRST BY a, b SET c CYCLE a, b SET d TO 1 DEFAULT 2 USING e, gone AS (%s) DELETE FROM other USING gone",
	"CREATE TABLE made AS WITH gone AS (%s) SELECT * FROM gone",
	"EXPLAIN ANALYZE CREATE TABLE made AS WITH gone AS (%s) SELECT * FROM gone",
	"INSERT INTO other WITH gone AS (%s) SELECT * FROM gone",
	"CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; %s)",
	"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; %s; END",
	"SELECT 1 \\; %s \\; TABLE t",
}

// TestFindsWhatPostgreSQLsGrammarFinds compares with the trees of PostgreSQL's
// parser for every statement of the regression SQL, by itself and wrapped.
func TestFindsWhatPostgreSQLsGrammarFinds(t *testing.T) {
	var judged, destroy, actions, counts, wrapped int
	for _, file := range corpus.Files(t) {
		for _, s := range sql.New(file.Text).Statements() {
			if s.Kind != sql.SQL {
				continue
			}
			statement := check.NewSource(s).Text
			tree, err := pg_query.ParseToJSON(strings.ReplaceAll(statement, `\;`, " ;"))
			if err != nil || strings.Contains(tree, `{"DoStmt":`) {
				continue
			}
			judged++
			theirs := readTree(t, tree)
			counts += compare(t, file.Name, statement, theirs)
			if len(theirs) == 0 {
				continue
			}
			destroy++
			actions += len(theirs)
			for _, wrapper := range wrappers[1:] {
				outer := strings.Replace(wrapper, "%s", statement, 1)
				tree, err := pg_query.ParseToJSON(strings.ReplaceAll(outer, `\;`, " ;"))
				if err != nil {
					continue // COPY (DROP …)
				}
				wrapped++
				compare(t, file.Name, outer, readTree(t, tree))
			}
		}
	}
	t.Logf("%d statements, of which %d destroy in %d ways, %d of them counted; %d wrapped ones", judged, destroy, actions, counts, wrapped)
	if judged < 35_000 || destroy < 4_000 || wrapped < 10_000 {
		t.Error("the corpus holds less than it did")
	}
}

// found is what a tree holds.
type found struct {
	kind, object string
	all          bool // no WHERE is there
}

func (f found) String() string {
	if f.all {
		return f.kind + " all " + f.object
	}
	return f.kind + " " + f.object
}

// byCondition holds what the conditions of the regression SQL are that stand
// there and yet spare no row.
var byCondition = []string{
	"WHERE CURRENT_USER = SESSION_USER", "ON (true)",
	"where *=2", "relnamecycle'bug_16784'", // with a word changed: an operator, and a literal of a type
}

// compare looks at kinds, objects and whether every row is hit, and asks the
// grammar about the queries that count.
func compare(t *testing.T, file, statement string, theirs []found) (counts int) {
	t.Helper()
	want, got := []string{}, []string{}
	for _, f := range theirs {
		want = append(want, f.String())
	}
	plain := !strings.Contains(fmt.Sprint(want), "?")
	for _, a := range destructive.Find(statement) {
		f := fromAction(a)
		if !plain && a.Kind == destructive.Drop {
			f.object = "?"
		}
		if slices.ContainsFunc(byCondition, func(c string) bool { return strings.Contains(a.Span.Of(statement), c) }) {
			f.all = false
		}
		got = append(got, f.String())
		if a.Count == "" {
			continue
		}
		counts++
		if tree, err := pg_query.ParseToJSON(a.Count); err != nil || len(readTree(t, tree)) > 0 {
			t.Errorf("%s: %v: the rows are not counted by\n%s\nfor\n%s", file, err, a.Count, statement)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: found\n\t%q, PostgreSQL's grammar\n\t%q in\n%s", file, got, want, statement)
	}
	return counts
}

func fromAction(a destructive.Action) found {
	return found{string(a.Kind), normalised(a.Object), a.Whole}
}

// normalised gives an object without case, quotes and ONLY.
func normalised(object string) string {
	var b strings.Builder
	dot := false
	for _, token := range lex.Lex(object, lex.Options{}) {
		word := token.Text(object)
		switch {
		case token.Trivia(), token.Keyword == lex.KwOnly && !dot, strings.Contains("()*", word):
			continue
		case token.Kind == lex.QuotedIdent, token.Kind == lex.UnicodeIdent:
			word = strings.ReplaceAll(strings.Trim(strings.TrimPrefix(strings.ToLower(word), "u&"), `"`), `""`, `"`)
		}
		b.WriteString(strings.ToLower(word))
		dot = token.Kind == lex.Dot
	}
	return b.String()
}

func readTree(t *testing.T, tree string) []found {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(tree), &root); err != nil {
		t.Fatal(err)
	}
	var all []found
	walk(root, &all)
	return all
}

type object = map[string]any

// walk collects what executes in a part of a tree.
func walk(node any, all *[]found) {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			walk(child, all)
		}
	case object:
		for name, child := range node {
			fields, _ := child.(object)
			switch name {
			case "RuleStmt", "CreateFunctionStmt":
				continue
			case "ExplainStmt":
				if !analyzes(fields) {
					continue
				}
			}
			*all = append(*all, read(name, fields)...)
			walk(child, all)
		}
	}
}

// read gives what one node of a tree destroys.
func read(name string, fields object) []found {
	one := func(kind destructive.Kind, object string) []found {
		return []found{{string(kind), object, kind == destructive.Truncate}}
	}
	switch name {
	case "DeleteStmt", "UpdateStmt":
		kind := strings.ToLower(strings.TrimSuffix(name, "Stmt"))
		return []found{{kind, relation(fields["relation"]), fields["whereClause"] == nil}}
	case "MergeStmt":
		var all []found
		for _, clause := range fields["mergeWhenClauses"].([]any) {
			command := clause.(object)["MergeWhenClause"].(object)["commandType"]
			kind, ok := map[any]string{"CMD_DELETE": "delete", "CMD_UPDATE": "update"}[command]
			f := found{kind, relation(fields["relation"]), false}
			if ok && !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
		return all
	case "TruncateStmt":
		var names []string
		for _, r := range fields["relations"].([]any) {
			names = append(names, relation(r.(object)["RangeVar"]))
		}
		return one(destructive.Truncate, strings.Join(names, ","))
	case "DropStmt":
		return one(destructive.Drop, dropped(fields))
	case "DropRoleStmt", "DropdbStmt", "DropOwnedStmt", "DropTableSpaceStmt", "DropUserMappingStmt", "DropSubscriptionStmt":
		return one(destructive.Drop, "?")
	case "AlterTableStmt":
		var all []found
		for _, command := range fields["cmds"].([]any) {
			switch command.(object)["AlterTableCmd"].(object)["subtype"] {
			case "AT_DropColumn", "AT_DropConstraint":
				all = append(all, one(destructive.AlterDrop, relation(fields["relation"]))...)
			}
		}
		return all
	case "AlterDomainStmt":
		if fields["subtype"] == "X" {
			return one(destructive.AlterDrop, qualified(fields["typeName"]))
		}
	case "AlterOpFamilyStmt":
		if fields["isDrop"] == true {
			return one(destructive.AlterDrop, qualified(fields["opfamilyname"]))
		}
	case "AlterExtensionContentsStmt":
		if fields["action"] == -1.0 {
			return one(destructive.AlterDrop, fields["extname"].(string))
		}
	case "AlterPublicationStmt":
		if fields["action"] == "AP_DropObjects" {
			return one(destructive.AlterDrop, fields["pubname"].(string))
		}
	case "AlterSubscriptionStmt":
		if fields["kind"] == "ALTER_SUBSCRIPTION_DROP_PUBLICATION" {
			return one(destructive.AlterDrop, fields["subname"].(string))
		}
	case "AlterTSConfigurationStmt":
		if fields["kind"] == "ALTER_TSCONFIG_DROP_MAPPING" {
			return one(destructive.AlterDrop, qualified(fields["cfgname"]))
		}
	case "AlterRoleStmt": // ALTER GROUP … DROP USER
		if fields["action"] == -1.0 {
			return one(destructive.AlterDrop, fields["role"].(object)["rolename"].(string))
		}
	}
	return nil
}

// dropped gives the names in a DropStmt, "?" where they are more than names.
func dropped(fields object) string {
	switch fields["removeType"] {
	case "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE",
		"OBJECT_COLLATION", "OBJECT_CONVERSION", "OBJECT_STATISTIC_EXT",
		"OBJECT_TSPARSER", "OBJECT_TSDICTIONARY", "OBJECT_TSTEMPLATE", "OBJECT_TSCONFIGURATION",
		"OBJECT_SCHEMA", "OBJECT_EXTENSION", "OBJECT_ACCESS_METHOD", "OBJECT_EVENT_TRIGGER", "OBJECT_FDW", "OBJECT_FOREIGN_SERVER",
		"OBJECT_PUBLICATION", "OBJECT_LANGUAGE":
	default:
		return "?"
	}
	var names []string
	for _, o := range fields["objects"].([]any) {
		if list, ok := o.(object)["List"].(object); ok {
			names = append(names, qualified(list["items"]))
		} else {
			names = append(names, qualified([]any{o}))
		}
	}
	return strings.Join(names, ",")
}

// qualified gives the name that a list of strings is.
func qualified(list any) string {
	var parts []string
	for _, part := range list.([]any) {
		parts = append(parts, strings.ToLower(part.(object)["String"].(object)["sval"].(string)))
	}
	return strings.Join(parts, ".")
}

func analyzes(explain object) bool {
	options, _ := explain["options"].([]any)
	for _, option := range options {
		element := option.(object)["DefElem"].(object)
		if element["defname"] != "analyze" {
			continue
		}
		value, _ := json.Marshal(element["arg"])
		switch strings.ToLower(string(value)) {
		case `{"string":{"sval":"off"}}`, `{"string":{"sval":"false"}}`, `{"integer":{}}`:
		default:
			return true
		}
	}
	return false
}

// relation gives the name of a RangeVar.
func relation(v any) string {
	fields := v.(object)
	var parts []string
	for _, part := range []string{"catalogname", "schemaname", "relname"} {
		if name, ok := fields[part].(string); ok {
			parts = append(parts, strings.ToLower(name))
		}
	}
	return strings.Join(parts, ".")
}

// TestKeywordsAsNamesMisleadNobody puts keywords in the place of names and other
// words of the regression SQL, and compares where PostgreSQL's parser still takes
// the statement.
func TestKeywordsAsNamesMisleadNobody(t *testing.T) {
	words := strings.Fields(`delete update merge truncate drop alter insert execute set only using with case end as from recursive materialized search cycle
		matched source atomic begin analyze "where" u&"x" copy returning "a""b" select null ( ) , . *`)
	random := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for _, file := range corpus.Files(t) {
		for _, s := range sql.New(file.Text).Statements() {
			if s.Kind != sql.SQL || len(s.Text()) > 2000 {
				continue
			}
			statement := check.NewSource(s).Text
			if !changing.MatchString(statement) {
				continue
			}
			tokens := lex.Lex(statement, lex.Options{})
			for range 10 {
				token := tokens[random.IntN(len(tokens))]
				if token.Trivia() {
					continue
				}
				word := words[random.IntN(len(words))]
				mutant := statement[:token.Start] + word + statement[token.End:]
				if random.IntN(4) == 0 {
					mutant = statement[:token.End] + " " + word + " " + statement[token.End:]
				}
				tree, err := pg_query.ParseToJSON(strings.ReplaceAll(mutant, `\;`, " ;"))
				if err != nil || strings.Contains(tree, `{"DoStmt":`) {
					continue
				}
				accepted++
				compare(t, file.Name, mutant, readTree(t, tree))
			}
		}
	}
	t.Logf("%d statements with a word changed", accepted)
	if accepted < 10_000 {
		t.Error("the parser takes fewer than it did")
	}
}

var changing = regexp.MustCompile(`(?i)\b(delete|update|merge|truncate|drop|with|explain|case)\b`)

// Package replay plays the statements of a script on a catalog: what a server
// would have in its catalog after it ran them, without a server.
//
// It takes what migrations, dumps and scripts define. Rows, privileges and what
// procedural code does are not played. Expressions and queries are kept as they
// are written, with the names of relations qualified.
package replay

import (
	"fmt"
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Session plays statements one after the other, as one connection would run
// them. It is not safe for concurrent use; the catalogs that it gives are.
type Session struct {
	edit    *schema.Edit
	options Options
	path    []string // the search_path that RESET goes back to

	transaction bool
	outside     []string      // the search_path once SET LOCAL is over, nil when there was none
	savepoints  []savepoint   // the first is the transaction's begin
	untilCommit []schema.Name // temporary tables ON COMMIT DROP

	origin   *schema.Origin // of the statement that is played
	problems []Problem
	refused  bool // the statement changes nothing
}

// Options say what a session knows beside the catalog.
type Options struct {
	// Extension gives what CREATE EXTENSION makes, in the schema public where it
	// can be moved; nil where nobody knows any.
	Extension func(name string) (schema.Contents, bool)
}

// savepoint is what a ROLLBACK goes back to.
type savepoint struct {
	name    string // "" of BEGIN
	catalog *schema.Catalog
}

// Problem is what could not be played: the server would refuse the statement, or
// the catalog does not know enough.
type Problem struct {
	Span    text.Span // of what it is about, in the text of the statement's file
	Message string
}

// New begins a session on a catalog.
func New(below *schema.Catalog, options Options) *Session {
	return &Session{edit: below.Edit(), options: options, path: below.SearchPath()}
}

// Catalog gives the catalog with all that was played so far.
func (s *Session) Catalog() *schema.Catalog { return s.edit.Catalog() }

// Disconnect does what the end of a connection does: an open transaction is
// rolled back, temporary objects go, the search_path is the one from before.
func (s *Session) Disconnect() {
	if s.transaction {
		s.rollback()
	}
	s.edit.DropSchema(temporary, true)
	if !slices.Equal(s.edit.Catalog().SearchPath(), s.path) {
		s.edit.SetSearchPath(s.path)
	}
}

// Run plays a statement, whose objects get the origin. A statement that the
// server would refuse changes nothing. What says nothing about the catalog, such
// as a query, is no problem.
func (s *Session) Run(statement tree.Node, origin *schema.Origin) []Problem {
	play := s.player(statement.Kind())
	if play == nil {
		return nil
	}
	before := s.edit.Catalog()
	s.origin, s.problems, s.refused = origin, nil, false
	play(statement)
	if s.refused {
		s.edit = before.Edit()
	}
	return s.problems
}

// SetSearchPath sets the search_path for what is played next.
func (s *Session) SetSearchPath(path []string) { s.edit.SetSearchPath(path) }

// Refused reports whether the statement that was played last is one that the
// server would refuse.
func (s *Session) Refused() bool { return s.refused }

// Defines reports whether statements of a kind can change a catalog.
func Defines(kind tree.Kind) bool { return new(Session).player(kind) != nil }

func (s *Session) player(kind tree.Kind) func(tree.Node) {
	switch kind {
	case tree.CreateStmt:
		return s.createTable
	case tree.CreateForeignTableStmt:
		return s.createForeignTable
	case tree.CreateTableAsStmt:
		return s.createTableAs
	case tree.SelectStmt:
		return s.selectStatement
	case tree.ViewStmt:
		return s.createView
	case tree.IndexStmt:
		return s.createIndex
	case tree.CreateSeqStmt:
		return s.createSequence
	case tree.AlterSeqStmt:
		return s.alterSequence
	case tree.CreateStatsStmt:
		return s.createStatistics
	case tree.AlterTableStmt:
		return s.alterTable
	case tree.CreateTrigStmt:
		return s.createTrigger
	case tree.CreatePolicyStmt:
		return s.createPolicy
	case tree.AlterPolicyStmt:
		return s.alterPolicy
	case tree.RuleStmt:
		return s.createRule
	case tree.CreateFunctionStmt:
		return s.createFunction
	case tree.AlterFunctionStmt:
		return s.alterFunction
	case tree.DefineStmt:
		return s.define
	case tree.CompositeTypeStmt:
		return s.createComposite
	case tree.CreateEnumStmt:
		return s.createEnum
	case tree.AlterEnumStmt:
		return s.alterEnum
	case tree.CreateRangeStmt:
		return s.createRange
	case tree.CreateDomainStmt:
		return s.createDomain
	case tree.AlterDomainStmt:
		return s.alterDomain
	case tree.CreateSchemaStmt:
		return s.createSchema
	case tree.CreateExtensionStmt:
		return s.createExtension
	case tree.CreateCastStmt:
		return s.createCast
	case tree.CreateOpClassStmt:
		return s.createOperatorClass
	case tree.CreateOpFamilyStmt:
		return s.createOperatorFamily
	case tree.CreateConversionStmt:
		return s.createConversion
	case tree.CreatePLangStmt, tree.CreateAmStmt, tree.CreateEventTrigStmt, tree.CreateFdwStmt, tree.CreateForeignServerStmt,
		tree.CreatePublicationStmt, tree.CreateSubscriptionStmt, tree.CreateRoleStmt:
		return s.createNamed
	case tree.DropStmt:
		return s.drop
	case tree.DropRoleStmt, tree.DropSubscriptionStmt:
		return s.dropNamed
	case tree.RenameStmt:
		return s.rename
	case tree.AlterObjectSchemaStmt:
		return s.setSchema
	case tree.AlterOwnerStmt:
		return s.setOwner
	case tree.CommentStmt:
		return s.comment
	case tree.VariableSetStmt:
		return s.setVariable
	case tree.TransactionStmt:
		return s.transactionStatement
	case tree.DiscardStmt:
		return s.discard
	case tree.DoStmt:
		return s.do
	}
	return nil
}

// note tells a problem; the statement goes on.
func (s *Session) note(at tree.Node, format string, arguments ...any) {
	s.problems = append(s.problems, Problem{at.Span(), fmt.Sprintf(format, arguments...)})
}

// refuse tells a problem for which the server would refuse the statement.
func (s *Session) refuse(at tree.Node, format string, arguments ...any) {
	s.note(at, format, arguments...)
	s.refused = true
}

// do tells that what a DO block does is not played, where it may define things.
func (s *Session) do(n tree.Node) {
	body, ok := n.Body()
	if !ok {
		return
	}
	for _, statement := range body.Statements {
		for inner := range statement.Nodes() {
			if kind := inner.Kind(); kind == tree.PLExecute || kind != tree.SelectStmt && kind != tree.DoStmt && Defines(kind) {
				s.note(n, "what a DO block does is not known before it runs")
				return
			}
		}
	}
}

func (s *Session) transactionStatement(n tree.Node) {
	switch {
	case n.Has(lex.KwPrepared):
	case n.Has(lex.KwSavepoint) && !n.Has(lex.KwRollback) && !n.Has(lex.KwRelease):
		if s.transaction {
			s.savepoints = append(s.savepoints, savepoint{n.Field(tree.FieldNew).Name(), s.edit.Catalog()})
		}
	case n.Has(lex.KwRelease):
		if at := s.savepoint(n); at > 0 {
			s.savepoints = s.savepoints[:at]
		}
	case n.Has(lex.KwTo):
		if at := s.savepoint(n); at > 0 {
			s.edit = s.savepoints[at].catalog.Edit()
			s.savepoints = s.savepoints[:at+1]
		}
	case n.Has(lex.KwBegin), n.Has(lex.KwStart):
		if !s.transaction {
			s.begin()
		}
	case n.Has(lex.KwCommit), n.Has(lex.KwEnd), n.Has(lex.KwRollback), n.Has(lex.KwAbort), n.Has(lex.KwPrepare):
		if !s.transaction {
			return
		}
		if n.Has(lex.KwCommit) || n.Has(lex.KwEnd) {
			s.commit()
		} else {
			s.rollback()
		}
		if n.Has(lex.KwChain) && !n.Has(lex.KwNo) {
			s.begin()
		}
	}
}

func (s *Session) savepoint(n tree.Node) int {
	name := n.Child(tree.SavepointName).Name()
	for at := len(s.savepoints) - 1; at > 0; at-- {
		if s.savepoints[at].name == name {
			return at
		}
	}
	return 0
}

func (s *Session) begin() {
	s.transaction = true
	s.savepoints = []savepoint{{"", s.edit.Catalog()}}
}

func (s *Session) commit() {
	for _, name := range s.untilCommit {
		if r := s.Catalog().Relation(name.Schema, name.Name); r != nil {
			s.dropRelation(r, true)
		}
	}
	if s.outside != nil {
		s.edit.SetSearchPath(s.outside)
	}
	s.transaction, s.savepoints, s.outside, s.untilCommit = false, nil, nil, nil
}

func (s *Session) rollback() {
	s.edit = s.savepoints[0].catalog.Edit()
	s.transaction, s.savepoints, s.outside, s.untilCommit = false, nil, nil, nil
}

// setVariable plays SET search_path and its kin.
func (s *Session) setVariable(n tree.Node) {
	name := n.Child(tree.SettingName).Name()
	switch {
	case n.Has(lex.KwReset) && (n.Has(lex.KwAll) || name == "search_path"):
		s.edit.SetSearchPath(s.path)
	case n.Has(lex.KwSchema):
		s.setPath(n, []string{literalIn(n)})
	case n.Has(lex.KwReset) || name != "search_path":
	case n.Has(lex.KwDefault):
		s.setPath(n, s.path)
	default:
		path := []string{}
		for value := range n.All(tree.SettingValue) {
			path = append(path, settingText(value))
		}
		s.setPath(n, path)
	}
}

func (s *Session) setPath(n tree.Node, path []string) {
	if n.Has(lex.KwLocal) {
		if !s.transaction {
			return
		}
		if s.outside == nil {
			s.outside = s.edit.Catalog().SearchPath()
		}
	} else {
		s.outside = nil
	}
	s.edit.SetSearchPath(path)
}

// settingText gives a value of SET: a string or a word, which is in lower case
// unless it is quoted.
func settingText(value tree.Node) string {
	for _, t := range value.Tokens() {
		if t.Name() {
			return lex.Identifier(t.Text(value.Tree().Source()))
		}
	}
	return value.Value()
}

// literalIn gives the first string among a node's own tokens.
func literalIn(n tree.Node) string {
	for _, t := range n.Tokens() {
		if t.Kind == lex.String || t.Kind == lex.EscapeString || t.Kind == lex.DollarString || t.Kind == lex.UnicodeString {
			return lex.Literal(t, n.Tree().Source())
		}
	}
	return ""
}

func (s *Session) discard(n tree.Node) {
	if n.Has(lex.KwAll) || n.Has(lex.KwTemp) || n.Has(lex.KwTemporary) {
		s.edit.DropSchema(temporary, true)
	}
	if n.Has(lex.KwAll) {
		s.edit.SetSearchPath(s.path)
	}
}

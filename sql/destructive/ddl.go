package destructive

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// truncate reads TRUNCATE [TABLE] tables [RESTART IDENTITY | CONTINUE IDENTITY]
// [CASCADE | RESTRICT].
func (f *finder) truncate(s *statement) Action {
	i := 1
	if s.at(i).Keyword == lex.KwTable {
		i++
	}
	tables := s.relations(i)
	return Action{
		Kind:   Truncate,
		Span:   s.span(run{0, len(s.tokens)}),
		Object: s.of(run{i, endOf(tables, i)}),
		Whole:  true,
		Count:  f.rows(s, tables),
	}
}

// relations reads tables without aliases, up to what is none.
func (s *statement) relations(i int) []relation {
	var tables []relation
	for {
		table := s.relation(i)
		if table.name.empty() {
			return tables
		}
		tables = append(tables, table)
		if i = table.all.to; s.at(i).Kind != lex.Comma {
			return tables
		}
		i++
	}
}

func endOf(tables []relation, start int) int {
	if len(tables) == 0 {
		return start
	}
	return tables[len(tables)-1].all.to
}

// drop reads DROP type [CONCURRENTLY] [IF EXISTS] objects [CASCADE | RESTRICT].
func (f *finder) drop(s *statement) Action {
	sort := s.objectType(1)
	i := sort.to
	if s.at(i).Keyword == lex.KwConcurrently {
		i++
	}
	i = s.ifExists(i)
	action := Action{Kind: Drop, Span: s.span(run{0, len(s.tokens)}), Type: s.lower(sort)}
	if action.Type == "table" {
		tables := s.relations(i)
		action.Object = s.of(run{i, endOf(tables, i)})
		action.Count = f.rows(s, tables)
		return action
	}
	end := len(s.tokens)
	if last := s.at(end - 1); i+1 < end && s.at(end-2).Kind != lex.Comma && (last.Keyword == lex.KwCascade || last.Keyword == lex.KwRestrict) {
		end--
	}
	if action.Type == "database" { // [WITH] (FORCE)
		end = min(s.name(i).to, end)
	}
	action.Object = s.of(run{i, end})
	return action
}

// objectTypes holds the types of DROP and ALTER that are more than one word.
var objectTypes = [][]lex.Keyword{
	{lex.KwAccess, lex.KwMethod},
	{lex.KwDefault, lex.KwPrivileges},
	{lex.KwEvent, lex.KwTrigger},
	{lex.KwForeign, lex.KwData, lex.KwWrapper},
	{lex.KwForeign, lex.KwTable},
	{lex.KwLarge, lex.KwObject},
	{lex.KwMaterialized, lex.KwView},
	{lex.KwOperator, lex.KwClass},
	{lex.KwOperator, lex.KwFamily},
	{lex.KwOwned, lex.KwBy},
	{lex.KwProcedural, lex.KwLanguage},
	{lex.KwText, lex.KwSearch, lex.KwConfiguration},
	{lex.KwText, lex.KwSearch, lex.KwDictionary},
	{lex.KwText, lex.KwSearch, lex.KwParser},
	{lex.KwText, lex.KwSearch, lex.KwTemplate},
	{lex.KwUser, lex.KwMapping},
}

// objectType reads what sort of object DROP or ALTER is about.
func (s *statement) objectType(i int) run {
	for _, words := range objectTypes {
		if s.keywords(i, words...) {
			return run{i, i + len(words)}
		}
	}
	return run{i, min(i+1, len(s.tokens))}
}

func (s *statement) ifExists(i int) int {
	if s.keywords(i, lex.KwIf, lex.KwExists) {
		return i + 2
	}
	return i
}

// lower gives words in lower case with one blank between them.
func (s *statement) lower(words run) string {
	var lower []string
	for i := words.from; i < words.to; i++ {
		lower = append(lower, strings.ToLower(s.tokens[i].Text(s.src)))
	}
	return strings.Join(lower, " ")
}

// alter reads ALTER type [IF EXISTS] object action [, action …] for the actions
// that are a DROP. What is a property of a column or a domain is no such action.
func (s *statement) alter() []Action {
	sort := s.objectType(1)
	object := s.relation(s.ifExists(sort.to))
	i := object.all.to
	if s.at(i).Kind == lex.LParen { // the arguments of a function
		i = s.after(i)
	}
	if s.at(i).Keyword == lex.KwUsing { // OPERATOR FAMILY … USING method
		i += 2
	}
	switch s.at(sort.from).Keyword {
	case lex.KwTable, lex.KwForeign, lex.KwMaterialized, lex.KwView, lex.KwIndex, lex.KwSequence, lex.KwType:
	default: // no list of actions
		return s.alterDrop(object, sort, run{i, len(s.tokens)})
	}
	var actions []Action
	from := i
	for i := range s.level(run{i, len(s.tokens)}) {
		if s.tokens[i].Kind == lex.Comma {
			actions = append(actions, s.alterDrop(object, sort, run{from, i})...)
			from = i + 1
		}
	}
	return append(actions, s.alterDrop(object, sort, run{from, len(s.tokens)})...)
}

// alterDrop reads one action of an ALTER.
func (s *statement) alterDrop(object relation, sort, action run) []Action {
	if s.at(action.from).Keyword != lex.KwDrop || action.empty() {
		return nil
	}
	part := s.objectType(action.from + 1)
	dropped := s.lower(part)
	switch s.at(part.from).Keyword {
	case lex.KwDefault, lex.KwNot:
		return nil
	case lex.KwConstraint, lex.KwAttribute:
	default:
		if s.listsColumns(sort) {
			dropped = "column"
		}
	}
	return []Action{{Kind: AlterDrop, Span: s.span(action), Object: s.of(object.name), Type: dropped}}
}

// listsColumns reports whether an ALTER of this type drops columns, whose word
// may be left out.
func (s *statement) listsColumns(sort run) bool {
	switch s.at(sort.to - 1).Keyword {
	case lex.KwTable, lex.KwView, lex.KwIndex, lex.KwSequence:
		return true
	}
	return false
}

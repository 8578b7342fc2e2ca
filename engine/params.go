package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// bindable is a statement whose placeholders are $1, $2, … as the server takes
// them.
type bindable struct {
	sql   string
	names []string // of $1, $2, … as they were written
	edits []edit
}

// edit is a piece of text that was replaced: source[from:from+was] became
// sql[to:to+is]. In bytes.
type edit struct{ from, was, to, is int }

// bind numbers the placeholders of a statement. A name that occurs twice is one
// parameter, as is a $n; each ? is one of its own. What PREPARE and CREATE say
// is theirs.
func bind(source string, styles lex.Placeholders) bindable {
	b := bindable{sql: source}
	var tokens []lex.Token
	highest := 0
	lexer := lex.NewLexer(source, 0, lex.Options{Placeholders: styles})
	for token := lexer.NextSignificant(); token.Kind != lex.EOF; token = lexer.NextSignificant() {
		switch {
		case len(tokens) == 0 && (token.Keyword == lex.KwPrepare || token.Keyword == lex.KwCreate):
			return b
		case token.Kind == lex.Param && token.Flags == 0:
			if n, err := strconv.Atoi(token.Text(source)[1:]); err == nil && n <= maxParameters {
				highest = max(highest, n)
			}
		}
		tokens = append(tokens, token)
	}
	for n := range highest {
		b.names = append(b.names, "$"+strconv.Itoa(n+1))
	}
	var sql strings.Builder
	copied := 0
	questions := 0
	for _, token := range tokens {
		if token.Kind != lex.Placeholder {
			continue
		}
		name := token.Text(source)
		if name == "?" {
			questions++
			name += strconv.Itoa(questions)
		}
		i := slices.Index(b.names, name)
		if i < 0 {
			i = len(b.names)
			b.names = append(b.names, name)
		}
		sql.WriteString(source[copied:token.Start])
		number := "$" + strconv.Itoa(i+1)
		if copied = token.End; token.End < len(source) && isDigit(source[token.End]) {
			number += " " // :a1 is one name, but ?1 is two things
		}
		b.edits = append(b.edits, edit{from: token.Start, was: token.Len(), to: sql.Len(), is: len(number)})
		sql.WriteString(number)
	}
	sql.WriteString(source[copied:])
	b.sql = sql.String()
	return b
}

// maxParameters is how many the protocol can bind.
const maxParameters = 65535

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// origin gives the offset in the source of an offset in sql.
func (b bindable) origin(offset int) int {
	shift := 0
	for _, e := range b.edits {
		if offset < e.to {
			break
		}
		if offset < e.to+e.is {
			return e.from
		}
		shift = e.from + e.was - e.to - e.is
	}
	return offset + shift
}

// prepare has the server read a statement, which runs nothing.
func (s *Session) prepare(h *QueryHandle, sql string) (*pgconn.StatementDescription, error) {
	unwanted, cancel := s.limited(h)
	defer cancel()
	stop := s.watch(unwanted, s.conn)
	described, err := s.conn.Prepare(context.Background(), "", sql, nil)
	asked := stop()
	if asked && !s.conn.IsClosed() {
		s.settle(s.conn)
	}
	if err != nil {
		return nil, s.explain(err, asked)
	}
	return described, nil
}

// parameters asks the server for the types of parameters with these names.
func (s *Session) parameters(h *QueryHandle, sql string, named []tusk.Parameter) ([]tusk.Parameter, error) {
	described, err := s.prepare(h, sql)
	if err != nil {
		return nil, err
	}
	fields := make([]pgconn.FieldDescription, len(described.ParamOIDs))
	for i, oid := range described.ParamOIDs {
		fields[i] = pgconn.FieldDescription{DataTypeOID: oid, TypeModifier: -1}
	}
	s.learn(fields)
	parameters := make([]tusk.Parameter, len(fields))
	for i, f := range fields {
		parameters[i] = tusk.Parameter{Name: "$" + strconv.Itoa(i+1), TypeOID: f.DataTypeOID, TypeName: s.types.of(f)}
		if i < len(named) {
			parameters[i].Name = named[i].Name
		}
	}
	return parameters, nil
}

// fillIn gives a statement's parameters their values: the script's, else the
// ones that the user is asked for, who is shown those of the last time.
func (s *State) fillIn(script Script, i int, h *QueryHandle, parameters []tusk.Parameter) error {
	if filled := valuesOf(script.Values, parameters); filled {
		return nil
	}
	ctx, cancel := context.WithCancel(h.unwanted)
	defer cancel()
	key := StatementKey(h.SQL)
	last, err := s.config.Store.LastParameters(ctx, key)
	if err != nil {
		s.config.Log.Warn("the last values of a statement's parameters are unknown", "err", err)
	}
	valuesOf(last, parameters)
	if script.Ask == nil {
		return &tusk.Error{
			Category: tusk.Query,
			Message:  fmt.Sprintf("the parameters %s have no values", namesOf(parameters)),
			Hint:     "Write the values in their place.",
		}
	}
	given, err := script.Ask(ctx, i, slices.Clone(parameters))
	switch {
	case h.Cancelled() || err == nil && given == nil:
		return tusk.NewError(tusk.Cancelled, err, "the query was cancelled before it ran")
	case err != nil:
		return err
	case len(given) != len(parameters):
		return &tusk.Error{
			Category: tusk.Query,
			Message:  fmt.Sprintf("the statement takes %d values, and %d were given", len(parameters), len(given)),
			Hint:     "Give one for each of " + namesOf(parameters) + ".",
		}
	}
	keep := map[string]tusk.Value{}
	for i, value := range given {
		parameters[i].Value = value
		if !secret.MatchString(parameters[i].Name) {
			keep[parameters[i].Name] = value
		}
	}
	if len(keep) == 0 {
		return nil
	}
	if err := s.config.Store.KeepParameters(ctx, key, keep); err != nil {
		s.config.Log.Warn("the values of a statement's parameters are not kept", "err", err)
	}
	return nil
}

// valuesOf puts values to the parameters of that name, and reports whether all
// have one.
func valuesOf(values map[string]tusk.Value, parameters []tusk.Parameter) bool {
	all := true
	for i, p := range parameters {
		value, ok := values[p.Name]
		if ok {
			parameters[i].Value = value
		}
		all = all && ok
	}
	return all
}

func namesOf(parameters []tusk.Parameter) string {
	var names []string
	for _, p := range parameters {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// secret finds parameters whose values are not for keeping.
var secret = regexp.MustCompile(`(?i)pass|secret|token|credential|api_?key`)

// StatementKey is the same for all texts of a statement that differ in nothing
// but white space, comments and the case of words.
func StatementKey(sql string) string {
	hash := sha256.New()
	lexer := lex.NewLexer(sql, 0, lex.Options{})
	for token := lexer.NextSignificant(); token.Kind != lex.EOF; token = lexer.NextSignificant() {
		text := token.Text(sql)
		if token.Kind == lex.Ident {
			text = strings.ToLower(text)
		}
		hash.Write([]byte(text))
		hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// wireValues are the values as Bind takes them.
func wireValues(parameters []tusk.Parameter) [][]byte {
	var values [][]byte
	for _, p := range parameters {
		if p.Value == nil {
			values = append(values, nil)
		} else {
			values = append(values, []byte(*p.Value))
		}
	}
	return values
}

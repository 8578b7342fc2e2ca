package lsp

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"strings"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

// AskParameters is the request tusk/askParameters to clients that announce
// experimental.tusk.askParameters: the values of a statement's parameters, with
// those of the last time to begin with.
type AskParameters struct {
	URI        string            `json:"uri"`
	Range      protocol316.Range `json:"range"` // of the statement
	SQL        string            `json:"sql"`
	Parameters []tusk.Parameter  `json:"parameters"`
}

// ParameterValues answers tusk/askParameters, in the order of the parameters;
// null is NULL. Null in place of all is a dismissed question.
type ParameterValues struct {
	Values []tusk.Value `json:"values"`
}

// ask gets the values of a statement's parameters from the user.
func (r *run) ask(ctx context.Context, i int, parameters []tusk.Parameter) ([]tusk.Value, error) {
	s := r.session
	if !r.now.client.asksParameters {
		return r.askByFile(i, parameters)
	}
	outcome := r.outcome(i, [16]byte{}, nil)
	var answer *ParameterValues
	question := AskParameters{URI: outcome.URI, Range: outcome.Range, SQL: r.todo.statements[i].Text(), Parameters: parameters}
	if err := s.conn.Call(ctx, "tusk/askParameters", question, &answer); err != nil {
		return nil, s.unanswered(ctx, err)
	}
	if answer == nil {
		return nil, nil
	}
	return answer.Values, nil
}

// askByFile takes the values from a file that the user fills in, for clients
// that ask nothing. Without one, or with one that lacks a value, the file is
// made and shown, and the statement does not run.
func (r *run) askByFile(i int, parameters []tusk.Parameter) ([]tusk.Value, error) {
	s := r.session
	name := "values:" + engine.StatementKey(r.todo.statements[i].Text())
	content, err := s.results.read(name)
	if err != nil {
		return nil, resultFileError(err)
	}
	known := readValues(content)
	values := make([]tusk.Value, len(parameters))
	complete := true
	for i, p := range parameters {
		value, ok := known[p.Name]
		complete = complete && ok
		values[i] = value
		if ok {
			parameters[i].Value = value
		}
	}
	if complete {
		return values, nil
	}
	path, err := s.results.write(name, writeValues(r.todo.statements[i], parameters, known))
	if err != nil {
		return nil, err
	}
	s.open(path, r.now.client)
	return nil, &tusk.Error{
		Category: tusk.Query,
		Message:  "the statement has parameters without values",
		Hint:     "Write them into " + path + ", save it, and run the statement again.",
	}
}

// writeValues makes the file in which the user writes values: what is known is
// there, the rest waits behind a #.
func writeValues(st sql.Statement, parameters []tusk.Parameter, known map[string]tusk.Value) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Values for the statement below. Write one behind each =, and save.\n")
	fmt.Fprintf(&out, "# NULL is no value; quotes keep what they hold as it is: 'NULL', ' a '.\n\n")
	for _, p := range parameters {
		mark := ""
		if _, ok := known[p.Name]; !ok && p.Value == nil {
			mark = "# "
		}
		value := ""
		if p.Value != nil || mark == "" {
			value = fileValue(p.Value)
		}
		fmt.Fprintf(&out, "# %s\n%s%s = %s\n", p.TypeName, mark, p.Name, value)
	}
	fmt.Fprintf(&out, "\n")
	for line := range strings.Lines(st.Text()) {
		fmt.Fprintf(&out, "# %s\n", strings.TrimRight(line, "\r\n"))
	}
	return out.Bytes()
}

// fileValue writes a value so that readValues reads it.
func fileValue(v tusk.Value) string {
	switch {
	case v == nil:
		return "NULL"
	case *v == "" || strings.EqualFold(*v, "null") || strings.TrimSpace(*v) != *v || strings.ContainsAny(*v, "'\n\r"):
		return literal(v)
	default:
		return *v
	}
}

// readValues reads the file of writeValues.
func readValues(content []byte) map[string]tusk.Value {
	values := map[string]tusk.Value{}
	scanner := bufio.NewScanner(bytes.NewReader(content))
	scanner.Buffer(nil, len(content)+1)
	for scanner.Scan() {
		name, value, ok := strings.Cut(scanner.Text(), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || strings.HasPrefix(name, "#"):
		case strings.EqualFold(value, "null"):
			values[name] = nil
		case len(value) >= 2 && value[0] == '\'' && value[len(value)-1] == '\'':
			text := strings.ReplaceAll(value[1:len(value)-1], "''", "'")
			values[name] = &text
		default:
			values[name] = &value
		}
	}
	return values
}

// confirm asks the user whether a statement that destroys data may run.
func (r *run) confirm(ctx context.Context, _ int, d engine.Danger) (bool, error) {
	return r.session.confirm(ctx, "Run it", d.Question())
}

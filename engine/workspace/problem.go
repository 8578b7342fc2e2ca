package workspace

import (
	"fmt"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Problem is what is wrong at one place of a file. It repeats no value of the
// file that could be a secret.
type Problem struct {
	Path    string
	Line    int // 1-based
	Column  int // 1-based, in bytes
	Message string
	Hint    string
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.Path, p.Line, p.Column, p.Message)
}

// Problems are all that is wrong with a file, in the order of its lines. Find
// them in the error of Read with errors.AsType.
type Problems []*Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// err gives the problems of the file at path as one error, nil where there are
// none. A file with a problem is not used at all: the rest of it may depend on
// the part that was meant to forbid something.
func (p Problems) err(path string) error {
	switch len(p) {
	case 0:
		return nil
	case 1:
		return tusk.NewError(tusk.Connection, p, "%s", p[0].Error()).WithHint(p[0].Hint)
	}
	return tusk.NewError(tusk.Connection, p, "%s has %d problems", path, len(p)).WithHint(p[0].Hint)
}

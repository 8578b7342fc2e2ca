package workspace

import (
	"regexp"
	"slices"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// modelineReach is how many lines at either end of a text may be modelines.
const modelineReach = 10

// Modeline reads what an SQL file says about itself in a comment of its own
// line, among its first or last ten lines:
//
//	-- tusk: connection=shop-dev read_only=true
//	/* tusk: connection="shop dev" */
//
// A connection is named, never described. Several modelines add up. The span,
// in bytes of src, is the first modeline's body; where the error is not nil, it
// is what the error is about, and the choice names no connection but is read-only
// where the modeline got that across. Errors are *tusk.Errors of category Connection and
// repeat nothing of the text. It answers false where there is no modeline.
func Modeline(src string) (choice Choice, span text.Span, found bool, err error) {
	for _, line := range ends(src) {
		body, ok := modelineBody(src, line)
		if !ok {
			continue
		}
		if !found {
			found, span = true, body
		}
		for _, at := range setting.FindAllStringSubmatchIndex(src[body.Start:body.End], -1) {
			word := text.Span{Start: at[0], End: at[1]}.Shift(body.Start)
			e := choice.set(src[word.Start:word.End])
			if e != nil && err == nil {
				span, err = word, e
			}
		}
	}
	if err != nil {
		choice.Connection = "" // what was misspelt may have been a restriction
	}
	if choice != (Choice{}) {
		choice.Why = "the modeline"
	}
	return choice, span, found, err
}

// ends are the first and the last lines of a text, without their line ends.
func ends(src string) []text.Span {
	var head, tail []text.Span
	from := 0
	for range modelineReach {
		n := strings.IndexByte(src[from:], '\n')
		if n < 0 {
			return append(head, text.Span{Start: from, End: len(src)})
		}
		head = append(head, text.Span{Start: from, End: from + n})
		from += n + 1
	}
	for end := len(strings.TrimSuffix(src, "\n")); len(tail) < modelineReach && end >= from; {
		start := from + strings.LastIndexByte(src[from:end], '\n') + 1
		tail = append(tail, text.Span{Start: start, End: end})
		end = start - 1
	}
	slices.Reverse(tail)
	return append(head, tail...)
}

var (
	modelineStart = regexp.MustCompile(`^\s*(?:--|/\*)\s*tusk:\s*`)
	setting       = regexp.MustCompile(`(?:"[^"]*"|'[^']*'|[^\s"'])+|["']\S*`)
)

func modelineBody(src string, line text.Span) (text.Span, bool) {
	written := src[line.Start:line.End]
	start := modelineStart.FindString(written)
	if start == "" {
		return text.Span{}, false
	}
	body := written[len(start):]
	if !strings.Contains(start, "--") {
		body, _, _ = strings.Cut(body, "*/")
	}
	body = strings.TrimSpace(body)
	return text.Span{Start: line.Start + len(start), End: line.Start + len(start) + len(body)}, true
}

// set takes one key=value.
func (c *Choice) set(written string) error {
	key, value, _ := strings.Cut(written, "=")
	if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	}
	switch {
	case strings.Contains(written, "://"):
		return modelineError("a modeline names a connection and cannot describe one",
			"Save it with `tusk-lsp connection add` and write connection=NAME. If there is a password in the text, change it: others may have read it.")
	case key == "connection" && value == "":
		return modelineError("the modeline names no connection", "Write connection=NAME.")
	case key == "connection" && c.Connection != "" && c.Connection != value:
		return modelineError("a modeline before this one names another connection", "Keep one of them.")
	case key == "connection":
		c.Connection = value
	case key == "read_only" && value == "true":
		c.ReadOnly = true
	case key == "read_only":
		return modelineError("a modeline can make a document read-only, not writable", "Write read_only=true, or leave it out.")
	default:
		return modelineError("a modeline says connection=NAME and read_only=true, nothing else", "")
	}
	return nil
}

func modelineError(message, hint string) error {
	if hint == "" {
		hint = "Correct the comment, or begin it with another word than tusk:."
	}
	return tusk.NewError(tusk.Connection, nil, "%s", message).WithHint(hint)
}

package workspace

import (
	"regexp"
	"slices"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// maxDotEnv bounds a file, in bytes, and what all its variables hold together:
// variables that double each other would fill the memory.
const maxDotEnv = 1 << 20

// connectionVariables are the ones that are answered. PGSERVICE, PGSERVICEFILE,
// PGPASSFILE and PGSYSCONFDIR are not: they would let the workspace pair a host
// of its own with the passwords in the user's files.
var connectionVariables = []string{
	"DATABASE_URL", "POSTGRES_URL",
	"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD",
	"PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGAPPNAME", "PGCONNECT_TIMEOUT",
}

// DotEnv reads the text of a .env file and answers the variables in it that say
// how to connect: DATABASE_URL, POSTGRES_URL and libpq's, except those that lead
// to other files (PGSERVICE, PGPASSFILE and their like). The values may hold
// passwords.
//
// The dialect is the one that dotenv libraries share: NAME=value with export
// before it or not; # begins a comment on its own line and after a space; 'text'
// is taken as it is; "text" knows \n, \r, \t, \", \\ and \$; both may span
// lines. $NAME, ${NAME}, ${NAME:-default} and ${NAME-default} stand for variables
// that the same file has above, never for the environment's; others stay as they
// are written, and so does $(command): nothing is ever run.
//
// A mistake in a variable that is answered is a *tusk.Error of category
// Connection, which names the line and no value. Other lines that cannot be read
// are passed over: they are not ours to judge.
func DotEnv(src string) (map[string]string, error) {
	if len(src) > maxDotEnv {
		return nil, dotEnvError("it is larger than 1 MiB", 0)
	}
	env := dotEnv{rest: strings.TrimPrefix(src, "\ufeff"), values: map[string]string{}, room: maxDotEnv}
	answered := map[string]string{}
	for env.rest != "" {
		at := env.rest
		name := env.name()
		wanted := slices.Contains(connectionVariables, name)
		value, problem := "", ""
		if name != "" {
			value, problem = env.value()
		}
		switch {
		case problem != "" && wanted:
			return nil, dotEnvError(problem, 1+strings.Count(src[:len(src)-len(at)], "\n"))
		case problem != "":
			env.rest = at
			env.line()
		case name == "":
			env.line()
		default:
			env.values[name] = value
			if wanted {
				answered[name] = value
			}
		}
	}
	return answered, nil
}

func dotEnvError(problem string, line int) error {
	if line == 0 {
		return tusk.NewError(tusk.Connection, nil, "the .env file is not used: %s", problem).WithHint("Set DATABASE_URL in the environment instead.")
	}
	return tusk.NewError(tusk.Connection, nil, "the .env file is not used: in line %d, %s", line, problem).WithHint("Correct the line.")
}

// dotEnv is a file being read.
type dotEnv struct {
	rest   string            // what is not read yet
	values map[string]string // all variables so far
	room   int               // bytes that further values may have
}

var (
	assignment = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*`)
	reference  = regexp.MustCompile(`^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?-)([^}$\n]*))?\})`)
	lineRest   = regexp.MustCompile(`^[ \t\r]*(?:#[^\n]*)?(?:\n|$)`)
	comment    = regexp.MustCompile(`(?:^|[ \t])#.*`)
)

// line reads the rest of the line.
func (d *dotEnv) line() (line string) {
	line, d.rest, _ = strings.Cut(d.rest, "\n")
	return strings.TrimSuffix(line, "\r")
}

// name reads the beginning of an assignment, "" where there is none.
func (d *dotEnv) name() string {
	match := assignment.FindStringSubmatch(d.rest)
	if match == nil {
		return ""
	}
	d.rest = d.rest[len(match[0]):]
	return match[1]
}

// value reads the value of an assignment and its line to the end, or says what
// is wrong with it.
func (d *dotEnv) value() (value, problem string) {
	if d.rest == "" || d.rest[0] != '\'' && d.rest[0] != '"' {
		return d.expand(strings.TrimSpace(comment.ReplaceAllString(d.line(), "")), false)
	}
	quote := d.rest[0]
	end := 1
	for end < len(d.rest) && d.rest[end] != quote {
		if quote == '"' && d.rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(d.rest) {
		return "", "the quote is not closed"
	}
	quoted := d.rest[1:end]
	after := lineRest.FindString(d.rest[end+1:])
	if after == "" && end+1 < len(d.rest) {
		return "", "there is text after the closing quote"
	}
	d.rest = d.rest[end+1+len(after):]
	if quote == '"' {
		return d.expand(quoted, true)
	}
	return quoted, d.take(len(quoted))
}

// expand replaces references and, between double quotes, escapes.
func (d *dotEnv) expand(written string, escapes bool) (value, problem string) {
	var b strings.Builder
	for i := 0; i < len(written); {
		if written[i] == '\\' && i+1 < len(written) {
			if n := strings.IndexByte(`nrt"\$`, written[i+1]); n >= 0 && (escapes || written[i+1] == '$') {
				b.WriteByte("\n\r\t\"\\$"[n])
				i += 2
				continue
			}
		}
		part, length := written[i:i+1], 1
		if written[i] == '$' {
			part, length = d.reference(written[i:])
		}
		if problem := d.take(len(part)); problem != "" {
			return "", problem
		}
		b.WriteString(part)
		i += length
	}
	return b.String(), ""
}

// reference reads what a text begins with, and answers what it stands for and
// how long it was: itself, where the file has no such variable above.
func (d *dotEnv) reference(written string) (value string, length int) {
	match := reference.FindStringSubmatch(written)
	if match == nil {
		return written[:1], 1
	}
	value, known := d.values[match[1]+match[2]]
	switch operator := match[3]; {
	case operator == ":-" && value == "", operator == "-" && !known:
		value = match[4]
	case !known:
		value = match[0]
	}
	return value, len(match[0])
}

// take accounts for bytes of a value.
func (d *dotEnv) take(n int) (problem string) {
	if d.room -= n; d.room < 0 {
		return "the variables hold more than 1 MiB together"
	}
	return ""
}

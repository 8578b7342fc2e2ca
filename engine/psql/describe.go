package psql

import "strings"

// Describe lists or describes what is in the database: \d and its family, \l,
// \z, \lo_list.
type Describe struct {
	// Name is the command without its modifiers: "d", "dtv", "df". \l and \list
	// are "l", \z is "dp", \lo_list is "dl".
	Name string

	// Patterns are the arguments, with their double quotes: for most commands at
	// most one, for "df" and "do" the types of the arguments behind it.
	Patterns []string

	System   bool // S: what belongs to the system too
	Verbose  bool // +
	Expanded bool // x: in the expanded format
}

func (Describe) action() {}

// patterns says how many arguments each command of the family takes.
var patterns = map[string]int{
	"d": 1, "dA": 1, "dAc": 2, "dAf": 2, "dAo": 2, "dAp": 2, "da": 1, "db": 1, "dc": 1, "dconfig": 1, "dC": 1,
	"dd": 1, "ddp": 1, "dD": 1, "des": 1, "det": 1, "deu": 1, "dew": 1, "df": maxTypes, "dF": 1, "dFd": 1, "dFp": 1,
	"dFt": 1, "dg": 1, "dl": 1, "dL": 1, "dn": 1, "do": maxTypes, "dO": 1, "dp": 1, "dP": 1, "drds": 2, "drg": 1,
	"dRp": 1, "dRs": 1, "dT": 1, "du": 1, "dx": 1, "dX": 1, "dy": 1, "l": 1,
}

// maxTypes is one pattern with as many types as a function can have
// (FUNC_MAX_ARGS).
const maxTypes = 1 + 100

// kinds are letters that may follow a command in any order, each naming a kind
// of object.
var kinds = map[string]string{"d": "tvmisE", "df": "anptw", "dP": "tin"}

// describeOf reads the name of a command of the family. The x is a modifier only
// behind another letter: \dx is a command.
func describeOf(name string) (d Describe, most int, ok bool) {
	base := name
	switch {
	case strings.HasPrefix(name, "list"):
		base = "l" + name[len("list"):]
	case strings.HasPrefix(name, "lo_list"):
		base = "dl" + name[len("lo_list"):]
	case strings.HasPrefix(name, "z"):
		base = "dp" + name[1:]
	case !strings.HasPrefix(name, "d") && !strings.HasPrefix(name, "l"):
		return Describe{}, 0, false
	}
	first := 2 // offset of the first modifier
	if base[0] == 'l' || len(base) > 1 && strings.IndexByte("S+", base[1]) >= 0 {
		first = 1
	}
	first = min(first, len(base))
	d = Describe{
		Name:     base[:first],
		System:   strings.Contains(base[first:], "S"),
		Verbose:  strings.Contains(base[first:], "+"),
		Expanded: strings.Contains(base[first:], "x"),
	}
	d.Name += strings.NewReplacer("S", "", "+", "", "x", "").Replace(base[first:])
	if most, ok = patterns[d.Name]; ok {
		return d, most, true
	}
	for prefix, letters := range kinds {
		if rest, found := strings.CutPrefix(d.Name, prefix); found && strings.Trim(rest, letters) == "" {
			return d, max(1, patterns[prefix]), true
		}
	}
	return Describe{}, 0, false
}

func readDescribe(r *reader) (Action, error) {
	d, most, _ := describeOf(r.name)
	for len(d.Patterns) < most {
		pattern, err := r.optional(true)
		if err != nil {
			return nil, err
		}
		if pattern == nil {
			break
		}
		d.Patterns = append(d.Patterns, *pattern)
	}
	return d, nil
}

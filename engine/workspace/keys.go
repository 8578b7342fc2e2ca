package workspace

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// position is where a key stands: both are 1-based, the column in bytes.
type position struct{ line, column int }

// keys are the positions of a document's tables and keys, by the trail of
// names that leads to them. Tables in an array count from 0: paths, 0, glob.
type keys struct {
	parser   unstable.Parser
	at       map[string]position
	elements map[string]int // how many tables an array has
	secrets  []string       // trails of keys whose values look like secrets
}

// readKeys walks a document that a decoder may yet refuse: the positions serve
// to say where a value is bad, which go-toml tells of its own errors only.
func readKeys(document []byte) *keys {
	k := &keys{at: map[string]position{}, elements: map[string]int{}}
	k.parser.Reset(document)
	table := ""
	for k.parser.NextExpression() {
		switch e := k.parser.Expression(); e.Kind {
		case unstable.Table:
			table = k.enter("", e.Key())
		case unstable.ArrayTable:
			array := k.enter("", e.Key())
			table = k.element(array)
			k.at[table] = k.at[array]
		case unstable.KeyValue:
			k.value(table, e)
		}
	}
	return k
}

// value records a key and what its value holds.
func (k *keys) value(table string, e *unstable.Node) {
	key := k.enter(table, e.Key())
	switch v := e.Value(); v.Kind {
	case unstable.InlineTable:
		k.inline(key, v)
	case unstable.Array:
		for elements := v.Children(); elements.Next(); {
			if element := elements.Node(); element.Kind == unstable.InlineTable {
				table := k.element(key)
				k.at[table] = k.at[key]
				k.inline(table, element)
			}
		}
		k.suspect(key)
	default:
		k.suspect(key)
	}
}

func (k *keys) inline(table string, v *unstable.Node) {
	for children := v.Children(); children.Next(); {
		k.value(table, children.Node())
	}
}

// enter follows a dotted key from a table, and records its last part.
func (k *keys) enter(table string, parts unstable.Iterator) string {
	for parts.Next() {
		table = below(table, string(parts.Node().Data))
		start := k.parser.Shape(parts.Node().Raw).Start
		k.at[table] = position{start.Line, start.Column}
	}
	return table
}

// element is the trail of an array's next table.
func (k *keys) element(array string) string {
	n := k.elements[array]
	k.elements[array]++
	return below(array, fmt.Sprint(n))
}

// suspect remembers a key that is named like a secret.
func (k *keys) suspect(key string) {
	name := key[strings.LastIndex(key, separator)+1:]
	for _, part := range []string{"pass", "pwd", "secret", "token", "credential"} {
		if strings.Contains(name, part) {
			k.secrets = append(k.secrets, key)
			return
		}
	}
}

// of is the position of a key, or of the nearest table above it that the document
// has; the first line where it has none.
func (k *keys) of(names ...string) position {
	for n := len(names); n > 0; n-- {
		if at, ok := k.at[trail(names...)]; ok {
			return at
		}
		names = names[:n-1]
	}
	return position{1, 1}
}

// separator joins the names of a trail; no TOML key can hold it unescaped.
const separator = "\x00"

func trail(names ...string) string {
	trail := ""
	for _, name := range names {
		trail = below(trail, name)
	}
	return trail
}

// below writes names as go-toml compares them: in either case.
func below(table, name string) string {
	name = strings.ToLower(name)
	if table == "" {
		return name
	}
	return table + separator + name
}

package workspace

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// The bounds of what is read of a document: far beyond what one has, so that a
// hostile one is no work. go-toml counts lines from the top for each key that it
// does not know.
const (
	maxKeys  = 1024
	maxDepth = 8 // names on the way to a key
)

// position is where a key stands: both are 1-based, the column in bytes.
type position struct{ line, column int }

// key is a key or a table of a document and what lies below. Names are in lower
// case, since go-toml takes either; tables of an array count from 0.
type key struct {
	at    int // its offset
	depth int
	below map[string]*key
}

// keys are those of a whole document.
type keys struct {
	document []byte
	top      key
	count    int   // when it is above maxKeys, reading has ended there
	secrets  []int // offsets of keys that are named like secrets
}

// readKeys walks a document that a decoder may yet refuse: the positions serve
// to say where a value is bad, which go-toml tells of its own errors only.
func readKeys(document []byte) *keys {
	k := &keys{document: document}
	var parser unstable.Parser
	parser.Reset(document)
	table := &k.top
	for k.count <= maxKeys && parser.NextExpression() {
		switch e := parser.Expression(); e.Kind {
		case unstable.Table:
			table = k.enter(&k.top, e.Key())
		case unstable.ArrayTable:
			table = k.enter(&k.top, e.Key()).element()
		case unstable.KeyValue:
			k.value(table, e)
		}
	}
	return k
}

// value records a key and what its value holds.
func (k *keys) value(table *key, e *unstable.Node) {
	entered := k.enter(table, e.Key())
	switch v := e.Value(); v.Kind {
	case unstable.InlineTable:
		k.inline(entered, v)
	case unstable.Array:
		for elements := v.Children(); elements.Next(); {
			if element := elements.Node(); element.Kind == unstable.InlineTable {
				k.inline(entered.element(), element)
			}
		}
		k.suspect(e)
	default:
		k.suspect(e)
	}
}

func (k *keys) inline(table *key, v *unstable.Node) {
	for children := v.Children(); children.Next(); {
		k.value(table, children.Node())
	}
}

// enter follows a dotted key from a table.
func (k *keys) enter(table *key, parts unstable.Iterator) *key {
	for parts.Next() {
		k.count++
		if table.depth == maxDepth {
			continue // no key of ours
		}
		table = table.enter(strings.ToLower(string(parts.Node().Data)), int(parts.Node().Raw.Offset))
	}
	return table
}

// suspect remembers a key that is named like a secret.
func (k *keys) suspect(e *unstable.Node) {
	for parts := e.Key(); parts.Next(); {
		if n := parts.Node(); parts.IsLast() && namesSecret(string(n.Data)) {
			k.secrets = append(k.secrets, int(n.Raw.Offset))
		}
	}
}

func namesSecret(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"pass", "pwd", "secret", "token", "credential"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// enter is the key of a name below, which stands at an offset.
func (k *key) enter(name string, at int) *key {
	next := k.below[name]
	if next == nil {
		next = &key{depth: k.depth + 1}
		if k.below == nil {
			k.below = map[string]*key{}
		}
		k.below[name] = next
	}
	next.at = at
	return next
}

// element is the next table of an array.
func (k *key) element() *key { return k.enter(strconv.Itoa(len(k.below)), k.at) }

// of is the position of a key, or of the nearest table above it that the
// document has.
func (k *keys) of(names ...string) position {
	found := &k.top
	for _, name := range names {
		next := found.below[strings.ToLower(name)]
		if next == nil {
			break
		}
		found = next
	}
	return k.position(found.at)
}

func (k *keys) position(offset int) position {
	before := k.document[:offset]
	return position{1 + bytes.Count(before, []byte("\n")), offset - bytes.LastIndexByte(before, '\n')}
}

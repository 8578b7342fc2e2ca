package schema

import "sync"

// columnIndex has the names of the columns of relations, each once, however many
// relations have such a column.
type columnIndex struct {
	chunks []*chunk[*Relation] // what it was made of
	names  []columnName
	marks  marks
}

type columnName struct {
	name, folded string
	at           []columnAt // in the order of the relations
}

type columnAt struct {
	chunk            uint32
	relation, column uint16
}

func newColumnIndex(chunks []*chunk[*Relation]) *columnIndex {
	x := &columnIndex{chunks: chunks}
	known := map[string]int{}
	for in, c := range chunks {
		for i, e := range c.entries {
			for j := range e.value.Columns {
				name := e.value.Columns[j].Name
				n, ok := known[name]
				if !ok {
					n = len(x.names)
					known[name] = n
					folded := fold(name)
					x.names = append(x.names, columnName{name: name, folded: folded})
					x.marks.add(name, folded)
				}
				x.names[n].at = append(x.names[n].at, columnAt{uint32(in), uint16(i), uint16(j)})
			}
		}
	}
	return x
}

// columnMemory is the index of columns that catalogs share which come from each
// other. It is made when it is first asked for, and serves until much is another:
// chunks that are new have small ones of their own. It is safe for concurrent use.
type columnMemory struct {
	mu     sync.Mutex
	shared *columnIndex // guarded by mu
}

// indexed is an index of some chunks of a set.
type indexed struct {
	*columnIndex
	place []int // of each of its chunks in the set; -1: it is not there
}

// of gives indexes that have each of the chunks of a set once.
func (m *columnMemory) of(chunks []*chunk[*Relation]) []indexed {
	m.mu.Lock()
	defer m.mu.Unlock()
	place := make(map[*chunk[*Relation]]int, len(chunks))
	for i, c := range chunks {
		place[c] = i
	}
	var all []indexed
	if m.shared != nil {
		shared := indexed{m.shared, make([]int, len(m.shared.chunks))}
		for i, c := range m.shared.chunks {
			if at, ok := place[c]; ok {
				shared.place[i] = at
				delete(place, c)
			} else {
				shared.place[i] = -1
			}
		}
		all = append(all, shared)
	}
	const others = 8 // a new index pays when more than one chunk in so many is not in the last one
	if m.shared == nil || len(place)*others > len(chunks) {
		m.shared = newColumnIndex(chunks)
		every := make([]int, len(chunks))
		for i := range every {
			every[i] = i
		}
		return []indexed{{m.shared, every}}
	}
	for c, at := range place {
		c.columnsOnce.Do(func() { c.columns = newColumnIndex([]*chunk[*Relation]{c}) })
		all = append(all, indexed{c.columns, []int{at}})
	}
	return all
}

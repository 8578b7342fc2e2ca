package schema

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
)

// key is what objects of one kind are told apart and ordered by.
type key struct {
	schema, folded, name string
	signature            string // tells overloads and their likes apart
}

func (k key) compare(other key) int {
	return cmp.Or(
		strings.Compare(k.schema, other.schema),
		strings.Compare(k.folded, other.folded),
		strings.Compare(k.name, other.name),
		strings.Compare(k.signature, other.signature))
}

// fold does not allocate for a name in lower case, as most are.
func fold(name string) string { return strings.ToLower(name) }

// set is an immutable sorted set, whose changes give other sets that share
// nearly all of it. It is a list of chunks, so that a change copies one chunk
// and the list, a few kilobytes for 50,000 entries, and that what the search
// prepares for a chunk serves every set that has it.
type set[V any] struct {
	chunks []*chunk[V] // none is empty
	size   int
}

type chunk[V any] struct {
	entries []*entry[V]

	once        sync.Once // of marked
	marked      marks
	columnsOnce sync.Once // of columns
	columns     *columnIndex
}

type entry[V any] struct {
	key
	value V
}

// A chunk is split in two when it grows over maxChunk. New makes chunks of
// three quarters, which have room to grow.
const maxChunk = 256

// newSet takes entries in any order; of those with the same key the last stays.
func newSet[V any](entries []entry[V]) set[V] {
	slices.SortStableFunc(entries, func(a, b entry[V]) int { return a.compare(b.key) })
	kept := entries[:0]
	for i, e := range entries {
		if i+1 == len(entries) || e.key != entries[i+1].key {
			kept = append(kept, e)
		}
	}
	s := set[V]{size: len(kept)}
	for part := range slices.Chunk(kept, maxChunk*3/4) {
		c := &chunk[V]{entries: make([]*entry[V], len(part))}
		for i := range part {
			c.entries[i] = &part[i]
		}
		s.chunks = append(s.chunks, c)
	}
	return s
}

// seek gives the place of the first entry that is not before k. Its chunk is
// len(s.chunks) when all are before.
func (s set[V]) seek(k key) (in, at int) {
	in, _ = slices.BinarySearchFunc(s.chunks, k, func(c *chunk[V], k key) int {
		return c.entries[len(c.entries)-1].compare(k)
	})
	if in < len(s.chunks) {
		at, _ = slices.BinarySearchFunc(s.chunks[in].entries, k, func(e *entry[V], k key) int { return e.compare(k) })
	}
	return in, at
}

// from walks the entries from the first one that is not before k.
func (s set[V]) from(k key) iter.Seq2[key, V] {
	return func(yield func(key, V) bool) {
		in, at := s.seek(k)
		for ; in < len(s.chunks); in, at = in+1, 0 {
			entries := s.chunks[in].entries
			for i := at; i < len(entries); i++ {
				if !yield(entries[i].key, entries[i].value) {
					return
				}
			}
		}
	}
}

// all walks the values in their order.
func (s set[V]) all() iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, v := range s.from(key{}) {
			if !yield(v) {
				return
			}
		}
	}
}

func (s set[V]) get(k key) (value V, found bool) {
	for at, v := range s.from(k) {
		if at == k {
			return v, true
		}
		break
	}
	return value, false
}

// named gives the first value of a schema and an exact name.
func (s set[V]) named(schema, name string) (value V) {
	for k, v := range s.from(key{schema: schema, folded: fold(name), name: name}) {
		if k.schema == schema && k.name == name {
			return v
		}
		break
	}
	return value
}

// allNamed walks the values of a schema and an exact name whose signatures
// start with signature.
func (s set[V]) allNamed(schema, folded, name, signature string) iter.Seq[V] {
	return func(yield func(V) bool) {
		for k, v := range s.from(key{schema, folded, name, signature}) {
			if k.schema != schema || k.name != name || !strings.HasPrefix(k.signature, signature) || !yield(v) {
				return
			}
		}
	}
}

// put gives the set with v at k, in the place of what is there.
func (s set[V]) put(k key, v V) set[V] {
	if len(s.chunks) == 0 {
		return set[V]{[]*chunk[V]{{entries: []*entry[V]{{k, v}}}}, 1}
	}
	in, at := s.seek(k)
	if in == len(s.chunks) { // behind all of them
		in, at = in-1, len(s.chunks[in-1].entries)
	}
	old := s.chunks[in].entries
	if at < len(old) && old[at].key == k {
		entries := slices.Clone(old)
		entries[at] = &entry[V]{k, v}
		return s.replace(in, 0, entries)
	}
	entries := make([]*entry[V], 0, len(old)+1)
	entries = append(append(append(entries, old[:at]...), &entry[V]{k, v}), old[at:]...)
	if half := len(entries) / 2; len(entries) > maxChunk {
		return s.replace(in, 1, entries[:half:half], entries[half:])
	}
	return s.replace(in, 1, entries)
}

// drop gives the set without what is at k.
func (s set[V]) drop(k key) set[V] {
	in, at := s.seek(k)
	if in == len(s.chunks) || s.chunks[in].entries[at].key != k {
		return s
	}
	old := s.chunks[in].entries
	if len(old) == 1 {
		return s.replace(in, -1)
	}
	entries := make([]*entry[V], 0, len(old)-1)
	return s.replace(in, -1, append(append(entries, old[:at]...), old[at+1:]...))
}

// replace puts chunks in the place of one, which makes the set grow.
func (s set[V]) replace(in, grow int, with ...[]*entry[V]) set[V] {
	chunks := make([]*chunk[V], 0, len(s.chunks)+len(with)-1)
	chunks = append(chunks, s.chunks[:in]...)
	for _, entries := range with {
		chunks = append(chunks, &chunk[V]{entries: entries})
	}
	return set[V]{append(chunks, s.chunks[in+1:]...), s.size + grow}
}

// over gives the values of both sets, those of s where both have a key. It
// shares the larger one and costs in proportion to the smaller one.
func (s set[V]) over(below set[V]) set[V] {
	if s.size < below.size {
		for k, v := range s.from(key{}) {
			below = below.put(k, v)
		}
		return below
	}
	for k, v := range below.from(key{}) {
		if _, found := s.get(k); !found {
			s = s.put(k, v)
		}
	}
	return s
}

// withPrefix walks the values of a schema whose names start with prefix in any case.
func (s set[V]) withPrefix(schema, prefix string) iter.Seq2[key, V] {
	folded := fold(prefix)
	return func(yield func(key, V) bool) {
		for k, v := range s.from(key{schema: schema, folded: folded}) {
			if k.schema != schema || !strings.HasPrefix(k.folded, folded) || !yield(k, v) {
				return
			}
		}
	}
}

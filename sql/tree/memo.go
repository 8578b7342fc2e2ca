package tree

// memo keeps what rules gave at items, in a hash table with linear probing.
type memo struct {
	table []result // a power of two of them, at most half of them used
	used  int
}

// result is what a memoised rule gave at an item: one node, or nothing.
type result struct {
	key  uint32 // 0 for an unused place
	end  int32  // the item behind it, -1 when it failed
	seen int32  // the furthest item that it looked at
	far  int32  // the furthest item that something in it failed at
	node int32
}

// memoKey tells the results apart: slot counts the memoised rules from 1.
func memoKey(slot uint8, pos int) uint32 { return uint32(pos)<<4 | uint32(slot) }

func (m *memo) place(key uint32) int {
	mask := len(m.table) - 1
	for i := int(key*2654435769>>8) & mask; ; i = (i + 1) & mask {
		if m.table[i].key == key || m.table[i].key == 0 {
			return i
		}
	}
}

// find gives a result, or nil when there is none.
func (m *memo) find(key uint32) *result {
	if m.used == 0 {
		return nil
	}
	if r := &m.table[m.place(key)]; r.key != 0 {
		return r
	}
	return nil
}

func (m *memo) keep(r result) {
	if 2*(m.used+1) > len(m.table) {
		m.grow(max(32, 4*len(m.table)))
	}
	place := &m.table[m.place(r.key)]
	if place.key == 0 {
		m.used++
	}
	*place = r
}

func (m *memo) clear() {
	if m.used > 0 {
		clear(m.table)
		m.used = 0
	}
}

func (m *memo) grow(size int) {
	old := m.table
	m.table = make([]result, size)
	for _, r := range old {
		if r.key != 0 {
			m.table[m.place(r.key)] = r
		}
	}
}

// before gives the results that looked at no item from a place on.
func (m *memo) before(place int) memo {
	kept := memo{}
	if m.used > 0 {
		kept.table = make([]result, len(m.table))
	}
	for _, r := range m.table {
		if r.key != 0 && int(r.seen) < place {
			kept.keep(r)
		}
	}
	return kept
}

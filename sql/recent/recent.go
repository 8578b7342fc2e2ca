// Package recent remembers what was made of texts, for as long as somebody asks
// for it.
package recent

import (
	"strings"
	"sync"
)

// Texts remembers a value for each text that was asked about lately. It is safe
// for concurrent use.
type Texts[V any] struct {
	count, bytes int // bounds of a generation

	mu sync.Mutex
	// Two generations, guarded by mu: what is new goes to young, and when that is
	// full it becomes old and what nobody asked for again is gone.
	young, old map[string]V
	size       int // bytes of the texts in young
}

// New remembers the last count texts, or fewer when they have more than a number
// of bytes together, and at most twice as many. A text that is longer alone is
// remembered, too, until the next one comes.
func New[V any](count, bytes int) *Texts[V] {
	return &Texts[V]{count: max(count, 1), bytes: bytes, young: map[string]V{}}
}

// Of gives what derive makes of a text, now or before. The text that derive is
// given is a copy, which keeps no file alive.
func (t *Texts[V]) Of(text string, derive func(text string) V) V {
	if v, known := t.look(text); known {
		return v
	}
	// The lock is not held meanwhile: two goroutines may derive the same.
	text = strings.Clone(text)
	v := derive(text)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(text, v)
	return v
}

// look finds a value, which is new again then.
func (t *Texts[V]) look(text string) (v V, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, known = t.young[text]; !known {
		if v, known = t.old[text]; known {
			t.keep(strings.Clone(text), v)
		}
	}
	return v, known
}

// keep needs mu held.
func (t *Texts[V]) keep(text string, v V) {
	if len(t.young) >= t.count || t.size+len(text) > t.bytes {
		t.old, t.young, t.size = t.young, map[string]V{}, 0
	}
	if _, known := t.young[text]; !known {
		t.size += len(text)
	}
	t.young[text] = v
}

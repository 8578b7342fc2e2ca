package rpc

import (
	"context"
	"sync"
)

// queue is a first-in-first-out list between goroutines that knows its size in
// bytes. Putting never waits, so that the read loop never does; a producer that
// may wait for room asks for it first. Many may put, one takes.
type queue[T any] struct {
	mu      sync.Mutex
	items   []sized[T]    // guarded by mu
	size    int           // bytes of items; guarded by mu
	closed  bool          // nothing is put any more; guarded by mu
	changed chan struct{} // closed, and replaced, at every change; guarded by mu
}

type sized[T any] struct {
	item T
	size int
}

func newQueue[T any]() *queue[T] { return &queue[T]{changed: make(chan struct{})} }

// change wakes all who wait. The caller holds mu.
func (q *queue[T]) change() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// put appends an item of size bytes and gives the bytes that now wait. A closed
// queue drops it.
func (q *queue[T]) put(item T, size int) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return q.size
	}
	q.items = append(q.items, sized[T]{item, size})
	q.size += size
	q.change()
	return q.size
}

// room waits until fewer than limit bytes wait. It fails with ErrClosed, or
// with the cause of ctx's end.
func (q *queue[T]) room(ctx context.Context, limit int) error {
	for {
		q.mu.Lock()
		closed, size, changed := q.closed, q.size, q.changed
		q.mu.Unlock()
		switch {
		case closed:
			return ErrClosed
		case size < limit:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// take waits for the next item. It answers false when ctx has ended, and when
// the queue is closed and empty.
func (q *queue[T]) take(ctx context.Context) (T, bool) {
	var none T
	for {
		q.mu.Lock()
		if len(q.items) > 0 && ctx.Err() == nil {
			next := q.items[0]
			q.items[0] = sized[T]{} // its memory is free although the slice lives on
			q.items = q.items[1:]
			q.size -= next.size
			q.change()
			q.mu.Unlock()
			return next.item, true
		}
		closed, changed := q.closed, q.changed
		q.mu.Unlock()
		if closed {
			return none, false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return none, false
		}
	}
}

// close lets what waits be taken and refuses what comes.
func (q *queue[T]) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change()
}

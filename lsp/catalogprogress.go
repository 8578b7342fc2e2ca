package lsp

import (
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/tusk-lsp/tusk-lsp/engine"
)

// catalogProgresses shows the reading of catalogs that takes longer than
// progressDelay. It is safe for concurrent use.
type catalogProgresses struct {
	ends sync.WaitGroup // goroutines that end a progress; the engine's start them, so they are waited for after these

	mu      sync.Mutex
	running map[uuid.UUID]*progress // by connection; guarded by mu
}

// catalogLoading is called while a catalog is read.
func (s *session) catalogLoading(l engine.Loading) {
	c := s.loading
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.running[l.Connection]
	switch {
	case l.Ended && w != nil:
		delete(c.running, l.Connection)
		c.ends.Go(func() { w.end("") }) // it waits for the client
	case l.Ended:
	case w == nil:
		c.running[l.Connection] = s.progresses.start(nil, s.now().client.progress, "Reading the schema of "+l.Name, l.Cancel)
	case l.Reading != "":
		w.report(fmt.Sprintf("%s (%d of %d)", l.Reading, l.Done+1, l.Total))
	}
}

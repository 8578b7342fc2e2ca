package lsp

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// usage counts the names that statements of the history have, for each connection:
// completion offers those first that are used much and lately. It stays on the
// machine, as the history does. It is safe for concurrent use.
type usage struct {
	mu     sync.Mutex
	counts map[uuid.UUID]*usageCount // guarded by mu
}

// usageCount is what the history of a connection told.
type usageCount struct {
	uses  map[string]int // never written again
	taken time.Time
	busy  bool
}

const (
	usageAge     = time.Minute // after which the history is read again
	usageEntries = 300         // statements of the history that count, the newest
	usageWeight  = 10          // what a use in the newest of them counts; in the oldest it counts 1
)

// usageOf gives how often names were used, as far as that is known by now; the history is
// read meanwhile. Nobody may write to it.
func (s *session) usageOf(connection uuid.UUID) map[string]int {
	if connection == uuid.Nil || s.store == nil {
		return nil
	}
	u := &s.usage
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.counts == nil {
		u.counts = map[uuid.UUID]*usageCount{}
	}
	c := u.counts[connection]
	if c == nil {
		c = &usageCount{}
		u.counts[connection] = c
	}
	if !c.busy && time.Since(c.taken) > usageAge {
		c.busy = true
		s.background.Go(func() { s.readUsage(connection, c) })
	}
	return c.uses
}

func (s *session) readUsage(connection uuid.UUID, c *usageCount) {
	entries, err := s.store.History(s.life, store.HistoryFilter{ConnectionID: connection, Limit: usageEntries})
	uses := map[string]int{}
	for i, entry := range entries {
		weight := max(1, usageWeight-i*usageWeight/usageEntries)
		for _, token := range lex.Lex(entry.SQL, lex.Options{}) {
			if token.Name() && (token.Keyword == lex.NotKeyword || token.Quoted()) {
				uses[lex.Identifier(token.Text(entry.SQL))] += weight
			}
		}
	}
	s.usage.mu.Lock()
	defer s.usage.mu.Unlock()
	c.busy, c.taken = false, time.Now()
	if err != nil {
		s.log.Warn("the history does not tell what is used", "err", err)
		return
	}
	c.uses = uses
}

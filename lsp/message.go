package lsp

import (
	"context"
	"log/slog"
	"sync"

	protocol "github.com/tliron/glsp/protocol_3_16"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// messages shows texts to the user with window/showMessage. It is safe for
// concurrent use.
type messages struct {
	notify func(ctx context.Context, method string, params any) error
	log    *slog.Logger

	mu    sync.Mutex
	shown map[string]bool // texts that once has shown; guarded by mu
}

// show tells the user now.
func (m *messages) show(ctx context.Context, kind protocol.MessageType, text string) {
	err := m.notify(ctx, string(protocol.ServerWindowShowMessage), protocol.ShowMessageParams{Type: kind, Message: text})
	if err != nil {
		m.log.DebugContext(ctx, "a message found no reader", "err", err)
	}
}

// showError tells what happened and what to do. A cancelled query is no error.
func (m *messages) showError(ctx context.Context, err error) {
	kind := protocol.MessageTypeError
	if tusk.CategoryOf(err) == tusk.Cancelled {
		kind = protocol.MessageTypeInfo
	}
	m.show(ctx, kind, sentence(err))
}

// once is showError for what happens in the background and may happen again:
// the same text is shown a single time until settled is called.
func (m *messages) once(ctx context.Context, err error) {
	text := sentence(err)
	m.mu.Lock()
	seen := m.shown[text]
	m.shown[text] = true
	m.mu.Unlock()
	if !seen {
		m.showError(ctx, err)
	}
}

// settled forgets what was shown: things work again, and news is news.
func (m *messages) settled() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.shown)
}

// sentence is an error for a message box.
func sentence(err error) string {
	info := tusk.InfoOf(err)
	if info.Hint == "" {
		return info.Message
	}
	return info.Message + ". " + info.Hint
}

package lsp

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	protocol "github.com/tliron/glsp/protocol_3_16"
)

// progressDelay keeps what ends at once from flickering: a progress that the
// client did not ask for is shown only after it.
const progressDelay = 150 * time.Millisecond

// progresses knows which running work each progress token cancels. It is safe
// for concurrent use.
type progresses struct {
	call   func(ctx context.Context, method string, params, result any) error
	notify func(ctx context.Context, method string, params any) error
	log    *slog.Logger

	mu      sync.Mutex
	cancels map[string]context.CancelFunc // by the token's JSON; guarded by mu
}

// cancel is called for window/workDoneProgress/cancel. A token that is not
// known has ended already.
func (p *progresses) cancel(token json.RawMessage) {
	p.mu.Lock()
	cancel := p.cancels[string(token)]
	p.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

func (p *progresses) register(token json.RawMessage, cancel context.CancelFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancels[string(token)] = cancel
}

func (p *progresses) forget(token json.RawMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.cancels, string(token))
}

// progress is the work-done progress of one piece of work (LSP 3.17, Work Done
// Progress). One goroutine of its own talks to the client, so that the work
// never waits for it.
type progress struct {
	owner    *progresses
	title    string
	reports  chan string     // the latest report that was not sent; capacity 1
	ending   context.Context // ends when end is called
	endWith  context.CancelFunc
	farewell string        // written before ending ends
	stopped  chan struct{} // closed when the goroutine is gone
}

// start announces work that cancel stops. With the client's own token it is
// shown at once; otherwise a token is made after progressDelay, if the client
// takes one (supported). The caller ends it.
func (p *progresses) start(token json.RawMessage, supported bool, title string, cancel context.CancelFunc) *progress {
	w := &progress{owner: p, title: title, reports: make(chan string, 1), stopped: make(chan struct{})}
	w.ending, w.endWith = context.WithCancel(context.Background())
	if token == nil && !supported {
		close(w.stopped)
		return w
	}
	go w.run(token, cancel)
	return w
}

func (w *progress) run(token json.RawMessage, cancel context.CancelFunc) {
	defer close(w.stopped)
	if token == nil {
		select {
		case <-w.ending.Done():
			return
		case <-time.After(progressDelay):
		}
		if token = w.create(); token == nil {
			return
		}
	}
	w.owner.register(token, cancel)
	defer w.owner.forget(token)
	cancellable := true
	w.send(token, protocol.WorkDoneProgressBegin{Kind: "begin", Title: w.title, Cancellable: &cancellable})
	for {
		select {
		case message := <-w.reports:
			w.send(token, protocol.WorkDoneProgressReport{Kind: "report", Cancellable: &cancellable, Message: &message})
		case <-w.ending.Done():
			w.send(token, protocol.WorkDoneProgressEnd{Kind: "end", Message: &w.farewell})
			return
		}
	}
}

// create asks the client for a progress and gives its token, nil where the
// client refuses or the work ended first.
func (w *progress) create() json.RawMessage {
	token := json.RawMessage(`"tusk-` + uuid.NewString() + `"`)
	params := map[string]json.RawMessage{"token": token}
	if err := w.owner.call(w.ending, string(protocol.ServerWindowWorkDoneProgressCreate), params, nil); err != nil {
		w.owner.log.Debug("no progress was created", "err", err)
		return nil
	}
	return token
}

func (w *progress) send(token json.RawMessage, value any) {
	params := struct {
		Token json.RawMessage `json:"token"`
		Value any             `json:"value"`
	}{token, value}
	if err := w.owner.notify(context.Background(), string(protocol.MethodProgress), params); err != nil {
		w.owner.log.Debug("a progress found no reader", "err", err)
	}
}

// report replaces the text beside the title. It never waits; of two that come
// at once one is shown.
func (w *progress) report(message string) {
	select {
	case <-w.reports: // the older one was not sent and is stale
	default:
	}
	select {
	case w.reports <- message:
	default:
	}
}

// end takes the progress from the screen and waits until the client was told.
// It may be called once.
func (w *progress) end(message string) {
	w.farewell = message
	w.endWith()
	<-w.stopped
}

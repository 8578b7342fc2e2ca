package lsp

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// ErrNoShutdown says that the client sent exit without shutdown: the process
// ends with status 1 (LSP 3.17, Exit Notification).
var ErrNoShutdown = errors.New("the client sent exit without shutdown")

// phase is how far the client's session has come.
type phase uint8

const (
	created phase = iota
	running
	shutDown
	exited
	exitedEarly
)

// parsedStatements is how many syntax results are kept: the statements of some
// twenty large files.
const parsedStatements = 20_000

// session is what the server knows of its one client. The ordering goroutine
// alone changes it; a field without another guard belongs to that goroutine.
type session struct {
	conn         *rpc.Conn          // set once by Serve, before any message
	options      Options            // immutable
	engine       *engine.State      // immutable, safe for concurrent use
	store        *store.Store       // immutable, safe for concurrent use
	log          *slog.Logger       // immutable, safe for concurrent use
	parser       *pgparse.Parser    // safe for concurrent use
	messages     *messages          // safe for concurrent use
	progresses   *progresses        // safe for concurrent use
	connections  *connections       // safe for concurrent use
	results      *resultFiles       // safe for concurrent use
	runErrors    *runErrors         // safe for concurrent use
	serverSyntax *serverSyntax      // safe for concurrent use
	loading      *catalogProgresses // safe for concurrent use
	offline      *offlineCatalogs   // safe for concurrent use
	usage        usage              // safe for concurrent use

	life       context.Context // the life of the connection to the client
	abandon    func()          // ends life; safe for concurrent use
	background sync.WaitGroup  // goroutines that no request waits for

	phase     phase
	unsettled error                         // what is wrong with initializationOptions, until the client may be told
	passes    map[string]context.CancelFunc // of diagnostics, by document
	snapshot  atomic.Pointer[Snapshot]      // stored by the ordering goroutine, loaded by all
}

func newSession(life context.Context, abandon func(), o Options) *session {
	s := &session{
		options:   o,
		store:     o.Engine.Store,
		log:       o.Log,
		parser:    pgparse.New(parsedStatements),
		results:   newResultFiles(resultFolder(o.DataDir)),
		runErrors: &runErrors{byURI: map[string]documentErrors{}},
		life:      life,
		abandon:   abandon,
		passes:    map[string]context.CancelFunc{},
		loading:   &catalogProgresses{running: map[uuid.UUID]*progress{}},
	}
	o.Engine.AskSecret, o.Engine.AcceptHost, o.Engine.OnConnections = s.askSecret, s.acceptHost, s.connectionsChanged
	o.Engine.OnLoading = s.catalogLoading
	o.Engine.OnSession, o.Engine.OnBlocking = s.sessionChanged, s.blocking
	o.Engine.SpoolDir = o.DataDir
	s.engine = engine.New(o.Engine)
	s.serverSyntax = &serverSyntax{engine: s.engine, known: map[verdictKey]*tusk.Error{}}
	s.messages = &messages{notify: s.notifyClient, log: o.Log, shown: map[string]bool{}}
	s.progresses = &progresses{call: s.callClient, notify: s.notifyClient, log: o.Log, cancels: map[string]context.CancelFunc{}}
	settled := make(chan struct{})
	close(settled)
	s.connections = &connections{
		engine: s.engine, messages: s.messages, log: o.Log, life: life, background: &s.background,
		workspace: &workspaces{engine: s.engine, confirm: s.confirm, now: s.now},
		resolved:  settled,
		chosen:    map[string]choice{},
		choosing:  map[string]chan struct{}{},
		preparing: map[uuid.UUID]bool{},
		refused:   map[uuid.UUID]bool{},
	}
	s.offline = &offlineCatalogs{
		engine: s.engine, now: s.now, log: o.Log, life: life, background: &s.background,
		folders: map[string]*offlineFolder{}, pending: map[pendingKey]*pendingCatalog{},
	}
	s.snapshot.Store(newSnapshot())
	return s
}

// now is the newest snapshot.
func (s *session) now() *Snapshot { return s.snapshot.Load() }

// publish makes next the newest snapshot. Only the ordering goroutine calls it.
func (s *session) publish(next *Snapshot) *Snapshot {
	s.snapshot.Store(next)
	return next
}

func (s *session) callClient(ctx context.Context, method string, params, result any) error {
	return s.conn.Call(ctx, method, params, result)
}

func (s *session) notifyClient(ctx context.Context, method string, params any) error {
	return s.conn.Notify(ctx, method, params)
}

// notify sends what the client may miss without harm.
func (s *session) notify(ctx context.Context, method string, params any) {
	if err := s.conn.Notify(ctx, method, params); err != nil {
		s.log.Debug("a notification found no reader", "method", method, "err", err)
	}
}

// gate answers messages that come at the wrong time (LSP 3.17, Initialize and
// Shutdown Request). It runs on the ordering goroutine.
func (s *session) gate(method string) error {
	switch {
	case method == "exit":
		return nil
	case s.phase == created && method != "initialize":
		return &rpc.Error{Code: rpc.CodeServerNotInitialized, Message: "the first request must be initialize"}
	case s.phase == running && method == "initialize":
		return &rpc.Error{Code: rpc.CodeInvalidRequest, Message: "initialize was answered already"}
	case s.phase == shutDown:
		return &rpc.Error{Code: rpc.CodeInvalidRequest, Message: "the server was shut down"}
	}
	return nil
}

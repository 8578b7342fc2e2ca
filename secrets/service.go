package secrets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// ErrNotFound is the cause of Get's error when no secret is known under a
// key: nowhere, or not in this session while the keychain is out of use.
var ErrNotFound = errors.New("no secret is stored")

var (
	errTooLong = errors.New("the secret is too long for the keychain")
	errClosed  = errors.New("the secrets are closed")
)

// Bounds of a keychain call.
const (
	// DetectionTimeout is how long Available waits to learn whether there
	// is a keychain. A call that takes longer is likely asking the user.
	DetectionTimeout = 500 * time.Millisecond

	// promptTimeout bounds the wait of a caller whose context has no end.
	promptTimeout = time.Minute
)

// Options configure a Service; the zero value is usable.
type Options struct {
	// Warn is told, once at most, that secrets are kept for this session
	// only, when the first of them is. It is called from the goroutine of the
	// caller whose secret it is, without a lock. nil: nobody is told.
	Warn func(*tusk.Error)

	// Disabled is why the keychain must not be used ("turned off in the
	// settings"); "" uses it. No warning follows: the user chose so.
	Disabled string
}

// Service keeps secrets in the keychain. Where that is missing, locked, or
// refuses, secrets are kept in memory for the session and the user is told
// once. All methods are safe from any goroutine.
//
// Calls to the keychain run one at a time in one goroutine, since neither the
// library nor every keychain likes more. A caller waits for its own and those
// before it, for half of the time that its context leaves, so that it can go
// on without. When a caller's time ran out on a call that has not answered for
// DetectionTimeout, the keychain is out of use, and everybody served by the
// session at once, until that call answers: a keychain that hangs costs one
// wait, not one per connection.
type Service struct {
	keychain keychain
	options  Options
	calls    chan call
	detected chan struct{} // closed when detection ended or took too long
	stop     context.CancelFunc
	stopping <-chan struct{}
	stopped  chan struct{} // closed when the worker ended

	mu      sync.Mutex
	session map[Key][]byte // guarded by mu; nil once closed
	state   state          // guarded by mu
	warned  bool           // guarded by mu
}

// state is what is known of the keychain.
type state struct {
	detecting bool
	busySince time.Time // when the running call began; zero: none runs
	failure   error     // why it is out of use; nil: it is in use
}

// call is a use of the keychain on its way to the worker.
type call struct {
	do      func(context.Context) error
	answer  chan<- error // buffered: the caller may be gone
	caller  context.Context
	recheck bool // run even though the keychain is out of use
}

// New starts the service and, in the background, the detection of the
// keychain. The caller closes it.
func New(options Options) *Service { return start(osKeychain{}, options) }

func start(k keychain, options Options) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{
		keychain: k,
		options:  options,
		calls:    make(chan call),
		detected: make(chan struct{}),
		stop:     cancel,
		stopping: ctx.Done(),
		stopped:  make(chan struct{}),
		session:  map[Key][]byte{},
	}
	if options.Disabled != "" {
		s.state.failure = errors.New(options.Disabled)
		close(s.detected)
		close(s.stopped)
		return s
	}
	s.state.detecting = true
	go s.work(ctx)
	return s
}

// Available reports whether secrets are kept in the keychain now. It waits
// for the detection, DetectionTimeout from New at most.
func (s *Service) Available() bool { return s.FallbackReason() == "" }

// FallbackReason says why secrets are kept for the session only, or "" where
// the keychain is in use. It waits as Available does.
func (s *Service) FallbackReason() string {
	<-s.detected
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state.failure != nil:
		return s.state.failure.Error()
	case s.state.detecting:
		return "the keychain has not answered yet; it may be asking you to unlock it"
	}
	return ""
}

// Get finds a secret: the session's first, then the keychain's. An error is a
// *tusk.Error of category Keyring whose cause is ErrNotFound where nothing is
// known, or Cancelled.
func (s *Service) Get(ctx context.Context, key Key) (Secret, error) {
	if secret, ok := s.fromSession(key); ok {
		return secret, nil
	}
	var text string
	err := s.use(ctx, func(ctx context.Context) (err error) {
		text, err = s.keychain.get(ctx, key.String())
		return err
	})
	if err == nil {
		return NewSecret(text), nil
	}
	if errors.As(err, new(outOfUse)) {
		s.warn(err)
	}
	return Secret{}, s.fail(err, "no secret could be read for %s", key)
}

// Has reports whether Get would find a secret; false also where a keychain
// that is out of use may have one.
func (s *Service) Has(ctx context.Context, key Key) (bool, error) {
	_, err := s.Get(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Store keeps a secret in the keychain or, where that is out of use, for the
// session, of which the user is told once. It replaces what the session had.
func (s *Service) Store(ctx context.Context, key Key, secret Secret) error {
	err := s.use(ctx, func(ctx context.Context) error {
		return s.keychain.set(ctx, key.String(), secret.Reveal())
	})
	switch {
	case err == nil:
		s.ForgetSession(key)
		return nil
	case errors.As(err, new(outOfUse)):
		if err := s.SetSession(key, secret); err != nil {
			return err
		}
		s.warn(err)
		return nil
	}
	return s.fail(err, "the secret for %s could not be stored", key)
}

// SetSession keeps a secret in memory until Close or Delete, and never in the
// keychain: for passwords that came with a URL or from the environment.
func (s *Service) SetSession(key Key, secret Secret) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil {
		return s.fail(errClosed, "the secret for %s could not be kept", key)
	}
	clear(s.session[key])
	s.session[key] = []byte(secret.Reveal())
	return nil
}

// Delete forgets a secret, the session's and the keychain's. One that is not
// there is no error; a keychain that is out of use is one, since it may still
// have it.
func (s *Service) Delete(ctx context.Context, key Key) error {
	s.ForgetSession(key)
	err := s.use(ctx, func(ctx context.Context) error { return s.keychain.delete(ctx, key.String()) })
	missing := errors.Is(err, ErrNotFound) && !errors.As(err, new(outOfUse))
	if missing || s.options.Disabled != "" {
		return nil
	}
	return s.fail(err, "the secret for %s could not be deleted", key)
}

// Recheck tries the keychain again after the user has mended or unlocked it,
// and answers why it is still out of use, or nil.
func (s *Service) Recheck(ctx context.Context) error {
	err := s.submit(ctx, call{do: s.probe, recheck: true})
	return s.fail(err, "the keychain is not available")
}

// Close wipes the session's secrets and ends the worker. A call that a
// keychain does not answer cannot be stopped: Close waits for it no longer
// than DetectionTimeout.
func (s *Service) Close() error {
	s.mu.Lock()
	for secret := range maps.Values(s.session) {
		clear(secret)
	}
	s.session = nil
	s.mu.Unlock()
	s.stop()
	select {
	case <-s.stopped:
		return nil
	case <-time.After(DetectionTimeout):
		return s.fail(errors.New("it has not answered a call"), "the keychain was left behind")
	}
}

// fromSession finds a secret in memory.
func (s *Service) fromSession(key Key) (Secret, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret, ok := s.session[key]
	if !ok {
		return Secret{}, false
	}
	return NewSecret(string(secret)), true
}

// ForgetSession drops a secret from memory; what the keychain has stays.
func (s *Service) ForgetSession(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.session[key])
	delete(s.session, key)
}

// outOfUse is why a call was not, or not successfully, made.
type outOfUse struct{ cause error }

func (e outOfUse) Error() string { return e.cause.Error() }
func (e outOfUse) Unwrap() error { return e.cause }

// Is makes a keychain out of use a miss, for callers that go on without it.
func (e outOfUse) Is(target error) bool { return target == ErrNotFound }

// use makes a call to the keychain. The error is the keychain's ErrNotFound
// or errTooLong, the context's, or an outOfUse.
func (s *Service) use(ctx context.Context, do func(context.Context) error) error {
	s.mu.Lock()
	failure := s.state.failure
	s.mu.Unlock()
	if failure != nil {
		return outOfUse{failure}
	}
	return s.submit(ctx, call{do: do})
}

// share is how long a caller waits for the keychain.
func share(ctx context.Context) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return min(promptTimeout, time.Until(end)/2)
	}
	return promptTimeout
}

// submit hands a call to the worker and waits for its answer.
func (s *Service) submit(ctx context.Context, c call) error {
	ctx, cancel := context.WithTimeout(ctx, share(ctx))
	defer cancel()
	answer := make(chan error, 1)
	c.answer, c.caller = answer, ctx
	select {
	case s.calls <- c:
	case <-ctx.Done():
		return s.gaveUp(ctx)
	case <-s.stopped:
		return s.closedOr()
	case <-s.stopping:
		return errClosed
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return s.gaveUp(ctx)
	case <-s.stopping:
		return errClosed
	}
}

// closedOr tells a service without worker from a closed one.
func (s *Service) closedOr() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session != nil && s.state.failure != nil {
		return outOfUse{s.state.failure}
	}
	return errClosed
}

// gaveUp is a caller's end of waiting. It takes the keychain out of use where
// the fault is the keychain's.
func (s *Service) gaveUp(ctx context.Context) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.state.busySince
	if since.IsZero() || time.Since(since) < DetectionTimeout {
		return context.Cause(ctx)
	}
	if s.state.failure == nil {
		s.state.failure = fmt.Errorf("the keychain has not answered since %s; it may be asking you to unlock it", since.Format(time.TimeOnly))
	}
	return outOfUse{s.state.failure}
}

// work is the worker: it detects the keychain, then makes the calls.
func (s *Service) work(ctx context.Context) {
	defer close(s.stopped)
	late := time.AfterFunc(DetectionTimeout, func() { close(s.detected) })
	_ = s.run(ctx, s.probe) // kept in the state
	s.mu.Lock()
	s.state.detecting = false
	s.mu.Unlock()
	if late.Stop() {
		close(s.detected)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-s.calls:
			c.answer <- s.serve(ctx, c)
		}
	}
}

// probe asks for a secret that nobody stores: a working keychain misses it,
// and a locked one asks the user to unlock it, now rather than while a
// connection waits.
func (s *Service) probe(ctx context.Context) error {
	_, err := s.keychain.get(ctx, Database(uuid.Nil).String())
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// serve makes a call unless its caller is gone or the keychain was found out
// of use while it waited.
func (s *Service) serve(ctx context.Context, c call) error {
	if c.caller.Err() != nil {
		return context.Cause(c.caller)
	}
	s.mu.Lock()
	failure := s.state.failure
	s.mu.Unlock()
	if failure != nil && !c.recheck {
		return outOfUse{failure}
	}
	return s.run(ctx, c.do)
}

// run makes a call and learns from it how the keychain is.
func (s *Service) run(ctx context.Context, do func(context.Context) error) error {
	s.mu.Lock()
	s.state.busySince = time.Now()
	s.mu.Unlock()
	err := do(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.busySince = time.Time{}
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, errTooLong) {
		s.state.failure = nil // it answers (again)
		return err
	}
	s.state.failure = err
	return outOfUse{err}
}

// warn tells the user, the first time, that secrets stay in memory.
func (s *Service) warn(cause error) {
	s.mu.Lock()
	first := !s.warned && s.options.Disabled == "" && s.options.Warn != nil
	s.warned = s.warned || first
	s.mu.Unlock()
	if first {
		s.options.Warn(tusk.NewError(tusk.Keyring, cause, "the system keychain is not available; passwords are kept for this session only").
			WithHint("Unlock the keychain, or start its service (on Linux gnome-keyring or KWallet), and try again. A .pgpass file works without one."))
	}
}

// fail makes the error that a caller gets.
func (s *Service) fail(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	e := tusk.NewError(tusk.Keyring, err, format, args...)
	switch {
	case errors.Is(err, context.Canceled):
		e.Category = tusk.Cancelled
	case errors.As(err, new(outOfUse)): // the category's own hint
	case errors.Is(err, ErrNotFound):
		e.Hint = "Store it with `tusk-lsp connection password NAME`."
	case errors.Is(err, errTooLong):
		e.Hint = "Use a shorter secret, or a password command in your settings."
	}
	return e
}

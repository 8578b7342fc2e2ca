package scratch

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Superuser is the name of the role that owns a scratch server.
const Superuser = "postgres"

const (
	startTimeout = time.Minute           // for initdb and the start, on a loaded machine
	stopTimeout  = 5 * time.Second       // for each way of stopping, before the next harder one
	pollInterval = 20 * time.Millisecond // between two attempts to connect while the server starts
	portAttempts = 20
)

// Options says what kind of server to start. The zero value is a throw-away
// server of any supported major.
type Options struct {
	FindOptions

	// Keep is a folder for a server that outlives this process and its data: it
	// is started by this process but not bound to it. A folder that holds the
	// server of an earlier Keep is started again. "" makes a throw-away server:
	// it and its data end with Stop or with this process, whichever is first.
	Keep string

	// Settings are configuration parameters of the server, which come before
	// our own (https://www.postgresql.org/docs/current/runtime-config.html).
	Settings map[string]string
}

// Server is a running PostgreSQL server. Its exported fields are immutable; its
// methods are safe for concurrent use, one at a time taking effect.
type Server struct {
	Address
	Installation Installation
	DataDir      string // its cluster
	LogFile      string // what the server logs

	dir      string            // holds all of the server's files; its unix socket, too
	keep     bool              // whether dir stays at Stop
	settings map[string]string // Options.Settings
	account  *account
	watchdog *watchdog // nil when keep

	mu      sync.Mutex // guards what follows
	process *process   // nil while the server is stopped
	removed bool       // after Stop
}

// process is a started postgres.
type process struct {
	*os.Process
	life context.Context // done when it ended and was waited for
}

// mode is how to shut a server down.
type mode int

const (
	fast      mode = iota // roll back what is open, write a checkpoint
	immediate             // leave now, recover at the next start
)

// Start makes a server and returns when it accepts connections. Databases are
// in UTF-8 with the locale C, so that they sort alike on every machine; the
// time zone is UTC. A throw-away server does not wait for the disk (fsync off).
//
// ctx ends the start, not the server. Errors are *tusk.Errors.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Keep != "" {
		var err error
		if o, err = o.ofKept(); err != nil {
			return nil, startError(ctx, err)
		}
	}
	installation, err := Find(ctx, o.FindOptions)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	s := &Server{
		Address:      Address{Major: installation.Major, Host: "127.0.0.1", Username: Superuser},
		Installation: installation,
		keep:         o.Keep != "",
		settings:     o.Settings,
	}
	if s.account, err = serverAccount(); err != nil {
		return nil, startError(ctx, err)
	}
	if !s.account.reaches(installation.Bin) {
		return nil, &tusk.Error{
			Category: tusk.Connection,
			Message:  fmt.Sprintf("PostgreSQL does not run as root, and other users cannot enter %s", installation.Bin),
			Hint:     "Open that folder and those above it to others, set " + BinEnv + " to another one, or run tusk-lsp as an ordinary user.",
		}
	}
	if err := s.makeDir(o.Keep); err != nil {
		return nil, startError(ctx, err)
	}
	if err := s.start(ctx); err != nil {
		// The start's error says more than one of cleaning up after it.
		_ = s.Stop(context.WithoutCancel(ctx))
		return nil, startError(ctx, err)
	}
	return s, nil
}

// start makes the cluster where there is none, and launches the server on a
// port that is free.
func (s *Server) start(ctx context.Context) error {
	var err error
	if !s.keep {
		if s.watchdog, err = newWatchdog(s.dir); err != nil {
			return err
		}
	}
	if err := s.initdb(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for range portAttempts {
		// Below the ports that systems give to outgoing connections, of which one
		// could take ours while the server restarts.
		s.Port = 20000 + mathrand.IntN(10000)
		if err = s.launch(ctx); !errors.Is(err, errPortTaken) {
			return err
		}
	}
	return err
}

// makeDir makes the folder of the server's files. It must be the server's own:
// initdb and the unix socket want it so.
func (s *Server) makeDir(keep string) error {
	var err error
	if keep != "" {
		if s.dir, err = filepath.Abs(keep); err != nil {
			return err
		}
		err = os.MkdirAll(s.dir, 0o700)
	} else {
		s.dir, err = os.MkdirTemp(s.tempDir(), "tusk-pg-")
	}
	if err != nil {
		return tusk.NewError(tusk.Storage, err, "make a folder for the scratch server").
			WithHint("Check that the folder for temporary files is writable and its disk is not full; TMPDIR chooses another one.")
	}
	if !s.account.reaches(filepath.Dir(s.dir)) {
		return tusk.NewError(tusk.Storage, nil, "PostgreSQL does not run as root, and other users cannot enter %s", filepath.Dir(s.dir)).
			WithHint("Choose another folder, or run tusk-lsp as an ordinary user.")
	}
	s.DataDir = filepath.Join(s.dir, "data")
	s.LogFile = filepath.Join(s.dir, "log")
	if sockets && fitsSocket(s.dir) {
		s.SocketDir = s.dir
	}
	return s.account.own(s.dir)
}

// socketPathLimit is the length of the longest path of a unix socket in bytes,
// on the system where it is shortest (macOS; Linux allows 107).
const socketPathLimit = 103

func fitsSocket(dir string) bool {
	return len(filepath.Join(dir, ".s.PGSQL.65535")) <= socketPathLimit
}

// tempDir gives a folder for temporary files that the server can enter and
// whose path leaves room for a socket.
func (s *Server) tempDir() string {
	dir := os.TempDir()
	if sockets && !(fitsSocket(filepath.Join(dir, "tusk-pg-1234567890")) && s.account.reaches(dir)) {
		return "/tmp"
	}
	return dir
}

// initdb makes the cluster with a random password, or reads the password of the
// one that a kept server left.
func (s *Server) initdb(ctx context.Context) error {
	password := filepath.Join(s.dir, "password")
	if _, err := os.Stat(filepath.Join(s.DataDir, "PG_VERSION")); err == nil {
		text, err := os.ReadFile(password)
		s.Password = string(text)
		return err
	}
	s.Password = rand.Text()
	if err := os.WriteFile(password, []byte(s.Password), 0o600); err != nil {
		return err
	}
	if err := s.account.own(password); err != nil {
		return err
	}
	args := []string{"-D", s.DataDir, "-U", s.Username, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale=C"}
	if !s.keep {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.Installation.Bin, program("initdb")), args...)
	s.prepare(cmd)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := s.runGuarded(cmd); err != nil {
		return &tusk.Error{
			Category: tusk.Storage,
			Message:  fmt.Sprintf("initdb of PostgreSQL %s made no cluster in %s", s.Installation.Version, s.DataDir),
			Detail:   said.String(),
			Hint:     "Check the space on that disk; set " + BinEnv + " to try another PostgreSQL.",
			Cause:    err,
		}
	}
	if s.keep {
		return nil
	}
	return os.Remove(password)
}

// runGuarded runs a prepared cmd to its end, or to ours.
func (s *Server) runGuarded(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	// detach made it the leader of a process group.
	return errors.Join(s.watchdog.guard(-cmd.Process.Pid), cmd.Wait(), s.watchdog.guard(0))
}

// prepare makes cmd a program of PostgreSQL's: run by the account, in a folder
// that the account can enter, speaking English, blind to the user's PG*
// variables.
func (s *Server) prepare(cmd *exec.Cmd) {
	cmd.Dir = s.dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PG") })
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	s.account.detach(cmd)
}

// What passes: another port, or a moment later, may do.
var (
	errPortTaken  = errors.New("the port is taken")
	errStillThere = errors.New("backends of the killed server are still there")
)

// launch starts postgres and waits until it accepts connections. The process is
// nil when it did not. The caller holds mu.
func (s *Server) launch(ctx context.Context) error {
	log, err := os.OpenFile(s.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	written, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(s.Installation.Bin, program("postgres")), s.arguments()...)
	s.prepare(cmd)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	guarded := s.watchdog.guard(cmd.Process.Pid) // before the end of a short life is told
	life, end := context.WithCancel(context.Background())
	p := &process{cmd.Process, life}
	s.process = p
	go func() {
		defer end()
		_ = cmd.Wait()          // how it ended is in its log
		_ = s.watchdog.guard(0) // fails only when the watchdog is gone, and then nothing is left to guard
	}()
	if guarded != nil {
		return errors.Join(fmt.Errorf("tell the watchdog: %w", guarded), s.halt(ctx))
	}
	if err := s.await(ctx, p); err != nil {
		return errors.Join(s.whyNot(err, written), s.halt(ctx))
	}
	return nil
}

// whyNot makes a better error of err, which kept postgres from starting, with
// what it logged since the log had the given length.
func (s *Server) whyNot(err error, length int64) error {
	log, readErr := os.ReadFile(s.LogFile)
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	said := string(log[length:])
	switch {
	case strings.Contains(said, "could not bind"):
		return errPortTaken
	case strings.Contains(said, "pre-existing shared memory block"):
		return errStillThere
	}
	return &tusk.Error{
		Category: tusk.Connection,
		Message:  fmt.Sprintf("PostgreSQL %s did not start", s.Installation.Version),
		Detail:   said,
		Hint:     "The detail is the server's log.",
		Cause:    err,
	}
}

// arguments gives the command line of postgres.
func (s *Server) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        s.Host,
		"port":                    strconv.Itoa(s.Port),
		"unix_socket_directories": s.SocketDir,
		"timezone":                "UTC",
		"log_timezone":            "UTC",
	}
	if !s.keep {
		settings["fsync"] = "off"
		settings["full_page_writes"] = "off"
	}
	for name, value := range s.settings {
		settings[name] = value
	}
	args := []string{"-D", s.DataDir}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	return args
}

// await returns when the server lets us in, or ended, or ctx did. Where
// another process has the port, ours ends while that one may leave us without
// an answer.
func (s *Server) await(ctx context.Context, p *process) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.life, func() { cancel(errors.New("postgres ended")) })()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// Kill ends the server as a crash does, and returns when its main process is
// gone. A backend ends when it next waits for its client: one that is busy may
// still answer. Restart brings the server back.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	if err := s.process.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill postgres: %w", err)
	}
	<-s.process.life.Done()
	s.process = nil
	return nil
}

// Restart stops the server, if it runs, and starts it again on the same port
// with the same data.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.removed {
		return tusk.NewError(tusk.Connection, nil, "the scratch server was stopped for good")
	}
	if err := s.halt(ctx); err != nil {
		return startError(ctx, err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return startError(ctx, s.relaunch(ctx))
}

// relaunch launches on the port that the server had, as soon as that and the
// shared memory are free: backends outlive a killed postgres by a moment. The
// caller holds mu.
func (s *Server) relaunch(ctx context.Context) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		err := s.launch(ctx)
		if !errors.Is(err, errPortTaken) && !errors.Is(err, errStillThere) {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return err
		}
	}
}

// Stop ends the server: by a fast shutdown, which it has five seconds for, then
// by an immediate one; ctx, when it ends, moves on to the next. The data of a
// throw-away server is removed. A second Stop does nothing.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.removed {
		return nil
	}
	s.removed = true
	err := s.halt(ctx)
	if !s.keep {
		err = errors.Join(err, os.RemoveAll(s.dir), s.watchdog.release())
	}
	if err != nil {
		return tusk.NewError(tusk.Internal, err, "stop the scratch server")
	}
	return nil
}

// StopCommand gives the shell command with which a person stops a server that
// was kept.
func (s *Server) StopCommand() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return ""
	}
	return stopCommand(s.process.Pid, s.Installation.Bin)
}

// halt ends the process, ever harder. The caller holds mu.
func (s *Server) halt(ctx context.Context) error {
	p := s.process
	if p == nil {
		return nil
	}
	for _, m := range []mode{fast, immediate} {
		select {
		case <-p.life.Done(): // by itself
			s.process = nil
			return nil
		default:
		}
		if err := shutdown(p.Process, s.Installation.Bin, m); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("shut postgres down: %w", err)
		}
		select {
		case <-p.life.Done():
			s.process = nil
			return nil
		case <-ctx.Done():
		case <-time.After(stopTimeout):
		}
	}
	if err := p.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill postgres: %w", err)
	}
	<-p.life.Done()
	s.process = nil
	return nil
}

// startError makes err presentable.
func startError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return tusk.NewError(tusk.Cancelled, ctx.Err(), "start a scratch server")
	}
	if e, ok := errors.AsType[*tusk.Error](err); ok {
		return e
	}
	return tusk.NewError(tusk.Connection, err, "start a scratch server")
}

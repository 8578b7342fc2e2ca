package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
	"github.com/tusk-lsp/tusk-lsp/store"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// application is what every subcommand that touches data works with.
type application struct {
	dir      string
	log      *slog.Logger
	store    *store.Store
	secrets  *secrets.Service
	engine   *engine.State
	person   *terminal     // whom a subcommand can ask; nil: nobody
	warnings []*tusk.Error // of the start, for the user
	closers  []func() error
}

// openApplication makes the data directory and opens what lies in it. The
// caller closes it.
func openApplication(ctx context.Context, g globalFlags, logTo io.Writer) (*application, error) {
	dir, err := dataDir(g.dataDir)
	if err != nil {
		return nil, err
	}
	a := &application{dir: dir}
	log, closeLog, err := newLogger(filepath.Join(dir, "logs"), g.logLevel, logTo)
	if err != nil {
		return nil, err
	}
	a.log = log
	a.closers = append(a.closers, closeLog)
	kept, warning, err := store.Open(ctx, dir)
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	if warning != nil {
		a.warnings = append(a.warnings, warning)
	}
	a.store = kept
	a.closers = append(a.closers, kept.Close)
	return a, nil
}

// keyringDisabled names the variable with the reason not to use the keychain.
const keyringDisabled = "TUSK_KEYRING_DISABLED"

// unlock opens the secrets. warn is told when passwords cannot be kept.
func (a *application) unlock(warn func(*tusk.Error)) {
	a.secrets = secrets.New(secrets.Options{Warn: warn, Disabled: os.Getenv(keyringDisabled)})
	a.closers = append(a.closers, a.secrets.Close)
}

// start makes the engine, after unlock. config says whom it asks and tells.
func (a *application) start(config engine.Config) {
	config.Store, config.Secrets, config.Log = a.store, a.secrets, a.log
	a.engine = engine.New(config)
	a.closers = append(a.closers, func() error { a.engine.Close(); return nil })
}

// close undoes the opening, last first.
func (a *application) close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	return errors.Join(errs...)
}

// serve speaks LSP on stdin and stdout until the client is gone.
func serve(ctx context.Context, g globalFlags, stdin io.Reader, stdout, stderr io.Writer) error {
	a, err := openApplication(ctx, g, stderr)
	if err != nil {
		return err
	}
	warnings := make(chan *tusk.Error, len(a.warnings)+1) // one more for the keychain's
	for _, w := range a.warnings {
		warnings <- w
	}
	a.unlock(func(w *tusk.Error) { warnings <- w })
	err = lsp.Serve(ctx, stdio{stdin, stdout}, lsp.Options{
		Version: version, Engine: engine.Config{Store: a.store, Secrets: a.secrets, Log: a.log, CatalogDir: filepath.Join(a.dir, "catalogs")}, DataDir: a.dir, Log: a.log, Warnings: warnings,
		ServerSyntax: !pgparse.Available,
	})
	switch {
	case errors.Is(err, lsp.ErrNoShutdown):
		err = exitStatus(1)
	case err != nil:
		a.log.Info("the session ended", "err", err)
		err = exitStatus(1)
	}
	return errors.Join(err, a.close())
}

// stdio is the client at the other end of this process's pipes.
type stdio struct {
	io.Reader
	io.Writer
}

// Close closes both pipes, which ends a read that waits.
func (s stdio) Close() error {
	var errs []error
	for _, end := range []any{s.Reader, s.Writer} {
		if c, ok := end.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

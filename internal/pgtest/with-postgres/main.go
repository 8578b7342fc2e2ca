// Command with-postgres starts a PostgreSQL server per major under test, runs a
// command that shares them (see package pgtest), and stops them:
//
//	go run ./internal/pgtest/with-postgres -- go test ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code, err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "with-postgres:", err)
	}
	os.Exit(code)
}

// run gives the exit code of the command.
func run(ctx context.Context, args []string) (code int, err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return 2, errors.New("usage: with-postgres -- command [argument...]")
	}
	dir, err := os.MkdirTemp("", "tusk-test-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "servers.json")

	command := exec.Command(args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(), pgtest.SharedEnv+"="+file)

	began := time.Now()
	majors, err := pgtest.Majors(ctx)
	if err != nil {
		return 1, err
	}
	servers, err := pgtest.StartServers(ctx, majors, func(message string) { fmt.Fprintln(os.Stderr, message) })
	switch {
	case errors.Is(err, scratch.ErrNotFound):
		// Tests that need a server skip, and say so.
		fmt.Fprintln(os.Stderr, err)
		command.Env = os.Environ()
	case err != nil:
		return 1, err
	default:
		defer func() { err = errors.Join(err, stopAll(servers)) }()
		if err := pgtest.Share(file, servers); err != nil {
			return 1, err
		}
		fmt.Fprintf(os.Stderr, "PostgreSQL %s ready in %.1f s\n", versions(servers), time.Since(began).Seconds())
	}
	// A ^C reaches the command from the terminal: it ends, and then we do.
	err = command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

func versions(servers []*scratch.Server) string {
	all := make([]string, len(servers))
	for i, s := range servers {
		all[i] = s.Installation.Version
	}
	return strings.Join(all, ", ")
}

func stopAll(servers []*scratch.Server) error {
	var errs []error
	for _, s := range servers {
		errs = append(errs, s.Stop(context.Background()))
	}
	return errors.Join(errs...)
}

package secrets

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

const (
	commandTimeout = time.Minute // a person may have to unlock something
	commandOutput  = 64 << 10    // bytes
)

// Command runs a password command and answers the first line of its output,
// trimmed, as `pass show` and its like print it. The command is a program
// with its arguments, run without a shell, without input, for a minute at
// most. It must come from the user's own settings, never from a workspace:
// whoever names it runs a program.
//
// An error is a *tusk.Error with the beginning of the command's complaints,
// never its output.
func Command(ctx context.Context, argv []string) (Secret, error) {
	if len(argv) == 0 || argv[0] == "" {
		return Secret{}, tusk.NewError(tusk.Authentication, nil, "the password command is empty").
			WithHint("Set it to a list: the program, then its arguments.")
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	stdout, stderr := limited{limit: commandOutput}, limited{limit: 2 << 10}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second // for children that keep the pipes open
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // the command itself ended well; it left an agent behind
	}
	if ctx.Err() != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return Secret{}, tusk.NewError(tusk.Cancelled, context.Cause(ctx), "the password command %q was stopped", argv[0])
		}
		err = errors.New("it did not end in time")
	}
	if err != nil {
		e := tusk.NewError(tusk.Authentication, err, "the password command %q gave no password", argv[0]).
			WithHint("Run the command in a terminal to see what is wrong.")
		e.Detail = Redact(strings.TrimSpace(stderr.String()))
		return Secret{}, e
	}
	line, _, _ := strings.Cut(stdout.String(), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return Secret{}, tusk.NewError(tusk.Authentication, nil, "the password command %q printed nothing", argv[0]).
			WithHint("It must print the password on its first line.")
	}
	return NewSecret(line), nil
}

// limited keeps the beginning of what is written and takes the rest without
// complaint, so that the writer does not block. It embeds no bytes.Buffer,
// whose ReadFrom would be used in place of Write.
type limited struct {
	kept  bytes.Buffer
	limit int
}

func (l *limited) Write(p []byte) (int, error) {
	l.kept.Write(p[:min(len(p), max(0, l.limit-l.kept.Len()))])
	return len(p), nil
}

func (l *limited) String() string { return l.kept.String() }

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// terminal asks the person who sits there, one question at a time.
type terminal struct {
	file *os.File
	line *term.Terminal
}

// atTerminal gives the terminal that stdin is, nil where nobody can be asked.
func atTerminal(stdin io.Reader, stderr io.Writer) *terminal {
	file, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return &terminal{file, term.NewTerminal(stdio{file, stderr}, "")}
}

// hidden asks for a line that is not shown. ^C and ^D dismiss the question: the
// error is of category Cancelled.
func (t *terminal) hidden(ctx context.Context, prompt string) (string, error) {
	return t.ask(ctx, func() (string, error) { return t.line.ReadPassword(prompt) })
}

// confirm asks a question until it is answered with yes or no.
func (t *terminal) confirm(ctx context.Context, question string) (bool, error) {
	for {
		answer, err := t.ask(ctx, func() (string, error) {
			t.line.SetPrompt(question + " (yes/no) ")
			return t.line.ReadLine()
		})
		if err != nil {
			return false, err
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "yes", "y":
			return true, nil
		case "no", "n":
			return false, nil
		}
	}
}

// ask reads in raw mode, in which ^C is a character. Nothing interrupts the read
// of a terminal: where ctx ends first, as by SIGTERM, its goroutine ends with
// the process.
func (t *terminal) ask(ctx context.Context, read func() (string, error)) (string, error) {
	before, err := term.MakeRaw(int(t.file.Fd()))
	if err != nil {
		return "", tusk.NewError(tusk.Internal, err, "the terminal cannot be read")
	}
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := read()
		answered <- answer{text, err}
	}()
	var got answer
	select {
	case got = <-answered:
	case <-ctx.Done():
		got.err = ctx.Err()
	}
	if err := term.Restore(int(t.file.Fd()), before); err != nil {
		return "", tusk.NewError(tusk.Internal, err, "the terminal cannot be set back")
	}
	if got.err != nil {
		return "", tusk.NewError(tusk.Cancelled, got.err, "the question was not answered").WithHint("Run the command again.")
	}
	return got.text, nil
}

// askPassword reads a password without echo; without a terminal it reads a line
// of stdin, and nothing where stdin is empty.
func (a *application) askPassword(ctx context.Context, stdin io.Reader, prompt string) (secrets.Secret, error) {
	if a.person != nil {
		text, err := a.person.hidden(ctx, prompt)
		return secrets.NewSecret(text), err
	}
	text, err := readLine(stdin)
	if err != nil {
		return secrets.Secret{}, tusk.NewError(tusk.Authentication, err, "the password cannot be read from stdin")
	}
	return secrets.NewSecret(text), nil
}

// readLine reads up to the end of a line and not beyond it: what follows is for
// the next question.
func readLine(r io.Reader) (string, error) {
	var line strings.Builder
	one := make([]byte, 1)
	for {
		n, err := r.Read(one)
		if n == 1 && one[0] != '\n' {
			line.WriteByte(one[0])
		}
		switch {
		case n == 1 && one[0] == '\n', errors.Is(err, io.EOF):
			return strings.TrimSuffix(line.String(), "\r"), nil
		case err != nil:
			return "", err
		}
	}
}

// askSecret asks for a secret that a connection needs.
func (a *application) askSecret(ctx context.Context, q engine.SecretQuestion) (engine.SecretAnswer, error) {
	what := map[engine.SecretKind]string{
		engine.DatabasePassword: "Password for %s: ",
		engine.SSHPassword:      "SSH password for %s: ",
		engine.SSHPassphrase:    "Passphrase for the key %s: ",
	}[q.Kind]
	prompt := fmt.Sprintf(what, q.For)
	if q.Refused {
		prompt = "That one was refused. " + prompt
	}
	text, err := a.person.hidden(ctx, prompt)
	if dismissed(ctx, err) || text == "" {
		return engine.SecretAnswer{}, nil
	}
	answer := engine.SecretAnswer{Secret: secrets.NewSecret(text)}
	if err == nil && a.secrets.Available() {
		answer.Remember, err = a.person.confirm(ctx, "Keep it in the keychain?")
	}
	if dismissed(ctx, err) {
		err = nil
	}
	return answer, err
}

// acceptHost asks whether to trust an SSH host.
func (a *application) acceptHost(ctx context.Context, host *tunnel.UnknownHost) (bool, error) {
	fmt.Fprintf(a.person.line, "The SSH host %s is not known.\nIts key is %s %s.\n", host.Host, host.Type, host.Fingerprint)
	accepted, err := a.person.confirm(ctx, "Compare it with what the host's keeper tells. Is it the right one?")
	if dismissed(ctx, err) {
		return false, nil
	}
	return accepted, err
}

// dismissed reports whether a person chose not to answer.
func dismissed(ctx context.Context, err error) bool {
	return errors.Is(err, &tusk.Error{Category: tusk.Cancelled}) && ctx.Err() == nil
}

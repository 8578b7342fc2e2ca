package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/internal/sshtest"
)

// person sits at a real terminal, reads what it shows and types.
type person struct {
	t      *testing.T
	keys   *os.File // the terminal's far side
	screen *os.File // the terminal, which the program reads and writes
	shown  chan []byte
	seen   string // all that was shown until now
	read   int    // how much of it was waited for, in bytes
}

func newPerson(t *testing.T) *person {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	screen, err := os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, keys: keys, screen: screen, shown: make(chan []byte)}
	go func() {
		defer close(p.shown)
		for {
			buffer := make([]byte, 1024)
			n, err := keys.Read(buffer)
			if err != nil {
				return // the terminal is closed
			}
			p.shown <- buffer[:n]
		}
	}()
	t.Cleanup(func() {
		keys.WriteString("\r\x04") //nolint:errcheck // ends a read that a test has left behind
		screen.Close()
		for range p.shown {
		}
		keys.Close()
	})
	return p
}

// sees waits for a text on the screen, after what it waited for last.
func (p *person) sees(text string) {
	p.t.Helper()
	deadline := time.After(10 * time.Second)
	for !strings.Contains(p.seen[p.read:], text) {
		select {
		case more := <-p.shown:
			p.seen += string(more)
		case <-deadline:
			p.t.Fatalf("%q is not shown after\n%s", text, p.seen)
		}
	}
	p.read += strings.Index(p.seen[p.read:], text) + len(text)
}

// answers types a line after a prompt.
func (p *person) answers(prompt, line string) {
	p.t.Helper()
	p.sees(prompt)
	if _, err := p.keys.WriteString(line + "\r"); err != nil {
		p.t.Fatal(err)
	}
}

// types runs a command line at the terminal while a person answers it.
func (p *person) types(ctx context.Context, c command, line string, conversation func()) (stdout string, err error) {
	p.t.Helper()
	var out bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"--data-dir", c.dir}, strings.Fields(line)...), p.screen, &out, p.screen)
		p.screen.WriteString("(ended)") //nolint:errcheck // sees would miss it
		ended <- err
	}()
	conversation()
	p.sees("(ended)")
	err = <-ended
	return out.String(), err
}

func TestPasswordIsTypedAtTheTerminal(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	withKeychain(t)
	p := newPerson(t)
	if _, err := p.types(t.Context(), c, "connection add mine"+flagsFor(db), func() {
		p.answers("Password for "+db.Username+" (empty for none): ", "")
	}); err != nil {
		t.Fatal(err)
	}
	out, err := p.types(t.Context(), c, "connection test mine", func() {
		p.answers("Password for "+db.Username+"@", "wr0ng-word")
		p.answers("Keep it in the keychain?", "no")
		p.answers("That one was refused. Password for ", db.Password)
		p.answers("Keep it in the keychain?", "perhaps")
		p.answers("Keep it in the keychain?", "yes")
	})
	if err != nil || !strings.Contains(out, "mine works") {
		t.Errorf("%v, %s\n%s", err, out, p.seen)
	}
	c.shows("", "connection test mine", "mine works")
	if _, err := p.types(t.Context(), c, "connection password mine", func() { p.answers("The password of mine", "0ther-word") }); err != nil {
		t.Error(err)
	}
	for _, secret := range []string{db.Password, "wr0ng-word", "0ther-word"} {
		if strings.Contains(p.seen, secret) {
			t.Errorf("%s is on the screen:\n%s", secret, p.seen)
		}
	}
}

// A question that is dismissed leaves the error that led to it.
func TestQuestionIsDismissed(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	c.must("", "connection add mine"+flagsFor(db))
	p := newPerson(t)
	const interrupt = "\x03" // ^C
	_, err := p.types(t.Context(), c, "connection test mine", func() { p.answers("Password for ", interrupt) })
	if tusk.CategoryOf(err) != tusk.Authentication || !strings.Contains(p.seen, "none is known") {
		t.Errorf("%v\n%s", err, p.seen)
	}
	_, err = p.types(t.Context(), c, "connection password mine", func() {})
	if tusk.CategoryOf(err) != tusk.Keyring {
		t.Errorf("without a keychain: %v", err)
	}
	if _, err = p.types(t.Context(), c, "connection add other --user me", func() { p.answers("Password for ", interrupt) }); tusk.CategoryOf(err) != tusk.Cancelled {
		t.Errorf("add: %v", err)
	}
	c.fails("", "connection test other", "no connection named other")
}

// A signal ends the program while it asks, and gives the terminal back.
func TestQuestionEndsWithTheProgram(t *testing.T) {
	c := newCommand(t)
	p := newPerson(t)
	before, err := unix.IoctlGetTermios(int(p.screen.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = p.types(ctx, c, "connection add mine --user me", func() {
		p.sees("Password for ")
		cancel()
	})
	if err == nil {
		t.Error("it went on")
	}
	after, err := unix.IoctlGetTermios(int(p.screen.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if *before != *after {
		t.Errorf("the terminal was %+v and is %+v", before, after)
	}
}

func TestUnknownSSHHostIsAskedAbout(t *testing.T) {
	db := pgtest.New(t).Database(t)
	gate := sshtest.Start(t)
	c := newCommand(t)
	passfile(t, db)
	if err := os.Mkdir(filepath.Join(os.Getenv("HOME"), ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.must("", "connection add mine"+flagsFor(db)+" --ssh-host 127.0.0.1 --ssh-port "+strconv.Itoa(gate.Port)+
		" --ssh-user "+gate.User+" --ssh-key "+gate.KeyPath)
	fingerprint := ssh.FingerprintSHA256(gate.HostKey)
	c.fails("", "connection test mine", "SSH Error", fingerprint)
	p := newPerson(t)
	if _, err := p.types(t.Context(), c, "connection test mine", func() {
		p.answers("Is it the right one?", "no")
	}); tusk.CategoryOf(err) != tusk.SSH {
		t.Errorf("refused: %v", err)
	}
	if !strings.Contains(p.seen, fingerprint) {
		t.Errorf("the fingerprint %s is not in\n%s", fingerprint, p.seen)
	}
	out, err := p.types(t.Context(), c, "connection test mine", func() {
		p.answers("Is it the right one?", "perhaps")
		p.answers("Is it the right one?", "yes")
	})
	if err != nil || !strings.Contains(out, "tunnel") {
		t.Errorf("accepted: %v\n%s", err, out)
	}
	c.shows("", "connection test mine", "mine works", gate.User+"@127.0.0.1:")
}

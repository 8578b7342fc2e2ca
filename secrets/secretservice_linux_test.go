package secrets

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/zalando/go-keyring"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// patience is more than any bound under test and less than promptTimeout.
const patience = 10 * time.Second

// open starts a Service on the machine's real keychain, and counts what it
// tells the user.
func open(t *testing.T) (*Service, *atomic.Int32) {
	t.Helper()
	var warnings atomic.Int32
	s := New(Options{Warn: func(e *tusk.Error) {
		warnings.Add(1)
		if e.Category != tusk.Keyring || e.Hint == "" {
			t.Errorf("warned of %v, %q", e, e.Hint)
		}
	}})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, &warnings
}

func store(t *testing.T, s *Service, key Key, text string) {
	t.Helper()
	if err := s.Store(t.Context(), key, NewSecret(text)); err != nil {
		t.Fatal(err)
	}
}

func has(t *testing.T, s *Service, key Key) bool {
	t.Helper()
	found, err := s.Has(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSecretServiceKeepsSecrets(t *testing.T) {
	newDesktop(t).keyring(t, "--unlock")
	s, warnings := open(t)
	if !s.Available() {
		t.Fatal(s.FallbackReason())
	}
	id := uuid.New()
	for key, user := range map[Key]string{Database(id): "db:" + id.String(), SSH(id): "ssh:" + id.String()} {
		if has(t, s, key) {
			t.Errorf("%s is there before it was stored", key)
		}
		store(t, s, key, "the first of "+user)
		store(t, s, key, "påss wörd\n\"of\" "+user)
		if got := revealed(t, s, key); got != "påss wörd\n\"of\" "+user {
			t.Errorf("got %q for %s", got, key)
		}
		if got, err := keyring.Get("dev.tusk.Tusk", user); err != nil || got != revealed(t, s, key) {
			t.Errorf("the keychain itself has %q for %s: %v", got, user, err)
		}
	}
	if err := s.Delete(t.Context(), Database(id)); err != nil {
		t.Fatal(err)
	}
	if has(t, s, Database(id)) || !has(t, s, SSH(id)) {
		t.Error("the deletion took the wrong one, or none")
	}
	if err := s.Delete(t.Context(), Database(id)); err != nil {
		t.Errorf("the deletion of what is not there: %v", err)
	}
	if warnings.Load() != 0 {
		t.Error("the user was warned")
	}
}

func TestAnotherProcessFindsTheSecret(t *testing.T) {
	const idOfParent = "TUSK_TEST_ID"
	if id := os.Getenv(idOfParent); id != "" {
		s, _ := open(t)
		if got := revealed(t, s, Database(uuid.MustParse(id))); got != "from the parent" {
			t.Errorf("got %q", got)
		}
		store(t, s, SSH(uuid.MustParse(id)), "from the child")
		return
	}
	newDesktop(t).keyring(t, "--unlock")
	s, _ := open(t)
	id := uuid.New()
	store(t, s, Database(id), "from the parent")
	inChild(t, idOfParent+"="+id.String())
	if got := revealed(t, s, SSH(id)); got != "from the child" {
		t.Errorf("got %q", got)
	}
}

func TestWithoutAKeychainOfTheSystem(t *testing.T) {
	for name, prepare := range map[string]func(*testing.T){
		"no D-Bus": func(t *testing.T) {
			newHome(t)
			needNoDesktop(t)
		},
		"a D-Bus to be launched": func(t *testing.T) {
			newHome(t)
			needNoDesktop(t)
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
		},
		"a D-Bus that has gone": func(t *testing.T) {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(newHome(t), "bus"))
		},
		"a D-Bus without a service": func(t *testing.T) { newDesktop(t) },
		"no collection":             func(t *testing.T) { newDesktop(t).keyring(t) },
		"a locked collection": func(t *testing.T) {
			d := newDesktop(t)
			d.keyring(t, "--unlock")
			d.lock(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			prepare(t)
			launched := launcher(t)
			began := time.Now()
			s, warnings := open(t)
			if s.Available() {
				t.Fatal("there is a keychain")
			}
			if took := time.Since(began); took > DetectionTimeout+patience {
				t.Errorf("detection took %v", took)
			}
			t.Logf("%v: %s", time.Since(began), s.FallbackReason())
			id := uuid.New()
			for _, key := range []Key{Database(id), SSH(id)} {
				if has(t, s, key) {
					t.Errorf("%s is there before it was stored", key)
				}
				store(t, s, key, "secret of "+key.String())
				if got := revealed(t, s, key); got != "secret of "+key.String() {
					t.Errorf("got %q for %s", got, key)
				}
			}
			if warnings.Load() != 1 {
				t.Errorf("the user was warned %d times", warnings.Load())
			}
			if err := s.Recheck(t.Context()); tusk.CategoryOf(err) != tusk.Keyring {
				t.Errorf("another look found %v", err)
			}
			if err := s.Delete(t.Context(), Database(id)); tusk.CategoryOf(err) != tusk.Keyring {
				t.Errorf("the keychain may still have what was deleted, but: %v", err)
			}
			if has(t, s, Database(id)) {
				t.Error("the session still has what was deleted")
			}
			if exists(launched) {
				t.Error("dbus-launch was run: its bus stays behind")
			}
		})
	}
}

// needNoDesktop skips a test that would find the keychain of whoever runs it.
func needNoDesktop(t *testing.T) {
	t.Helper()
	for _, name := range []string{"bus", "dbus-session"} {
		if path := filepath.Join(runtimeDir(), name); exists(path) {
			t.Skipf("%s leads to a real desktop", path)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// launcher puts a dbus-launch into the PATH that leaves the file at the path
// behind.
func launcher(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	launched := filepath.Join(dir, "launched")
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte("#!/bin/sh\n: >'"+launched+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return launched
}

func TestKeychainIsUsedAgainOnceItIsUnlocked(t *testing.T) {
	d := newDesktop(t)
	d.keyring(t, "--unlock")
	s, warnings := open(t)
	before, during, after := Database(uuid.New()), Database(uuid.New()), Database(uuid.New())
	store(t, s, before, "before")
	d.lock(t)
	store(t, s, during, "during")
	if s.Available() || warnings.Load() != 1 {
		t.Errorf("locked, but %d warnings, and %q", warnings.Load(), s.FallbackReason())
	}
	d.unlock(t)
	if err := s.Recheck(t.Context()); err != nil {
		t.Fatal(err)
	}
	store(t, s, after, "after")
	for key, want := range map[Key]string{before: "before", during: "during", after: "after"} {
		if got := revealed(t, s, key); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if _, err := keyring.Get("dev.tusk.Tusk", after.String()); err != nil || !s.Available() || warnings.Load() != 1 {
		t.Errorf("%v, %q, %d warnings", err, s.FallbackReason(), warnings.Load())
	}
}

func TestKeychainThatHangsFromTheStart(t *testing.T) {
	daemon := newDesktop(t).keyring(t, "--unlock")
	signal(t, daemon, syscall.SIGSTOP)
	s, warnings := open(t)
	t.Cleanup(func() { signal(t, daemon, syscall.SIGCONT) })
	within(t, patience, func() {
		if s.Available() {
			t.Error("it is available")
		}
	})
	key := Database(uuid.New())
	storeWithin(t, s, 2*time.Second, key, "kept")
	within(t, DetectionTimeout, func() { // from now on, nobody waits
		store(t, s, SSH(uuid.New()), "kept as well")
		if got := revealed(t, s, key); got != "kept" || has(t, s, Database(uuid.New())) {
			t.Errorf("got %q, or what was never stored", got)
		}
	})
	if warnings.Load() != 1 {
		t.Errorf("the user was warned %d times", warnings.Load())
	}
	signal(t, daemon, syscall.SIGCONT)
	if err := s.Recheck(t.Context()); err != nil || !s.Available() {
		t.Errorf("it answers again, but: %v, %q", err, s.FallbackReason())
	}
}

func TestKeychainThatHangsLater(t *testing.T) {
	daemon := newDesktop(t).keyring(t, "--unlock")
	s, warnings := open(t)
	t.Cleanup(func() { signal(t, daemon, syscall.SIGCONT) })
	key := Database(uuid.New())
	store(t, s, key, "kept")
	signal(t, daemon, syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := s.Get(ctx, key); !errors.Is(err, ErrNotFound) || tusk.CategoryOf(err) != tusk.Keyring {
		t.Errorf("a keychain that hangs gave %v", err)
	}
	if ctx.Err() != nil {
		t.Error("the caller has no time left to go on without")
	}
	within(t, DetectionTimeout, func() {
		if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrNotFound) {
			t.Errorf("then: %v", err)
		}
	})
	recheck, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := s.Recheck(recheck); tusk.CategoryOf(err) != tusk.Keyring {
		t.Errorf("another look found %v", err)
	}
	signal(t, daemon, syscall.SIGCONT)
	if err := s.Recheck(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := revealed(t, s, key); got != "kept" || warnings.Load() != 1 {
		t.Errorf("got %q with %d warnings", got, warnings.Load())
	}
}

// TestCloseLeavesAKeychainThatHangs: the end of the process does not wait.
func TestCloseLeavesAKeychainThatHangs(t *testing.T) {
	daemon := newDesktop(t).keyring(t, "--unlock")
	signal(t, daemon, syscall.SIGSTOP)
	s := New(Options{})
	within(t, patience, func() {
		if err := s.Close(); tusk.CategoryOf(err) != tusk.Keyring {
			t.Errorf("got %v", err)
		}
	})
	signal(t, daemon, syscall.SIGCONT)
	<-s.stopped
}

func TestPromptThatNobodyAnswers(t *testing.T) {
	d := newDesktop(t)
	d.keyring(t, "--unlock")
	d.lock(t)
	window, asked := d.prompter(t)
	s, warnings := open(t)
	<-asked
	key := Database(uuid.New())
	within(t, patience, func() {
		if s.Available() {
			t.Error("it is available")
		}
		storeWithin(t, s, 2*time.Second, key, "kept")
	})
	if warnings.Load() != 1 || revealed(t, s, key) != "kept" {
		t.Errorf("%d warnings, or the secret is lost", warnings.Load())
	}
	d.unlock(t)
	if err := window.Close(); err != nil { // the user gives up on it
		t.Fatal(err)
	}
	if err := s.Recheck(t.Context()); err != nil || !s.Available() {
		t.Errorf("after unlocking: %v", err)
	}
}

// TestLogoutDuringAPrompt: the library panics when the bus goes away while a
// prompt is open. The server must not.
func TestLogoutDuringAPrompt(t *testing.T) {
	d := newDesktop(t)
	d.keyring(t, "--unlock")
	d.lock(t)
	_, asked := d.prompter(t)
	s, _ := open(t)
	<-asked
	signal(t, d.bus.Process, syscall.SIGKILL)
	within(t, patience, func() {
		if err := s.Recheck(t.Context()); tusk.CategoryOf(err) != tusk.Keyring {
			t.Errorf("got %v", err)
		}
	})
	store(t, s, Database(uuid.New()), "kept")
}

func storeWithin(t *testing.T, s *Service, limit time.Duration, key Key, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := s.Store(ctx, key, NewSecret(text)); err != nil {
		t.Fatal(err)
	}
}

// within fails the test when do takes longer.
func within(t *testing.T, limit time.Duration, do func()) {
	t.Helper()
	began := time.Now()
	do()
	if took := time.Since(began); took > limit {
		t.Errorf("it took %v, more than %v", took, limit)
	}
}

func signal(t *testing.T, p *os.Process, s os.Signal) {
	t.Helper()
	if err := p.Signal(s); err != nil {
		t.Fatal(err)
	}
}

//go:build unix

package tunnel_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/internal/sshtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// echo answers every line with itself, as a stand-in for any server beyond the
// tunnel.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c) //nolint:errcheck // the test's own read tells
			}()
		}
	}()
	return listener.Addr().String()
}

func open(t *testing.T, config tusk.SSHTunnelConfig, o tunnel.Options) *tunnel.Tunnel {
	t.Helper()
	tun := tunnel.New(config, o)
	t.Cleanup(func() {
		if err := tun.Close(); err != nil {
			t.Error(err)
		}
	})
	return tun
}

// works sends a line through the tunnel and reads it back.
func works(t *testing.T, tun *tunnel.Tunnel, target string) {
	t.Helper()
	c, err := tun.Dial(t.Context(), "tcp", target)
	if err != nil {
		t.Fatalf("%v\n%+v", err, tusk.InfoOf(err))
	}
	defer c.Close()
	fmt.Fprintln(c, "hello")
	if line, err := bufio.NewReader(c).ReadString('\n'); line != "hello\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	if c.RemoteAddr().String() != target {
		t.Errorf("the peer is %s, want %s", c.RemoteAddr(), target)
	}
}

// refused dials and wants an SSH error that mentions each of words.
func refused(t *testing.T, tun *tunnel.Tunnel, words ...string) {
	t.Helper()
	_, err := tun.Dial(t.Context(), "tcp", "127.0.0.1:1")
	if tusk.CategoryOf(err) != tusk.SSH {
		t.Fatalf("got %v, want an SSH error", err)
	}
	info := tusk.InfoOf(err)
	for _, word := range words {
		if !strings.Contains(info.Message+" "+info.Hint, word) {
			t.Errorf("%q, %q: %q is not mentioned", info.Message, info.Hint, word)
		}
	}
}

func TestKey(t *testing.T) {
	server := sshtest.Start(t)
	tun := open(t, server.Config(), tunnel.Options{KnownHostsFiles: []string{server.KnownHosts(t, server.HostKey)}})
	target := echo(t)
	works(t, tun, target)
	works(t, tun, target)
}

func TestKeyWithPassphrase(t *testing.T) {
	server := sshtest.Start(t)
	config := server.Config()
	config.KeyPath = filepath.Join(t.TempDir(), "locked")
	server.Authorize(t, sshtest.WriteKey(t, config.KeyPath, "open sesame"))
	options := func(secret string) tunnel.Options {
		return tunnel.Options{
			KnownHostsFiles: []string{server.KnownHosts(t, server.HostKey)},
			Secret:          func(context.Context) (secrets.Secret, error) { return secrets.NewSecret(secret), nil },
		}
	}
	works(t, open(t, config, options("open sesame")), echo(t))
	refused(t, open(t, config, options("")), "passphrase", "missing")
	refused(t, open(t, config, options("open barley")), "passphrase", "wrong")
}

func TestAgent(t *testing.T) {
	server := sshtest.Start(t)
	text, err := os.ReadFile(server.KeyPath)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParseRawPrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	keyring := agent.NewKeyring()
	if err := keyring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	// A short path: a unix socket's name has little room.
	dir, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				agent.ServeAgent(keyring, c) //nolint:errcheck // ends with the connection
				c.Close()
			}()
		}
	}()
	config := server.Config()
	config.AuthMethod, config.KeyPath = tusk.SSHAgent, ""
	known := []string{server.KnownHosts(t, server.HostKey)}
	works(t, open(t, config, tunnel.Options{KnownHostsFiles: known, AgentSocket: listener.Addr().String()}), echo(t))
	refused(t, open(t, config, tunnel.Options{KnownHostsFiles: known}), "no SSH agent", "ssh-add")
}

func TestUnknownHostIsTrustedByAPerson(t *testing.T) {
	server := sshtest.Start(t)
	options := tunnel.Options{KnownHostsFiles: []string{filepath.Join(t.TempDir(), "new", "known_hosts")}}
	tun := open(t, server.Config(), options)
	refused(t, tun, "not known", "SHA256:")

	target := echo(t)
	_, err := tun.Dial(t.Context(), "tcp", target)
	unknown, ok := errors.AsType[*tunnel.UnknownHost](err)
	if !ok || unknown.Fingerprint != ssh.FingerprintSHA256(server.HostKey) || unknown.Type != "ssh-ed25519" {
		t.Fatalf("the error's cause is %+v", unknown)
	}
	if err := tun.Trust(unknown); err != nil {
		t.Fatal(err)
	}
	works(t, tun, target)
	works(t, open(t, server.Config(), options), target)
}

func TestChangedHostKeyIsRefused(t *testing.T) {
	server := sshtest.Start(t)
	other := sshtest.WriteKey(t, filepath.Join(t.TempDir(), "other"), "")
	tun := open(t, server.Config(), tunnel.Options{KnownHostsFiles: []string{server.KnownHosts(t, other)}})
	refused(t, tun, "has changed", "ssh-keygen -R")
	_, err := tun.Dial(t.Context(), "tcp", "127.0.0.1:1")
	if _, offered := errors.AsType[*tunnel.UnknownHost](err); offered {
		t.Error("a changed key is offered to be trusted")
	}
}

func TestConfigFileWithJumpHost(t *testing.T) {
	jump, last := sshtest.Start(t), sshtest.Start(t)
	dir := t.TempDir()
	known := filepath.Join(dir, "known_hosts")
	var lines []byte
	for _, s := range []*sshtest.Server{jump, last} {
		text, err := os.ReadFile(s.KnownHosts(t, s.HostKey))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, text...)
	}
	config := filepath.Join(dir, "config")
	text := fmt.Sprintf(`
Host bastion
  HostName 127.0.0.1
  Port %d
  IdentityFile %s

Host db-gate
  HostName 127.0.0.1
  Port %d
  User %s
  IdentityFile %s
  ProxyJump %s@bastion
`, jump.Port, jump.KeyPath, last.Port, last.User, last.KeyPath, jump.User)
	for path, content := range map[string][]byte{known: lines, config: []byte(text)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	options := tunnel.Options{ConfigFiles: []string{config}, KnownHostsFiles: []string{known}}
	gate := tusk.SSHTunnelConfig{Host: "db-gate", AuthMethod: tusk.SSHKey}.WithDefaults()
	tun := open(t, gate, options)
	target := echo(t)
	works(t, tun, target)

	jump.Stop()
	refusedSoon(t, open(t, gate, options), "cannot be reached")
}

// A host behind a ProxyCommand, under a name of its own in a known_hosts file of
// its own; and a condition that would start a program, which is skipped.
func TestConfigFileWithProxyCommand(t *testing.T) {
	server := sshtest.Start(t)
	dir := t.TempDir()
	known, started := filepath.Join(dir, "known"), filepath.Join(dir, "started")
	config := filepath.Join(dir, "config")
	text := fmt.Sprintf(`
Match host *.example.com exec "touch %s"
  User nobody

Host db.example.com
  Port %d
  User %s
  IdentityFile %s
  HostKeyAlias the-database
  UserKnownHostsFile %s
  ProxyCommand %s -test.run=^TestForwardStdio$ 127.0.0.1:%%p
`, started, server.Port, server.User, server.KeyPath, known, os.Args[0])
	for path, content := range map[string]string{
		config: text,
		known:  knownhosts.Line([]string{"the-database"}, server.HostKey) + "\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gate := tusk.SSHTunnelConfig{Host: "db.example.com", AuthMethod: tusk.SSHKey}.WithDefaults()
	t.Setenv("TUSK_TEST_FORWARD", "1")
	works(t, open(t, gate, tunnel.Options{ConfigFiles: []string{config}}), echo(t))
	if _, err := os.Stat(started); err == nil {
		t.Error("a condition of the configuration started a program")
	}
}

// TestForwardStdio is the ProxyCommand of the test above.
func TestForwardStdio(t *testing.T) {
	if os.Getenv("TUSK_TEST_FORWARD") == "" {
		t.Skip("it is a program for another test")
	}
	far, err := net.Dial("tcp", os.Args[len(os.Args)-1])
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		io.Copy(far, os.Stdin) //nolint:errcheck // ends with either side
		far.Close()
	}()
	io.Copy(os.Stdout, far) //nolint:errcheck // ends with either side
	os.Exit(0)
}

func refusedSoon(t *testing.T, tun *tunnel.Tunnel, word string) {
	t.Helper()
	start := time.Now()
	refused(t, tun, word)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the refusal took %v", took)
	}
}

func TestTunnelIsMadeAnewAfterTheServerRestarts(t *testing.T) {
	server := sshtest.Start(t)
	tun := open(t, server.Config(), tunnel.Options{KnownHostsFiles: []string{server.KnownHosts(t, server.HostKey)}})
	target := echo(t)
	c, err := tun.Dial(t.Context(), "tcp", target)
	if err != nil {
		t.Fatal(err)
	}
	server.Stop()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Fatal("a read through a dead tunnel succeeded")
	}
	server.Run(t)
	// The first dial may still meet the dead connection; it never hangs.
	for err = errors.New("not dialled"); err != nil; {
		var again net.Conn
		if again, err = tun.Dial(t.Context(), "tcp", target); err == nil {
			again.Close()
		}
	}
	works(t, tun, target)
}

func TestDeadlineEndsARead(t *testing.T) {
	server := sshtest.Start(t)
	tun := open(t, server.Config(), tunnel.Options{KnownHostsFiles: []string{server.KnownHosts(t, server.HostKey)}})
	c, err := tun.Dial(t.Context(), "tcp", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want os.ErrDeadlineExceeded", err)
	}
}

func TestRefusedTargetIsAConnectionError(t *testing.T) {
	server := sshtest.Start(t)
	tun := open(t, server.Config(), tunnel.Options{KnownHostsFiles: []string{server.KnownHosts(t, server.HostKey)}})
	_, err := tun.Dial(t.Context(), "tcp", "127.0.0.1:1")
	if tusk.CategoryOf(err) != tusk.Connection {
		t.Errorf("got %v, want a connection error", err)
	}
}

func TestSilentHostEndsWithTheContext(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	key := filepath.Join(t.TempDir(), "key")
	sshtest.WriteKey(t, key, "")
	port := listener.Addr().(*net.TCPAddr).Port
	tun := open(t, tusk.SSHTunnelConfig{Host: "127.0.0.1", Port: port, Username: "me", AuthMethod: tusk.SSHKey, KeyPath: key}, tunnel.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = tun.Dial(ctx, "tcp", "127.0.0.1:1")
	if tusk.CategoryOf(err) != tusk.SSH || !errors.Is(err, context.DeadlineExceeded) && !strings.Contains(err.Error(), "in time") {
		t.Errorf("got %v, want an SSH error about time", err)
	}
}

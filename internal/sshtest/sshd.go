//go:build unix

// Package sshtest starts OpenSSH's real server for tests.
package sshtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/peers"
)

// Server is an sshd of the test's own, on a free port of 127.0.0.1. It lets in
// the user who runs the test, with the key in KeyPath.
type Server struct {
	Port    int
	User    string
	KeyPath string        // a private key without a passphrase
	HostKey ssh.PublicKey // what the server shows

	sshd    string
	dir     string
	config  []string
	account *syscall.Credential // that sshd runs as; nil for ourselves
	cmd     *exec.Cmd
	exited  chan struct{}
}

// Start starts sshd with lines added to its configuration, and stops it with
// the test. It skips the test where sshd is not installed.
func Start(t testing.TB, config ...string) *Server {
	t.Helper()
	s := &Server{sshd: peers.Command(t, "sshd"), dir: folder(t), config: config}
	s.account, s.User = account(t)
	s.own(t, s.dir)
	s.HostKey = WriteKey(t, filepath.Join(s.dir, "host_key"), "")
	s.KeyPath = filepath.Join(s.dir, "user_key")
	s.Authorize(t, WriteKey(t, s.KeyPath, ""))
	s.Port = freePort(t)
	s.Run(t)
	t.Cleanup(s.Stop)
	return s
}

// Run starts the server, also again after Stop, on the same port.
func (s *Server) Run(t testing.TB) {
	t.Helper()
	path := filepath.Join(s.dir, "sshd_config")
	lines := append([]string{
		"Port " + strconv.Itoa(s.Port),
		"ListenAddress 127.0.0.1",
		"HostKey " + filepath.Join(s.dir, "host_key"),
		"AuthorizedKeysFile " + filepath.Join(s.dir, "authorized_keys"),
		"PidFile none",
		"StrictModes no",
		"UsePAM no",
		"MaxStartups 100",
	}, s.config...)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sshd_config", "host_key", "authorized_keys"} {
		s.own(t, filepath.Join(s.dir, name))
	}
	var output bytes.Buffer
	s.cmd = exec.Command(s.sshd, "-D", "-e", "-f", path)
	s.cmd.Stderr = &output
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.exited = make(chan struct{})
	go func() {
		defer close(s.exited)
		s.cmd.Wait() //nolint:errcheck // killed on purpose
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Address())
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-s.exited:
			t.Fatalf("sshd ended: %s", &output)
		case <-ctx.Done():
			t.Fatalf("sshd does not listen: %v\n%s", err, &output)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Stop kills the server with all its sessions, which are children in sessions
// of their own.
func (s *Server) Stop() {
	children := descendants(s.cmd.Process.Pid)
	for _, pid := range append(children, s.cmd.Process.Pid) {
		syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it may be gone already
	}
	<-s.exited
}

// Address is host:port.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)) }

// Config is a tunnel through the server with the key.
func (s *Server) Config() tusk.SSHTunnelConfig {
	return tusk.SSHTunnelConfig{
		Name: "test", Host: "127.0.0.1", Port: s.Port, Username: s.User,
		AuthMethod: tusk.SSHKey, KeyPath: s.KeyPath,
	}.WithDefaults()
}

// KnownHosts writes a known_hosts file that knows the server by key.
func (s *Server) KnownHosts(t testing.TB, key ssh.PublicKey) string {
	t.Helper()
	return KnownHosts(t, s.Port, key)
}

// KnownHosts writes a known_hosts file that knows a port of 127.0.0.1 by key.
func KnownHosts(t testing.TB, port int, key ssh.PublicKey) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "known_hosts")
	line := knownhosts.Line([]string{knownhosts.Normalize(net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))}, key)
	if err := os.WriteFile(path, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ReadKey reads a private key without a passphrase.
func ReadKey(t testing.TB, path string) ssh.Signer {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// Authorize lets in the holder of a key.
func (s *Server) Authorize(t testing.TB, key ssh.PublicKey) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(s.dir, "authorized_keys"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(ssh.MarshalAuthorizedKey(key)); err != nil {
		t.Fatal(err)
	}
}

// WriteKey makes a private key, under a passphrase where one is given.
func WriteKey(t testing.TB, path, passphrase string) ssh.PublicKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(private, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err == nil {
		err = os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(fmt.Errorf("listening on %v", listener.Addr()))
	}
	return address.Port
}

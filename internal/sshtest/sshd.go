//go:build unix

// Package sshtest starts OpenSSH's real server for tests.
package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

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

	sshd       string
	dir        string
	config     []string
	authorized string // the content of authorized_keys
	account    peers.Account
	process    *peers.Process
}

// Start starts sshd with lines added to its configuration, and stops it with
// the test. It skips the test where sshd is not installed.
func Start(t testing.TB, config ...string) *Server {
	t.Helper()
	account := peers.ServerAccount(t)
	s := &Server{User: account.Name, sshd: peers.Command(t, "sshd"), dir: account.Folder(t), config: config, account: account}
	hostKey := filepath.Join(t.TempDir(), "host_key")
	s.HostKey = WriteKey(t, hostKey, "")
	text, err := os.ReadFile(hostKey)
	if err != nil {
		t.Fatal(err)
	}
	account.WriteFile(t, s.dir, "host_key", string(text))
	s.KeyPath = filepath.Join(t.TempDir(), "user_key")
	s.Authorize(t, WriteKey(t, s.KeyPath, ""))
	s.Port = peers.FreePort(t)
	s.Run(t)
	t.Cleanup(s.Stop)
	return s
}

// Run starts the server, also again after Stop, on the same port.
func (s *Server) Run(t testing.TB) {
	t.Helper()
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
	path := s.account.WriteFile(t, s.dir, "sshd_config", strings.Join(lines, "\n")+"\n")
	s.process = s.account.Start(t, s.Address(), s.sshd, "-D", "-e", "-f", path)
}

// Stop kills the server with all its sessions, which are children in sessions
// of their own.
func (s *Server) Stop() {
	sessions := descendants(s.process.PID())
	s.process.Kill()
	for _, pid := range sessions {
		syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it may be gone already
	}
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
	s.authorized += string(ssh.MarshalAuthorizedKey(key))
	s.account.WriteFile(t, s.dir, "authorized_keys", s.authorized)
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

//go:build unix

package tunnel_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/internal/sshtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// passwordServer is an SSH server that lets ada in with a password. It stands in
// for sshd, which checks passwords for root alone.
func passwordServer(t *testing.T, configure func(*ssh.ServerConfig)) (port int, key ssh.PublicKey) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "host")
	key = sshtest.WriteKey(t, path, "")
	signer := sshtest.ReadKey(t, path)
	config := &ssh.ServerConfig{}
	config.AddHostKey(signer)
	configure(config)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			raw, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { forwardChannels(raw, config) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port, key
}

// forwardChannels serves direct-tcpip channels until the client is gone
// (RFC 4254, section 7.2).
func forwardChannels(raw net.Conn, config *ssh.ServerConfig) {
	defer raw.Close()
	conn, channels, requests, err := ssh.NewServerConn(raw, config)
	if err != nil {
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		var target struct {
			Host       string
			Port       uint32
			OriginHost string
			OriginPort uint32
		}
		if ssh.Unmarshal(offered.ExtraData(), &target) != nil {
			offered.Reject(ssh.ConnectionFailed, "unreadable")
			continue
		}
		far, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.ParseIP(target.Host), Port: int(target.Port)})
		if err != nil {
			offered.Reject(ssh.ConnectionFailed, err.Error())
			continue
		}
		channel, requests, err := offered.Accept()
		if err != nil {
			far.Close()
			continue
		}
		go ssh.DiscardRequests(requests)
		go func() {
			io.Copy(far, channel) //nolint:errcheck // ends with either side
			far.Close()
		}()
		go func() {
			io.Copy(channel, far) //nolint:errcheck // ends with either side
			channel.Close()
		}()
	}
}

func TestPassword(t *testing.T) {
	takes := func(password string) error {
		if password != "open sesame" {
			return errors.New("wrong")
		}
		return nil
	}
	for name, configure := range map[string]func(*ssh.ServerConfig){
		"password": func(c *ssh.ServerConfig) {
			c.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
				return nil, takes(string(password))
			}
		},
		"keyboard-interactive": func(c *ssh.ServerConfig) {
			c.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
				answers, err := ask("", "", []string{"Password: "}, []bool{false})
				if err != nil {
					return nil, err
				}
				return nil, takes(answers[0])
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			port, key := passwordServer(t, configure)
			config := tusk.SSHTunnelConfig{Host: "127.0.0.1", Port: port, Username: "ada", AuthMethod: tusk.SSHPassword}
			with := func(password string) *tunnel.Tunnel {
				return open(t, config, tunnel.Options{
					KnownHostsFiles: []string{sshtest.KnownHosts(t, port, key)},
					Secret:          func(context.Context) (secrets.Secret, error) { return secrets.NewSecret(password), nil },
				})
			}
			works(t, with("open sesame"), echo(t))
			for password, want := range map[string]error{"": tunnel.ErrSecretMissing, "open barley": tunnel.ErrSecretWrong} {
				_, err := with(password).Dial(t.Context(), "tcp", "127.0.0.1:1")
				if !errors.Is(err, want) {
					t.Errorf("with the password %q: %v, want %v", password, err, want)
				}
				if password != "" && strings.Contains(err.Error(), password) {
					t.Errorf("the error has the password: %v", err)
				}
			}
		})
	}
}

// silentNetwork forwards to a server until it is silenced.
type silentNetwork struct {
	listener net.Listener
	silent   chan struct{}
}

func TestSilentNetworkIsNoticed(t *testing.T) {
	server := sshtest.Start(t)
	network := newSilentNetwork(t, server.Address())
	config := server.Config()
	config.Port = network.listener.Addr().(*net.TCPAddr).Port
	tun := open(t, config, tunnel.Options{
		KnownHostsFiles: []string{sshtest.KnownHosts(t, config.Port, server.HostKey)},
		Keepalive:       100 * time.Millisecond,
	})
	c, err := tun.Dial(t.Context(), "tcp", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	close(network.silent)
	begin := time.Now()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Fatal("a read from a silent network succeeded")
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v to notice", took)
	}
}

func newSilentNetwork(t *testing.T, target string) *silentNetwork {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &silentNetwork{listener: listener, silent: make(chan struct{})}
	var forwarding sync.WaitGroup
	var open []net.Conn
	forwarding.Go(func() {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", target)
		if err != nil {
			near.Close()
			return
		}
		open = append(open, near, far)
		for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
			forwarding.Go(func() { n.forward(way[0], way[1]) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		for _, c := range open {
			c.Close()
		}
		forwarding.Wait()
	})
	return n
}

func (n *silentNetwork) forward(from, to net.Conn) {
	buffer := make([]byte, 1<<15)
	for {
		got, err := from.Read(buffer)
		if err != nil {
			return
		}
		select {
		case <-n.silent: // swallowed
		default:
			if _, err := to.Write(buffer[:got]); err != nil {
				return
			}
		}
	}
}

package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"

	"golang.org/x/crypto/ssh"
)

// demoSSHPassword lets into the demo's SSH server, which listens on this machine
// alone for some seconds.
const demoSSHPassword = "demo"

// serveSSH is an SSH server that forwards connections, as a bastion does, until
// ctx ends.
func serveSSH(ctx context.Context) (*net.TCPAddr, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, err
	}
	config := &ssh.ServerConfig{PasswordCallback: func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if subtle.ConstantTimeCompare(password, []byte(demoSSHPassword)) != 1 {
			return nil, errors.New("wrong password")
		}
		return nil, nil
	}}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			go forwardSSH(ctx, conn, config)
		}
	}()
	return listener.Addr().(*net.TCPAddr), nil
}

// forwardSSH serves one client.
func forwardSSH(ctx context.Context, conn net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return // the client went, or has another password
	}
	go ssh.DiscardRequests(requests)
	for channel := range channels {
		// RFC 4254, section 7.2.
		var target struct {
			Host       string
			Port       uint32
			OriginHost string
			OriginPort uint32
		}
		if channel.ChannelType() != "direct-tcpip" || ssh.Unmarshal(channel.ExtraData(), &target) != nil {
			_ = channel.Reject(ssh.UnknownChannelType, "this server forwards connections only")
			continue
		}
		go func() {
			address := net.JoinHostPort(target.Host, strconv.Itoa(int(target.Port)))
			var dialer net.Dialer
			far, err := dialer.DialContext(ctx, "tcp", address)
			if err != nil {
				_ = channel.Reject(ssh.ConnectionFailed, err.Error())
				return
			}
			near, requests, err := channel.Accept()
			if err != nil {
				_ = far.Close()
				return
			}
			go ssh.DiscardRequests(requests)
			var copying sync.WaitGroup
			pass := func(to io.WriteCloser, from io.Reader) {
				_, _ = io.Copy(to, from) // it ends with either side
				_ = to.Close()
			}
			copying.Go(func() { pass(far, near) })
			copying.Go(func() { pass(near, far) })
			copying.Wait()
		}()
	}
}

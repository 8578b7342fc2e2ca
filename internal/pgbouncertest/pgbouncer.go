//go:build unix

// Package pgbouncertest puts a real PgBouncer before a server of the tests.
package pgbouncertest

import (
	"fmt"
	"net"
	"strconv"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/peers"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// PgBouncer pools transactions on two backends of one database.
type PgBouncer struct {
	Port int

	program string
	config  string // path
	account peers.Account
	process *peers.Process
}

// Start starts a pooler, which stops with the test.
func Start(t testing.TB, db *pgtest.Database) *PgBouncer {
	t.Helper()
	account := peers.ServerAccount(t)
	b := &PgBouncer{Port: peers.FreePort(t), program: peers.Command(t, "pgbouncer"), account: account}
	dir := account.Folder(t)
	server := db.Config()
	users := account.WriteFile(t, dir, "userlist.txt", fmt.Sprintf("%q %q\n", db.Username, db.Password))
	b.config = account.WriteFile(t, dir, "pgbouncer.ini", fmt.Sprintf(`[databases]
* = host=%s port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = scram-sha-256
auth_file = %s
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
`, server.Host, server.Port, b.Port, users))
	b.Run(t)
	t.Cleanup(b.Stop)
	return b
}

// Run starts the pooler, also again after Stop, on the same port.
func (b *PgBouncer) Run(t testing.TB) {
	t.Helper()
	b.process = b.account.Start(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(b.Port)), b.program, b.config)
}

// Stop kills the pooler with all its connections.
func (b *PgBouncer) Stop() { b.process.Kill() }

package scratch

import (
	"fmt"
	"net"
	"net/url"
	"strconv"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Address says how to reach a scratch server as its superuser. The server
// listens on TCP and, where the system has them and the path is not too long for
// one, on a unix socket. Both ask for the
// password (scram-sha-256), and neither speaks TLS unless Options.Settings
// turned it on. An Address is immutable.
type Address struct {
	Major     int    `json:"major"`
	Host      string `json:"host"`
	Port      int    `json:"port"`
	SocketDir string `json:"socket_dir,omitempty"` // absolute; "" where there is none
	Username  string `json:"username"`
	Password  string `json:"password"`
}

// String gives the address without its password.
func (a Address) String() string {
	return fmt.Sprintf("PostgreSQL %d at %s", a.Major, net.JoinHostPort(a.Host, strconv.Itoa(a.Port)))
}

// GoString keeps the password out of %#v.
func (a Address) GoString() string { return a.String() }

// Config gives the connection to one database of the server, over TCP.
func (a Address) Config(database string) tusk.ConnectionConfig {
	return tusk.ConnectionConfig{
		Name:     database,
		Host:     a.Host,
		Port:     a.Port,
		Database: database,
		Username: a.Username,
	}.WithDefaults()
}

// URL gives the connection to one database of the server as a URI with the
// password in it
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
func (a Address) URL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(a.Username, a.Password),
		Host:     net.JoinHostPort(a.Host, strconv.Itoa(a.Port)),
		Path:     "/" + database,
		RawQuery: "sslmode=prefer",
	}
	return u.String()
}

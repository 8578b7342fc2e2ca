package engine

import (
	"crypto/tls"

	"github.com/jackc/pgx/v5/pgconn"
)

// TLSOf tells how a connection is encrypted, such as
// "TLS 1.3 TLS_AES_128_GCM_SHA256", or "" where it is not.
func TLSOf(conn *pgconn.PgConn) string {
	secure, ok := conn.Conn().(*tls.Conn)
	if !ok {
		return ""
	}
	state := secure.ConnectionState()
	return tls.VersionName(state.Version) + " " + tls.CipherSuiteName(state.CipherSuite)
}

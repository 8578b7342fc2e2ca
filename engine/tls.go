package engine

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// TLSOf tells how a connection is encrypted, such as
// "TLSv1.3 TLS_AES_128_GCM_SHA256", or "" where it is not: the version as
// pg_stat_ssl has it, and IANA's name of the cipher suite.
func TLSOf(conn *pgconn.PgConn) string {
	secure, ok := conn.Conn().(*tls.Conn)
	if !ok {
		return ""
	}
	state := secure.ConnectionState()
	version := strings.Replace(tls.VersionName(state.Version), "TLS ", "TLSv", 1)
	return version + " " + tls.CipherSuiteName(state.CipherSuite)
}

// mayUseTLS reports whether a connection asks for TLS. One through a unix socket
// never does, as in libpq.
func mayUseTLS(c tusk.ConnectionConfig) bool {
	return c.SSLMode != tusk.SSLDisable && !strings.HasPrefix(c.Host, "/")
}

// systemRoots in place of a file's name means the system's authorities, as it
// does to libpq since 16.
const systemRoots = "system"

// certificates gives the TLS files of a connection: its own, else those in
// libpq's folder, as libpq takes them
// (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-FILE-USAGE).
// A root certificate makes require as strict as verify-ca, as in libpq. Without
// one verify-full trusts the system's authorities; verify-ca is refused then,
// since anybody can have a certificate of theirs. Stricter than libpq, a named
// root certificate that is missing is an error in every mode that uses TLS: a
// typing error turns no verification off.
func certificates(c tusk.ConnectionConfig) (root, cert, key string, err error) {
	if !mayUseTLS(c) {
		return "", "", "", nil
	}
	root, cert, key = c.SSLRootCert, c.SSLCert, c.SSLKey
	if folder, err := libpqFolder(); err == nil {
		usual := func(name string) string { return filepath.Join(folder, name) }
		if root == "" && exists(usual("root.crt")) {
			root = usual("root.crt")
		}
		if cert == "" && exists(usual("postgresql.crt")) && exists(usual("postgresql.key")) {
			cert, key = usual("postgresql.crt"), usual("postgresql.key")
		}
	}
	if root == "" && c.SSLMode == tusk.SSLVerifyCA {
		return "", "", "", &tusk.Error{
			Category: tusk.SSL,
			Message:  "ssl_mode verify-ca needs a root certificate, which the connection " + c.Name + " has not",
			Hint:     "Name the authority's file in ssl_root_cert, or use verify-full to trust the system's authorities.",
		}
	}
	if err := checkRoot(root); err != nil {
		return "", "", "", err
	}
	return root, cert, key, checkKey(key)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// checkRoot tells where a file of authorities has none. What else may be wrong
// with it the driver tells.
func checkRoot(path string) error {
	if path == "" || path == systemRoots {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil || x509.NewCertPool().AppendCertsFromPEM(text) {
		return nil
	}
	return tusk.NewError(tusk.SSL, nil, "there is no certificate in %s", path).
		WithHint("ssl_root_cert names the authority's certificate in PEM: a text with -----BEGIN CERTIFICATE-----.")
}

// checkKey refuses a private key that other users may read, as libpq does, and
// one with a passphrase, which nobody is asked for. What else may be wrong with
// it the driver tells.
func checkKey(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	if openToOthers(info) {
		return tusk.NewError(tusk.SSL, nil, "other users may read the private key %s (mode %#o)", path, info.Mode().Perm()).
			WithHint("Take their right away: chmod 0600 " + path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	block, _ := pem.Decode(text)
	if block != nil && (block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED")) {
		return tusk.NewError(tusk.SSL, nil, "the private key %s has a passphrase", path).
			WithHint("Name a key without one in ssl_key: openssl pkey -in " + path + " -out plain.key; chmod 0600 plain.key")
	}
	return nil
}

// verifyHost has verify-full look for the host where libpq does: in the common
// name, too, of a certificate that has no subjectAltName of the host's kind
// (pgtls_verify_peer_name_matches_certificate_guts in fe-secure-openssl.c), such
// as the one that PostgreSQL's documentation makes. crypto/tls has given that
// up; so it is for authorities that the user named, not for the system's.
func verifyHost(config *tls.Config, host string) {
	config.InsecureSkipVerify = true // VerifyConnection does all of it
	config.VerifyConnection = func(state tls.ConnectionState) error {
		leaf, others := state.PeerCertificates[0], state.PeerCertificates[1:]
		options := x509.VerifyOptions{Roots: config.RootCAs, Intermediates: x509.NewCertPool()}
		for _, other := range others {
			options.Intermediates.AddCert(other)
		}
		if _, err := leaf.Verify(options); err != nil {
			return err
		}
		if commonNameIs(leaf, host) {
			return nil
		}
		return leaf.VerifyHostname(host)
	}
}

// commonNameIs reports whether a certificate is for a host by its common name,
// and by nothing that would come before that.
func commonNameIs(certificate *x509.Certificate, host string) bool {
	name := certificate.Subject.CommonName
	if ip := net.ParseIP(host); ip != nil {
		return len(certificate.IPAddresses) == 0 && ip.Equal(net.ParseIP(name))
	}
	if len(certificate.DNSNames) > 0 {
		return false
	}
	named := *certificate
	named.DNSNames = []string{name}
	return named.VerifyHostname(host) == nil
}

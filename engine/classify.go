package engine

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// classify turns an error of the driver or the server into a *tusk.Error, once,
// where it enters. What is one already stays as it is.
func classify(err error, c tusk.ConnectionConfig) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*tusk.Error](err); ok {
		return known
	}
	connecting, attempt := errors.AsType[*pgconn.ConnectError](err)
	if attempt {
		err = connecting.Unwrap() // leaves the driver's configuration behind, and the password in it
	}
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		out := fromServer(server)
		if attempt && out.Category == tusk.Query {
			out.Category = tusk.Connection // such as a missing CONNECT privilege
		}
		return out
	}
	_, address := pgconn.NetworkAddress(c.Host, uint16(c.Port))
	_, unknownHost := errors.AsType[*net.DNSError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return tusk.NewError(tusk.Cancelled, err, "cancelled")
	case isTLS(err, c.SSLMode):
		return tlsError(err, address)
	case isTimeout(err) && strings.Contains(err.Error(), "failed to write startup message"):
		// A few bytes are always taken; what waits is the handshake before them.
		return tusk.NewError(tusk.SSL, err, "%s did not end the TLS handshake in time", address).
			WithHint("Check that a PostgreSQL server with TLS listens there and that no proxy is between, or raise the connection's time-out.")
	case isTimeout(err):
		return tusk.NewError(tusk.Connection, err, "%s did not answer in time", address).
			WithHint("Check host and port and that no firewall is between, or raise the connection's time-out.")
	case unknownHost:
		return tusk.NewError(tusk.Connection, err, "the host %s is not known", c.Host).
			WithHint("Check the host name, and that you are on the network that knows it.")
	case errors.Is(err, syscall.ECONNREFUSED):
		return tusk.NewError(tusk.Connection, err, "nothing listens at %s", address)
	case errors.Is(err, syscall.ENOENT):
		return tusk.NewError(tusk.Connection, err, "there is no server socket %s", address)
	case attempt:
		return tusk.NewError(tusk.Connection, err, "the connection to %s failed", address)
	case isBroken(err):
		return tusk.NewError(tusk.Connection, err, "the connection to %s broke", address).
			WithHint(tusk.SQLSTATE("08006").Hint)
	default:
		return tusk.NewError(tusk.Internal, err, "the database driver failed")
	}
}

// queryCanceled is the SQLSTATE of a statement that was cancelled or timed out.
const queryCanceled = "57014"

// fromServer takes over what the server said.
func fromServer(e *pgconn.PgError) *tusk.Error {
	verdict := tusk.SQLSTATE(e.Code)
	out := &tusk.Error{
		Category: verdict.Category,
		Message:  e.Message,
		Detail:   e.Detail,
		Hint:     e.Hint,
		Position: int(e.Position),
		Code:     e.Code,
		Cause:    e,
	}
	if e.Where != "" {
		out.Detail = strings.TrimPrefix(out.Detail+"\n"+e.Where, "\n")
	}
	if out.Hint == "" {
		out.Hint = verdict.Hint
	}
	// A 57014 that we asked for is told by who asked (Session.explain). Of the
	// others, pg_cancel_backend and statement_timeout, the server's text alone
	// tells; where it is translated, the time-out is likelier.
	if e.Code == queryCanceled {
		if strings.Contains(e.Message, "user request") {
			out.Hint = "Another session cancelled this statement (pg_cancel_backend). Run it again when you like."
		} else {
			out.Category, out.Hint = tusk.Query, tusk.StatementTimeoutHint
		}
	}
	return out
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || ok && timeout.Timeout()
}

// isBroken reports whether the byte stream to the server is gone.
func isBroken(err error) bool {
	_, network := errors.AsType[*net.OpError](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, pgconn.ErrConnClosed)
}

// tlsError tells why no secure connection could be made.
func tlsError(err error, address string) *tusk.Error {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return tusk.NewError(tusk.SSL, err, "the certificate of %s is signed by an authority that is not trusted", address).
			WithHint("Name the authority's certificate in ssl_root_cert.")
	}
	if other, ok := errors.AsType[x509.HostnameError](err); ok {
		names := slices.Clone(other.Certificate.DNSNames)
		for _, ip := range other.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
		return tusk.NewError(tusk.SSL, err, "the certificate of %s is for another host: %s", address, cmp.Or(strings.Join(names, ", "), "it names none")).
			WithHint("Connect by a name that the certificate has, or use ssl_mode verify-ca, which does not look at the name.")
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return tusk.NewError(tusk.SSL, err, "the certificate of %s has expired or is not valid yet", address).
			WithHint("Have it renewed, and check the clock of this machine.")
	}
	if strings.Contains(err.Error(), refusedTLS) {
		return tusk.NewError(tusk.SSL, err, "%s does not offer TLS", address).
			WithHint("Have TLS turned on at the server, or, where nobody can listen in, use ssl_mode prefer or disable.")
	}
	return tusk.NewError(tusk.SSL, err, "no secure connection to %s could be made", address)
}

// refusedTLS is part of an error for which pgconn has no type.
const refusedTLS = "server refused TLS connection"

// isTLS reports whether no secure connection could be made. That a server has no
// TLS is no reason for prefer to fail: the reason is what the plain attempt met.
func isTLS(err error, mode tusk.SSLMode) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	return verification || authority || host || invalid || record || alert ||
		mode != tusk.SSLPrefer && strings.Contains(err.Error(), refusedTLS) || strings.Contains(err.Error(), "tls error: tls:")
}

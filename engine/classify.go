package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
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
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fromServer(server)
	}
	address := net.JoinHostPort(c.Host, fmt.Sprint(c.Port))
	if strings.HasPrefix(c.Host, "/") {
		address = c.Host
	}
	switch {
	case errors.Is(err, context.Canceled):
		return tusk.NewError(tusk.Cancelled, err, "cancelled")
	case isTLS(err):
		return tusk.NewError(tusk.SSL, err, "no secure connection to %s could be made", address)
	case isTimeout(err):
		return tusk.NewError(tusk.Connection, err, "%s did not answer in time", address).
			WithHint("Check host and port and that no firewall is between, or raise the connection's time-out.")
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return tusk.NewError(tusk.Connection, err, "the host %s is not known", unknown.Name).
			WithHint("Check the host name, and that you are on the network that knows it.")
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return tusk.NewError(tusk.Connection, err, "nothing listens at %s", address)
	case errors.Is(err, syscall.ENOENT):
		return tusk.NewError(tusk.Connection, err, "there is no server socket in %s", c.Host)
	default:
		return tusk.NewError(tusk.Connection, err, "the connection to %s failed", address)
	}
}

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
	// 57014 is also the statement time-out, which nobody asked for. The message
	// is translated on some servers; the C routine's name is not.
	if e.Code == "57014" && e.Routine == "ProcessInterrupts" && strings.Contains(e.Message, "timeout") {
		out.Category, out.Hint = tusk.Query, tusk.StatementTimeoutHint
	}
	return out
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || ok && timeout.Timeout()
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	// pgconn has no type for it.
	return strings.Contains(err.Error(), "server refused TLS connection") || strings.Contains(err.Error(), "tls error")
}

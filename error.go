package tusk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Category tells what kind of thing went wrong, and so what a person can do
// about it. The zero value is Internal: what nobody classified.
type Category uint8

// The categories, in the order of the data model.
const (
	Internal Category = iota
	Connection
	Authentication
	SSL
	SSH
	Query
	Storage
	Keyring
	PoolTimeout
	Cancelled
)

var categories = [...]struct{ name, hint string }{
	Internal:       {"Internal Error", "Please report this issue with the log file of today."},
	Connection:     {"Connection Error", "Check that the database server is running and that host and port are right."},
	Authentication: {"Authentication Error", "Check the user name and the password."},
	SSL:            {"SSL Error", "Verify the SSL mode and the certificates of this connection."},
	SSH:            {"SSH Error", "Check the SSH host, the user and the key of this connection's tunnel."},
	Query:          {"Query Error", "Check the SQL near the marked position."},
	Storage:        {"Storage Error", "Check that the data directory is writable and that its disk is not full."},
	Keyring:        {"Keyring Error", "Unlock the system keychain and allow tusk-lsp to use it."},
	PoolTimeout:    {"Pool Timeout Error", "Wait for running queries to end, cancel one, or raise the pool size."},
	Cancelled:      {"Cancelled", "Nothing to do: the query was stopped on request. Run it again when you like."},
}

// String gives the name that people see, such as "Connection Error".
func (c Category) String() string {
	if int(c) < len(categories) {
		return categories[c].name
	}
	return categories[Internal].name
}

// Hint gives the category's own advice, used when an error brings none.
func (c Category) Hint() string {
	if int(c) < len(categories) {
		return categories[c].hint
	}
	return categories[Internal].hint
}

// Error is the one error type that crosses rooms. A foreign error becomes an
// Error once, where it enters; it is presented once, in lsp or on the command
// line. An Error is immutable after creation.
type Error struct {
	Category Category
	Message  string // what happened, in a user's words; required
	Detail   string // what the server or the library said besides, or ""
	Hint     string // what to do next; "" means the category's own hint
	Position int    // 1-based character position in the SQL, as PostgreSQL counts; 0 when unknown
	Code     string // SQLSTATE, or ""
	Cause    error  // the wrapped foreign error, or nil
}

// NewError makes an Error with a message and a cause, which may be nil.
func NewError(c Category, cause error, format string, args ...any) *Error {
	return &Error{Category: c, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// WithHint returns a copy of e that advises hint.
func (e *Error) WithHint(hint string) *Error {
	next := *e
	next.Hint = hint
	return &next
}

// Error gives the message and, where it adds something, the cause.
func (e *Error) Error() string {
	if e.Cause != nil && e.Cause.Error() != e.Message {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

// Unwrap gives the cause, for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is an *Error that e satisfies: the same category
// and, where target names one, the same SQLSTATE. So
// errors.Is(err, &tusk.Error{Category: tusk.Cancelled}) asks for the category.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Category == e.Category && (t.Code == "" || t.Code == e.Code)
}

// CategoryOf gives the category of the outermost *Error in err's chain, and
// Internal where there is none.
func CategoryOf(err error) Category {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Category
	}
	return Internal
}

// ErrorInfo is an error as people and clients see it.
type ErrorInfo struct {
	ErrorType       string `json:"error_type"` // the category's name, such as "Connection Error"
	Message         string `json:"message"`
	Hint            string `json:"hint,omitempty"`
	TechnicalDetail string `json:"technical_detail,omitempty"` // for a "show details" expansion
}

// Info gives what to show of e.
func (e *Error) Info() ErrorInfo {
	info := ErrorInfo{
		ErrorType: e.Category.String(),
		Message:   e.Message,
		Hint:      e.Hint,
	}
	if info.Hint == "" {
		info.Hint = e.Category.Hint()
	}
	var detail []string
	add := func(text string) {
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\n")
			if line != "" && line != e.Message && !slices.Contains(detail, line) {
				detail = append(detail, line)
			}
		}
	}
	add(e.Detail)
	if e.Code != "" {
		add("SQLSTATE " + e.Code)
	}
	if e.Cause != nil && !e.repeatedBy(e.Cause.Error()) {
		add(e.Cause.Error())
	}
	info.TechnicalDetail = strings.Join(detail, "\n")
	return info
}

// repeatedBy reports whether a text says what e says itself: the driver's error
// is the server's message and code once more.
func (e *Error) repeatedBy(text string) bool {
	return e.Code != "" && strings.Contains(text, e.Message) && strings.Contains(text, e.Code)
}

// InfoOf presents any error; one that is no *Error is shown as Internal.
func InfoOf(err error) ErrorInfo {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Info()
	}
	return (&Error{Message: err.Error()}).Info()
}

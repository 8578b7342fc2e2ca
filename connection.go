package tusk

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// SSLMode says how a connection uses TLS, with libpq's meaning
// (https://www.postgresql.org/docs/current/libpq-ssl.html).
type SSLMode string

// The modes that the product knows. libpq's "allow" is left out: it prefers
// plain text.
const (
	SSLDisable    SSLMode = "disable"
	SSLPrefer     SSLMode = "prefer" // the default
	SSLRequire    SSLMode = "require"
	SSLVerifyCA   SSLMode = "verify-ca"
	SSLVerifyFull SSLMode = "verify-full"
)

// SSHAuthMethod says how a tunnel proves who we are.
type SSHAuthMethod string

// The methods of SSHTunnelConfig.
const (
	SSHKey      SSHAuthMethod = "key"
	SSHPassword SSHAuthMethod = "password" // from the keychain
	SSHAgent    SSHAuthMethod = "agent"
)

// Defaults of the data model.
const (
	DefaultPort               = 5432
	DefaultSSHPort            = 22
	DefaultConnectTimeoutSecs = 10
	DefaultApplicationName    = "Tusk"
)

// ConnectionConfig says how to reach one database. It never holds a password:
// that is looked up by ID in secrets.Service.
type ConnectionConfig struct {
	ID          uuid.UUID         `json:"id"`
	Name        string            `json:"name"` // 1 to 255 characters
	Host        string            `json:"host"` // name, IP address, or the absolute path of a unix socket's directory
	Port        int               `json:"port"` // 1 to 65535
	Database    string            `json:"database"`
	Username    string            `json:"username"`
	SSLMode     SSLMode           `json:"ssl_mode"`
	SSLRootCert string            `json:"ssl_root_cert,omitempty"` // file path
	SSLCert     string            `json:"ssl_cert,omitempty"`      // file path
	SSLKey      string            `json:"ssl_key,omitempty"`       // file path
	SSHTunnel   *SSHTunnelConfig  `json:"ssh_tunnel,omitempty"`
	Options     ConnectionOptions `json:"options"`
	Color       string            `json:"color,omitempty"` // #RRGGBB
}

// SSHTunnelConfig says how to reach the host that forwards to the database.
type SSHTunnelConfig struct {
	ID         uuid.UUID     `json:"id"`
	Name       string        `json:"name"`
	Host       string        `json:"host"`
	Port       int           `json:"port"`
	Username   string        `json:"username"`
	AuthMethod SSHAuthMethod `json:"auth_method"`
	KeyPath    string        `json:"key_path,omitempty"` // required, and must exist, when AuthMethod is SSHKey
}

// ConnectionOptions are the settings of a connection beyond its address.
type ConnectionOptions struct {
	ConnectTimeoutSecs   int    `json:"connect_timeout_secs"`
	StatementTimeoutSecs int    `json:"statement_timeout_secs,omitempty"` // 0: the server's; of background work, too
	ReadOnly             bool   `json:"read_only"`
	ApplicationName      string `json:"application_name"`

	// Time-outs of the sessions that run the user's statements alone; 0: the
	// server's. Behind a pooler they are not in force.
	LockTimeoutSecs              int `json:"lock_timeout_secs,omitempty"`
	IdleInTransactionTimeoutSecs int `json:"idle_in_transaction_timeout_secs,omitempty"`

	ManualCommit bool          `json:"manual_commit,omitempty"` // transactions end by COMMIT and ROLLBACK alone
	Environment  Environment   `json:"environment,omitempty"`
	Confirm      ConfirmPolicy `json:"confirm,omitempty"` // "": see ConnectionConfig.ConfirmPolicy
}

// Environment says what a database is for.
type Environment string

// The environments; "" is one that nobody named.
const (
	Development Environment = "development"
	Test        Environment = "test"
	Staging     Environment = "staging"
	Production  Environment = "production"
)

// ConfirmPolicy says what happens to a statement that destroys data: DELETE and
// UPDATE of every row, TRUNCATE, DROP.
type ConfirmPolicy string

// The policies.
const (
	ConfirmOff    ConfirmPolicy = "off"    // it runs
	ConfirmAsk    ConfirmPolicy = "ask"    // the user is asked first
	ConfirmRefuse ConfirmPolicy = "refuse" // it does not run
	ConfirmWrites ConfirmPolicy = "writes" // the user is asked before everything that writes
)

// ConfirmPolicy is the policy that holds for the connection: the one that was
// chosen, else to ask where the connection is for production or has a red color.
func (c ConnectionConfig) ConfirmPolicy() ConfirmPolicy {
	switch {
	case c.Options.Confirm != "":
		return c.Options.Confirm
	case c.Options.Environment == Production || isRed(c.Color):
		return ConfirmAsk
	default:
		return ConfirmOff
	}
}

// isRed reports whether people call a color red. In terms of HSV: its hue is at
// most 20 degrees from red's, its saturation at least 40 % (else it is pink or
// grey) and its value at least 96 of 255 (else it is nearly black).
func isRed(color string) bool {
	if !hexColor.MatchString(color) {
		return false
	}
	rgb, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return false
	}
	r, g, b := float64(rgb>>16), float64(rgb>>8&0xFF), float64(rgb&0xFF)
	low := min(g, b)
	// Red leads, so that the hue is (g-b)/(r-low) sixths of a circle from it.
	return r >= 96 && r-low >= 0.4*r && max(g, b)-low <= (r-low)/3
}

// ConnectTimeout is the time-out as a duration.
func (o ConnectionOptions) ConnectTimeout() time.Duration {
	return time.Duration(o.ConnectTimeoutSecs) * time.Second
}

// StatementTimeout is the time-out as a duration; 0 means none.
func (o ConnectionOptions) StatementTimeout() time.Duration {
	return time.Duration(o.StatementTimeoutSecs) * time.Second
}

// WithDefaults fills every field that has a default and is empty, an ID
// included. It is how a configuration is made; Validate then judges it.
func (c ConnectionConfig) WithDefaults() ConnectionConfig {
	if c.ID == uuid.Nil {
		c.ID = uuid.New()
	}
	if c.Host == "" {
		c.Host = "localhost"
	}
	if c.Port == 0 {
		c.Port = DefaultPort
	}
	if c.SSLMode == "" {
		c.SSLMode = SSLPrefer
	}
	if c.Database == "" {
		c.Database = c.Username // libpq's default
	}
	c.Options = c.Options.WithDefaults()
	if c.SSHTunnel != nil {
		t := c.SSHTunnel.WithDefaults()
		c.SSHTunnel = &t
	}
	return c
}

// WithDefaults fills every field that has a default and is empty.
func (o ConnectionOptions) WithDefaults() ConnectionOptions {
	if o.ConnectTimeoutSecs == 0 {
		o.ConnectTimeoutSecs = DefaultConnectTimeoutSecs
	}
	if o.ApplicationName == "" {
		o.ApplicationName = DefaultApplicationName
	}
	return o
}

// WithDefaults fills every field that has a default and is empty.
func (t SSHTunnelConfig) WithDefaults() SSHTunnelConfig {
	if t.ID == uuid.Nil {
		t.ID = uuid.New()
	}
	if t.Port == 0 {
		t.Port = DefaultSSHPort
	}
	if t.Name == "" {
		t.Name = t.Host
	}
	return t
}

// FieldError says what is wrong with one field of a configuration.
type FieldError struct {
	Field   string // the JSON name, dotted for nested values, such as "ssh_tunnel.port"
	Message string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

var hexColor = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Validate returns nil or the *FieldErrors of every bad field, joined.
func (c ConnectionConfig) Validate() error {
	var v validation
	v.require(c.ID != uuid.Nil, "id", "an id is required")
	v.length("name", c.Name, 1, 255)
	v.host("host", c.Host)
	v.port("port", c.Port)
	v.require(len(c.Database) >= 1 && len(c.Database) <= 63, "database", "must be 1 to 63 bytes long (PostgreSQL's limit for a name)")
	v.require(c.Username != "", "username", "a user name is required")
	switch c.SSLMode {
	case SSLDisable, SSLPrefer, SSLRequire, SSLVerifyCA, SSLVerifyFull:
	default:
		v.fail("ssl_mode", fmt.Sprintf("%q is none of disable, prefer, require, verify-ca, verify-full", c.SSLMode))
	}
	v.require((c.SSLCert == "") == (c.SSLKey == ""), "ssl_cert", "a client certificate and its key go together")
	c.Options.validate(&v, "options.")
	v.require(c.Color == "" || hexColor.MatchString(c.Color), "color", "must look like #RRGGBB")
	if c.SSHTunnel != nil {
		c.SSHTunnel.validate(&v, "ssh_tunnel.")
	}
	return v.err()
}

// Validate returns nil or the *FieldErrors of every bad field, joined.
func (o ConnectionOptions) Validate() error {
	var v validation
	o.validate(&v, "")
	return v.err()
}

func (o ConnectionOptions) validate(v *validation, prefix string) {
	v.require(o.ConnectTimeoutSecs >= 1, prefix+"connect_timeout_secs", "must be at least 1 second")
	v.timeout(prefix+"statement_timeout_secs", o.StatementTimeoutSecs)
	v.timeout(prefix+"lock_timeout_secs", o.LockTimeoutSecs)
	v.timeout(prefix+"idle_in_transaction_timeout_secs", o.IdleInTransactionTimeoutSecs)
	switch o.Environment {
	case "", Development, Test, Staging, Production:
	default:
		v.fail(prefix+"environment", fmt.Sprintf("%q is none of development, test, staging, production", o.Environment))
	}
	switch o.Confirm {
	case "", ConfirmOff, ConfirmAsk, ConfirmRefuse, ConfirmWrites:
	default:
		v.fail(prefix+"confirm", fmt.Sprintf("%q is none of off, ask, refuse, writes", o.Confirm))
	}
}

// Validate returns nil or the *FieldErrors of every bad field, joined. That
// KeyPath exists is checked by who opens it: this package does no I/O.
func (t SSHTunnelConfig) Validate() error {
	var v validation
	t.validate(&v, "")
	return v.err()
}

func (t SSHTunnelConfig) validate(v *validation, prefix string) {
	v.require(t.ID != uuid.Nil, prefix+"id", "an id is required")
	v.length(prefix+"name", t.Name, 1, 255)
	v.host(prefix+"host", t.Host)
	v.port(prefix+"port", t.Port)
	v.require(t.Username != "", prefix+"username", "a user name is required")
	switch t.AuthMethod {
	case SSHKey:
		v.require(t.KeyPath != "", prefix+"key_path", "a key file is required for the method key")
	case SSHPassword, SSHAgent:
	default:
		v.fail(prefix+"auth_method", fmt.Sprintf("%q is none of key, password, agent", t.AuthMethod))
	}
}

// validation gathers field errors, so that a form can show all at once.
type validation struct{ errs []error }

func (v *validation) fail(field, message string) {
	v.errs = append(v.errs, &FieldError{Field: field, Message: message})
}

func (v *validation) require(ok bool, field, message string) {
	if !ok {
		v.fail(field, message)
	}
}

func (v *validation) length(field, value string, min, max int) {
	n := utf8.RuneCountInString(value)
	v.require(n >= min && n <= max, field, fmt.Sprintf("must be %d to %d characters long", min, max))
}

func (v *validation) host(field, host string) {
	switch {
	case host == "":
		v.fail(field, "a host is required")
	case strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@"): // a unix socket
	case strings.ContainsAny(host, " \t\r\n/\\,"):
		v.fail(field, fmt.Sprintf("%q is no host name", host))
	}
}

// timeout checks a time-out of the server's, which counts in milliseconds with 32
// bits.
func (v *validation) timeout(field string, seconds int) {
	v.require(seconds >= 0 && seconds <= math.MaxInt32/1000, field, "must be 0 (none) to 2147483 seconds")
}

func (v *validation) port(field string, port int) {
	v.require(port >= 1 && port <= 65535, field, "must be 1 to 65535")
}

// err wraps what was gathered in an Error, so that every caller shows it alike.
func (v *validation) err() error {
	if len(v.errs) == 0 {
		return nil
	}
	messages := make([]string, len(v.errs))
	for i, err := range v.errs {
		messages[i] = err.Error()
	}
	return &Error{
		Category: Connection,
		Message:  "invalid connection settings: " + strings.Join(messages, "; "),
		Hint:     "Correct the named fields.",
		Cause:    errors.Join(v.errs...),
	}
}

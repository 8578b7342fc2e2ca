package psql

import "strings"

// Connect continues the script on another connection: \c. Nothing that it does
// not name, as - or by leaving it out, changes.
type Connect struct {
	Database, User, Host, Port string // "" keeps what is

	// Conninfo is a connection string of libpq, a URL or keywords with values, in
	// place of the four above.
	Conninfo string

	// ReusePrevious tells whether what a Conninfo leaves open is taken from the
	// connection that is: -reuse-previous. Without it psql does so unless there is
	// a Conninfo.
	ReusePrevious bool
}

func (Connect) action() {}

func readConnect(r *reader) (Action, error) {
	var c Connect
	first, err := r.identifier()
	if err != nil {
		return nil, err
	}
	value, explicit := strings.CutPrefix(first, "-reuse-previous=")
	if explicit {
		on, ok := ParseBool(value)
		if !ok {
			return nil, errNotBool("-reuse-previous", value)
		}
		c.ReusePrevious = on
		if first, err = r.identifier(); err != nil {
			return nil, err
		}
	}
	c.Database = first
	for _, to := range []*string{&c.User, &c.Host, &c.Port} {
		if *to, err = r.identifier(); err != nil {
			return nil, err
		}
	}
	if !isConninfo(c.Database) {
		c.ReusePrevious = c.ReusePrevious || !explicit
		return c, nil
	}
	if c.User != "" || c.Host != "" || c.Port != "" {
		return nil, fail("Do not give user, host, or port separately when using a connection string")
	}
	c.Database, c.Conninfo = "", c.Database
	return c, nil
}

// isConninfo reports whether libpq takes a database's name for a connection
// string.
func isConninfo(name string) bool {
	return strings.HasPrefix(name, "postgresql://") || strings.HasPrefix(name, "postgres://") || strings.Contains(name, "=")
}

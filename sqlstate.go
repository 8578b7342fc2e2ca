package tusk

// Verdict is what an SQLSTATE means for a user of the editor.
type Verdict struct {
	Category Category
	Hint     string // "" means the category's own hint
}

// SQLSTATE tells the category and the hint of a PostgreSQL error code
// (https://www.postgresql.org/docs/current/errcodes-appendix.html): by the
// whole code first, then by its class. A code that nobody listed is a Query
// error, since it came from a server that ran something for us.
//
// 57014 is both a cancel on request and a statement time-out, which only the
// caller can tell apart: it comes back as Cancelled.
func SQLSTATE(code string) Verdict {
	if v, ok := verdicts[code]; ok {
		return v
	}
	if len(code) == 5 {
		if v, ok := verdicts[code[:2]]; ok {
			return v
		}
	}
	return Verdict{Category: Query}
}

// StatementTimeoutHint is the hint of a 57014 that nobody asked for.
const StatementTimeoutHint = "The statement ran into statement_timeout. Raise the time-out of this connection, or make the statement cheaper."

var verdicts = map[string]Verdict{
	"28P01": {Authentication, "Check the user name and the password. `tusk-lsp connection password NAME` stores a new one."},
	"28000": {Authentication, "The server does not let this user in from here. Check the user name and the server's pg_hba.conf."},
	"28":    {Authentication, ""},
	"3D000": {Connection, "There is no database of that name on the server. Check the database name of this connection."},
	"08":    {Connection, "The connection to the server broke. Check the network, then run the statement again."},
	"57P01": {Connection, "An administrator ended this session. An open transaction and temporary tables are gone; run the statement again."},
	"57P02": {Connection, "The server crashed and is recovering. Wait a moment, then run the statement again."},
	"57P03": {Connection, "The server is starting up or shutting down. Wait a moment, then try again."},
	"57P05": {Connection, "The server closed this session because it was idle for too long. Run the statement again."},
	"53300": {Connection, "The server has no free connection slot. Close sessions that nobody uses, or raise max_connections."},
	"57014": {Cancelled, ""},
	"42":    {Query, "Check the SQL near the marked position."},
	"42501": {Query, "This role lacks the privilege. Ask the owner for a GRANT, or connect as another role."},
	"42601": {Query, "Check the SQL syntax near the marked position."},
	"40001": {Query, "Another transaction changed the same rows first. Roll back and run the whole transaction again."},
	"40P01": {Query, "Two transactions waited for each other and the server stopped this one. Roll back and run it again."},
	"25P02": {Query, "An earlier statement of this transaction failed. Run ROLLBACK, then start again."},
	"25006": {Query, "This connection is read-only and the server refused the write. Use a connection that may write."},
	"55P03": {Query, "Another session holds a lock on this object. Wait for it, or raise lock_timeout."},
	"53100": {Query, "The server's disk is full."},
	"53200": {Query, "The server ran out of memory. Lower work_mem or make the statement smaller."},
	"22":    {Query, "A value is not possible here; the message tells which. Check the data, or guard the expression with CASE or NULLIF."},
	"23":    {Query, "A constraint of the table refused these values. The detail names the constraint and the values."},
}

package pgparse

import "strings"

// sqlstates gives the SQLSTATEs that gram.y and scan.l raise besides
// syntax_error, by a piece of their message: libpg_query hands out the message
// only. A test compares them with a server's.
var sqlstates = []struct{ message, code string }{
	{"not yet implemented", "0A000"},
	{"is not implemented", "0A000"},
	{"not supported", "0A000"},
	{"no longer supported", "0A000"},
	{"no longer required", "0A000"},
	{"only supported for ON DELETE actions", "0A000"},
	{"only string constants are supported", "0A000"},
	{"constraints cannot be marked", "0A000"},
	{"cannot include schema elements", "0A000"},
	{"aggregates cannot have output arguments", "0A000"},
	{"an ordered-set aggregate with a VARIADIC direct argument", "0A000"},
	{"current database cannot be changed", "0A000"},
	{"unsafe use of string constant with Unicode escapes", "0A000"},
	{"column number must be in range", "22023"},
	{"precision for type float", "22023"},
	{"unrecognized JSON encoding", "22023"},
	{"unrecognized partitioning strategy", "22023"},
	{"for hash partition provided more than once", "42710"},
	{"cannot be used as a role name here", "42939"},
	{"role name ", "42939"},
	{"frame start", "42P20"},
	{"frame end", "42P20"},
	{"unsafe use of \\'", "22P06"},
}

// sqlstate gives the SQLSTATE of a message from the function of PostgreSQL that
// raised it.
func sqlstate(message, function string) string {
	if message == "invalid Unicode escape" && function != "str_udeescape" {
		return "22025" // in E'…'; in U&'…' it is a syntax error
	}
	for _, s := range sqlstates {
		if strings.Contains(message, s.message) && !strings.HasPrefix(message, "syntax error") {
			return s.code
		}
	}
	return "42601"
}

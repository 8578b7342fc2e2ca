package psql

import (
	"slices"
	"strings"
)

// Info tells people about a command.
type Info struct {
	Names  []string // without the backslash, the usual one first; see Modifiers
	Syntax string   // as \? shows it: `\watch [[i=]SECONDS] [c=TIMES] [m=ROWS]`
	Does   string   // one line, without a stop at its end
	Group  Group
}

// Group sorts commands for people.
type Group string

// The groups, in the order in which people are shown them.
const (
	Sending    Group = "Running statements"
	Scripts    Group = "Scripts"
	Variable   Group = "Variables"
	Catalog    Group = "What is in the database"
	Formatting Group = "Formatting"
	Session    Group = "Connection"
	Refused    Group = "Not in a script" // Does says why
)

// Commands gives all commands, group by group. Those of the group Refused do not
// run; neither does any command of psql's that is not here.
func Commands() []Info {
	infos := make([]Info, len(commands))
	for i, c := range commands {
		infos[i] = Info{strings.Fields(c.names), c.syntax, c.does, c.group}
	}
	return infos
}

// read reads the arguments of a command.
type read func(*reader) (Action, error)

type command struct {
	group  Group
	names  string // separated by blanks
	syntax string
	does   string
	read   read
}

// commands is the table of all commands. In the syntax of Catalog's S is for the
// objects of the system, x for the expanded format, and + for more columns.
var commands = []command{
	{Sending, "g", `\g [(OPTION=VALUE ...)]`, "run the statement, or the last one again", readSend},
	{Sending, "gx", `\gx [(OPTION=VALUE ...)]`, `as \g, with the expanded format`, readSend},
	{Sending, "gdesc", `\gdesc`, "show names and types of the columns of the statement's result, without running it", plainly(SendDescribe{})},
	{Sending, "gexec", `\gexec`, "run the statement, then each cell of its result as a statement", plainly(SendEachCell{})},
	{Sending, "gset", `\gset [PREFIX]`, "run the statement and keep its only row in variables", readSendInto},
	{Sending, "watch", `\watch [[i=]SECONDS] [c=TIMES] [m=ROWS]`, "run the statement every few seconds, so many times or as long as it gives so many rows", readWatch},
	{Sending, "bind", `\bind [VALUE ...]`, "give the statement its parameters $1, $2, …", readBind},
	{Sending, "bind_named", `\bind_named NAME [VALUE ...]`, "run a prepared statement with parameters", readBindNamed},
	{Sending, "parse", `\parse NAME`, "prepare the statement under a name", readPrepare},
	{Sending, "close_prepared", `\close_prepared NAME`, "forget a prepared statement", readClosePrepared},
	{Sending, "copy", `\copy TABLE|(QUERY) FROM|TO FILE|stdin|stdout [OPTIONS]`, "copy rows between the server and a file or the script", readCopy},
	{Sending, "r reset", `\r`, "forget the statement before it", plainly(Reset{})},
	{Sending, "p print", `\p`, "show the statement before it", plainly(Print{})},
	{Sending, "errverbose", `\errverbose`, "show all that the server said with its last error", plainly(VerboseError{})},

	{Scripts, "i include", `\i FILE`, "run a script", readInclude(false)},
	{Scripts, "ir include_relative", `\ir FILE`, "run a script that is named relative to this one", readInclude(true)},
	{Scripts, "if", `\if EXPRESSION`, "begin a block that runs if the expression is true", readConditional},
	{Scripts, "elif", `\elif EXPRESSION`, "begin another branch of the block", readConditional},
	{Scripts, "else", `\else`, "begin the last branch of the block", readConditional},
	{Scripts, "endif", `\endif`, "end the block", readConditional},
	{Scripts, "echo", `\echo [-n] [TEXT ...]`, "show a text", readEcho(Output)},
	{Scripts, "qecho", `\qecho [-n] [TEXT ...]`, "show a text with the results", readEcho(QueryOutput)},
	{Scripts, "warn", `\warn [-n] [TEXT ...]`, "show a text as a warning", readEcho(ErrorOutput)},
	{Scripts, "restrict", `\restrict KEY`, `refuse all commands up to \unrestrict with the same key`, readRestrict},
	{Scripts, "unrestrict", `\unrestrict KEY`, "allow commands again", readUnrestrict},
	{Scripts, "q quit", `\q`, "end the script", plainly(Quit{})},
	{Scripts, "?", `\?`, "list these commands", plainly(Help{})},

	{Variable, "set", `\set [NAME [VALUE ...]]`, "set a variable to the values joined, or list all", readSet},
	{Variable, "unset", `\unset NAME`, "remove a variable", readUnset},

	{Catalog, "d", `\d[Sx+] [PATTERN]`, "list tables, views and sequences, or describe those that match", readDescribe},
	{Catalog, "da", `\da[Sx+] [PATTERN]`, "list aggregates", readDescribe},
	{Catalog, "dA", `\dA[x+] [PATTERN]`, "list access methods", readDescribe},
	{Catalog, "dAc", `\dAc[x+] [AM [TYPE]]`, "list operator classes", readDescribe},
	{Catalog, "dAf", `\dAf[x+] [AM [TYPE]]`, "list operator families", readDescribe},
	{Catalog, "dAo", `\dAo[x+] [AM [FAMILY]]`, "list operators of operator families", readDescribe},
	{Catalog, "dAp", `\dAp[x+] [AM [FAMILY]]`, "list support functions of operator families", readDescribe},
	{Catalog, "db", `\db[x+] [PATTERN]`, "list tablespaces", readDescribe},
	{Catalog, "dc", `\dc[Sx+] [PATTERN]`, "list conversions", readDescribe},
	{Catalog, "dconfig", `\dconfig[x+] [PATTERN]`, "list configuration parameters", readDescribe},
	{Catalog, "dC", `\dC[x+] [PATTERN]`, "list casts", readDescribe},
	{Catalog, "dd", `\dd[Sx] [PATTERN]`, "show object descriptions that are not displayed elsewhere", readDescribe},
	{Catalog, "dD", `\dD[Sx+] [PATTERN]`, "list domains", readDescribe},
	{Catalog, "ddp", `\ddp[x] [PATTERN]`, "list default privileges", readDescribe},
	{Catalog, "dE dt di ds dv dm", `\dE[Sx+] \dt \di \ds \dv \dm [PATTERN]`, "list foreign tables, tables, indexes, sequences, views, materialized views; the letters combine", readDescribe},
	{Catalog, "des", `\des[x+] [PATTERN]`, "list foreign servers", readDescribe},
	{Catalog, "det", `\det[x+] [PATTERN]`, "list foreign tables", readDescribe},
	{Catalog, "deu", `\deu[x+] [PATTERN]`, "list user mappings", readDescribe},
	{Catalog, "dew", `\dew[x+] [PATTERN]`, "list foreign-data wrappers", readDescribe},
	{Catalog, "df", `\df[anptw][Sx+] [FUNCTION [TYPE ...]]`, "list [only agg/normal/procedure/trigger/window] functions", readDescribe},
	{Catalog, "dF", `\dF[x+] [PATTERN]`, "list text search configurations", readDescribe},
	{Catalog, "dFd", `\dFd[x+] [PATTERN]`, "list text search dictionaries", readDescribe},
	{Catalog, "dFp", `\dFp[x+] [PATTERN]`, "list text search parsers", readDescribe},
	{Catalog, "dFt", `\dFt[x+] [PATTERN]`, "list text search templates", readDescribe},
	{Catalog, "dg du", `\dg[Sx+] \du [PATTERN]`, "list roles", readDescribe},
	{Catalog, "dl lo_list", `\dl[x+]`, "list large objects", readDescribe},
	{Catalog, "dL", `\dL[Sx+] [PATTERN]`, "list procedural languages", readDescribe},
	{Catalog, "dn", `\dn[Sx+] [PATTERN]`, "list schemas", readDescribe},
	{Catalog, "do", `\do[Sx+] [OPERATOR [TYPE [TYPE]]]`, "list operators", readDescribe},
	{Catalog, "dO", `\dO[Sx+] [PATTERN]`, "list collations", readDescribe},
	{Catalog, "dp z", `\dp[Sx] \z [PATTERN]`, "list access privileges of tables, views and sequences", readDescribe},
	{Catalog, "dP", `\dP[itnx+] [PATTERN]`, "list [only index/table] partitioned relations [n=nested]", readDescribe},
	{Catalog, "drds", `\drds[x] [ROLE [DATABASE]]`, "list settings per role and database", readDescribe},
	{Catalog, "drg", `\drg[Sx] [PATTERN]`, "list role grants", readDescribe},
	{Catalog, "dRp", `\dRp[x+] [PATTERN]`, "list replication publications", readDescribe},
	{Catalog, "dRs", `\dRs[x+] [PATTERN]`, "list replication subscriptions", readDescribe},
	{Catalog, "dT", `\dT[Sx+] [PATTERN]`, "list data types", readDescribe},
	{Catalog, "dx", `\dx[x+] [PATTERN]`, "list extensions", readDescribe},
	{Catalog, "dX", `\dX[x] [PATTERN]`, "list extended statistics", readDescribe},
	{Catalog, "dy", `\dy[x+] [PATTERN]`, "list event triggers", readDescribe},
	{Catalog, "l list", `\l[x+] [PATTERN]`, "list databases", readDescribe},
	{Catalog, "sf sf+", `\sf[+] FUNCTION`, "show a function's source, with line numbers by +", readSource},
	{Catalog, "sv sv+", `\sv[+] VIEW`, "show a view's source, with line numbers by +", readSource},

	{Formatting, "pset", `\pset [OPTION [VALUE]]`, "set how results are shown", readFormat},
	{Formatting, "x", `\x [on|off|auto]`, "turn the expanded format on or off", readFormatOf("expanded", true)},
	{Formatting, "t", `\t [on|off]`, "show rows only", readFormatOf("tuples_only", true)},
	{Formatting, "a", `\a`, "switch between the aligned and the unaligned format", plainly(ToggleAligned{})},
	{Formatting, "C", `\C [TITLE]`, "set the title of results, or none", readFormatOf("title", true)},
	{Formatting, "f", `\f [TEXT]`, "set the field separator of the unaligned format", readFormatOf("fieldsep", false)},
	{Formatting, "timing", `\timing [on|off]`, "show how long statements take", readTiming},

	{Session, "c connect", `\c [DATABASE|- USER|- HOST|- PORT|-] | CONNINFO`, "continue on another connection", readConnect},
	{Session, "conninfo", `\conninfo`, "show what the session is connected to", plainly(ConnectionInfo{})},
	{Session, "encoding", `\encoding [ENCODING]`, "show or set the client encoding", readEncoding},

	{Refused, "!", `\! [COMMAND]`, "starts a program", refuse(startsProgram, "Run it in a terminal.")},
	{Refused, "e edit", `\e [FILE] [LINE]`, "starts an editor", refuse(startsProgram, "You are in an editor: open the file in it.")},
	{Refused, "ef ev", `\ef [FUNCTION] \ev [VIEW]`, "starts an editor", refuse(startsProgram, `\sf and \sv show the source.`)},
	{Refused, "password", `\password [USER]`, "reads a password from the terminal", refuse(readsTerminal, "Run ALTER ROLE … PASSWORD with a value that is hashed already, or psql.")},
	{Refused, "prompt", `\prompt [TEXT] NAME`, "reads a value from the terminal", refuse(readsTerminal, `\set the variable, or use a parameter: its value is asked for.`)},
	{Refused, "h help", `\h [NAME]`, "shows a page of psql's", refuse(onlyTerminal, "See https://www.postgresql.org/docs/current/sql-commands.html.")},
	{Refused, "copyright", `\copyright`, "shows a page of psql's", refuse(onlyTerminal, "See https://www.postgresql.org/about/licence/.")},
	{Refused, "s", `\s [FILE]`, "shows the history of the terminal", refuse(onlyTerminal, "The history of tusk-lsp has what was run here.")},
	{Refused, "crosstabview", `\crosstabview [COLUMNS]`, "draws a table for the terminal", refuse(onlyTerminal, "Aggregate with FILTER, or use crosstab of the extension tablefunc.")},
	{Refused, "H html T", `\H \T [TEXT]`, "formats results as HTML", refuse("results are not shown as HTML", "Export the result instead.")},
	{Refused, "o out", `\o [FILE]`, "writes results to a file or a program", refuseTarget("Export the result instead.")},
	{Refused, "w write", `\w FILE`, "writes the statement to a file or a program", refuseTarget("Save the script instead.")},
	{Refused, "cd", `\cd [DIR]`, "changes the folder of the process", refuse(ownProcess, `\ir names scripts relative to this one.`)},
	{Refused, "getenv", `\getenv NAME VARIABLE`, "reads the environment of the process", refuse(ownProcess, `\set the variable.`)},
	{Refused, "setenv", `\setenv NAME [VALUE]`, "changes the environment of the process", refuse(ownProcess, `\set a variable.`)},
	{Refused, "lo_export", `\lo_export OID FILE`, "writes a file", refuse(largeObjects, "Select lo_get(OID) and export the result.")},
	{Refused, "lo_import", `\lo_import FILE`, "reads a file", refuse(largeObjects, "Use lo_from_bytea, or psql.")},
	{Refused, "lo_unlink", `\lo_unlink OID`, "deletes a large object", refuse("a statement does that", "Select lo_unlink(OID).")},
	{Refused, "startpipeline endpipeline syncpipeline sendpipeline flush flushrequest getresults", `\startpipeline …`, "steers the pipeline mode", refuse("pipelines are for tests of the protocol", "Leave it out: each statement is sent and awaited by itself.")},
}

const (
	startsProgram = "a program is never started by a script"
	readsTerminal = "there is no terminal to read from"
	onlyTerminal  = "it is for psql's terminal"
	ownProcess    = "a script does not touch the process that runs it"
	largeObjects  = "large objects are not copied from or to files"
)

// refuse is for a command that does not run here.
func refuse(why, hint string) read {
	return func(r *reader) (Action, error) {
		return nil, fail(`\%s: %s`, r.name, why).WithHint(hint)
	}
}

// refuseTarget is for a command that writes to a file or a program.
func refuseTarget(hint string) read {
	return func(r *reader) (Action, error) {
		if err := r.noTarget(hint); err != nil {
			return nil, err
		}
		return refuse("a script does not write files", hint)(r)
	}
}

// readerOf gives what reads the command of a name, or nil.
func readerOf(name string) read {
	if strings.EqualFold(name, "copy") {
		name = "copy" // the only one that psql takes in any case
	}
	i := slices.IndexFunc(commands, func(c command) bool { return slices.Contains(strings.Fields(c.names), name) })
	if i >= 0 {
		return commands[i].read
	}
	if _, _, ok := describeOf(name); ok {
		return readDescribe
	}
	return nil
}

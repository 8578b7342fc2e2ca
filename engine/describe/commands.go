package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// listed is a command that one list answers.
func listed(name, letters, summary string, list func(major int, r Request) *selection) command {
	return command{Command{name, letters, summary}, func(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
		return one(c.list(ctx, list(c.major, r)))
	}}
}

// answered is a command that is answered with more than a list.
func answered(name, letters, summary string, run func(context.Context, catalog, Request) ([]*tusk.QueryResult, error)) command {
	return command{Command{name, letters, summary}, run}
}

// commands are all commands, the most used ones first. A name is looked for as it
// is before it is taken for another one's with letters.
var commands = []command{
	answered("d", "tvmisE", `a relation in full; without a pattern, or with letters, a list: tables, views, materialized views, indexes, sequences, foreign tables (E)`, describeRelations),
	listed("df", "anptw", `functions; letters: aggregates, normal functions, procedures, trigger functions, window functions`, listFunctions),
	answered("dn", "", `schemas`, listSchemas),
	listed("l", "", `databases`, listDatabases),
	answered("du", "", `roles`, listRoles),
	answered("dg", "", `roles, as \du`, listRoles),
	answered("dx", "", `extensions; with +, the objects of each`, describeExtensions),
	listed("dT", "", `data types`, listTypes),
	listed("dp", "", `privileges on tables, views, sequences`, listPrivileges),
	listed("z", "", `privileges, as \dp`, listPrivileges),
	answered("sf", "", `the definition of a function; with +, its lines are numbered`, showFunction),
	answered("sv", "", `the definition of a view; with +, its lines are numbered`, showView),
	listed("dP", "tin", `partitioned relations; letters: tables, indexes, nested ones`, listPartitioned),
	listed("dD", "", `domains`, listDomains),
	listed("dconfig", "", `configuration parameters; without a pattern, those that were changed`, listSettings),
	answered("drds", "", `settings of roles and databases; the second pattern is a database's`, listRoleSettings),
	listed("drg", "", `memberships of roles`, listRoleGrants),
	listed("ddp", "", `default privileges`, listDefaultPrivileges),
	listed("db", "", `tablespaces`, listTablespaces),
	listed("dL", "", `procedural languages`, listLanguages),
	listed("dy", "", `event triggers`, listEventTriggers),
	listed("dX", "", `extended statistics`, listStatistics),
	listed("da", "", `aggregate functions`, listAggregates),
	listed("do", "", `operators; further arguments are types of operands`, listOperators),
	listed("dC", "", `casts`, listCasts),
	listed("dO", "", `collations`, listCollations),
	listed("dc", "", `conversions between encodings`, listConversions),
	listed("dd", "", `comments that no other command shows`, listComments),
	listed("dl", "", `large objects`, listLargeObjects),
	listed("det", "", `foreign tables`, listForeignTables),
	listed("des", "", `foreign servers`, listForeignServers),
	listed("deu", "", `user mappings`, listUserMappings),
	listed("dew", "", `foreign-data wrappers`, listForeignDataWrappers),
	answered("dRp", "", `publications; with +, what each has`, describePublications),
	answered("dRs", "", `subscriptions`, listSubscriptions),
	answered("dF", "", `text search configurations; with +, what each does with which token`, describeConfigurations),
	listed("dFd", "", `text search dictionaries`, listDictionaries),
	answered("dFp", "", `text search parsers; with +, their functions and tokens`, describeParsers),
	listed("dFt", "", `text search templates`, listTemplates),
	listed("dA", "", `access methods`, listAccessMethods),
	listed("dAc", "", `operator classes; patterns: access method, type`, listOperatorClasses),
	listed("dAf", "", `operator families; patterns: access method, type`, listOperatorFamilies),
	listed("dAo", "", `operators of operator families; patterns: access method, family`, listFamilyOperators),
	listed("dAp", "", `support functions of operator families; patterns: access method, family`, listFamilyFunctions),
}

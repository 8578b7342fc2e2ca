package describe

import (
	"context"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// command is a command with what answers it.
type command struct {
	name    string
	letters string // that may follow the name in any order, each for a kind of object
	run     run
}

type run func(context.Context, catalog, Request) ([]*tusk.QueryResult, error)

// list makes the answer of a command that lists rows of the catalogs.
func list(rows func(major int, r Request) *selection) run {
	return func(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
		return one(c.list(ctx, rows(c.major, r)))
	}
}

// commands are all commands, in the order of the page of psql.
var commands = []command{
	{"d", "tvmisE", describeRelations},
	{"da", "", list(listAggregates)},
	{"dA", "", list(listAccessMethods)},
	{"dAc", "", list(listOperatorClasses)},
	{"dAf", "", list(listOperatorFamilies)},
	{"dAo", "", list(listFamilyOperators)},
	{"dAp", "", list(listFamilyFunctions)},
	{"db", "", list(listTablespaces)},
	{"dc", "", list(listConversions)},
	{"dconfig", "", list(listSettings)},
	{"dC", "", list(listCasts)},
	{"dd", "", list(listComments)},
	{"dD", "", list(listDomains)},
	{"ddp", "", list(listDefaultPrivileges)},
	{"des", "", list(listForeignServers)},
	{"det", "", list(listForeignTables)},
	{"deu", "", list(listUserMappings)},
	{"dew", "", list(listForeignDataWrappers)},
	{"df", "anptw", list(listFunctions)},
	{"dF", "", describeConfigurations},
	{"dFd", "", list(listDictionaries)},
	{"dFp", "", describeParsers},
	{"dFt", "", list(listTemplates)},
	{"dg", "", listRoles},
	{"dl", "", list(listLargeObjects)},
	{"dL", "", list(listLanguages)},
	{"dn", "", listSchemas},
	{"do", "", list(listOperators)},
	{"dO", "", list(listCollations)},
	{"dp", "", list(listPrivileges)},
	{"dP", "tin", list(listPartitioned)},
	{"drds", "", listRoleSettings},
	{"drg", "", list(listRoleGrants)},
	{"dRp", "", describePublications},
	{"dRs", "", listSubscriptions},
	{"dT", "", list(listTypes)},
	{"du", "", listRoles},
	{"dx", "", describeExtensions},
	{"dX", "", list(listStatistics)},
	{"dy", "", list(listEventTriggers)},
	{"l", "", list(listDatabases)},
	{"sf", "", showFunction},
	{"sv", "", showView},
}

// lookUp finds the command of a name, which may have letters behind it.
func lookUp(name string) (command, bool) {
	for _, c := range commands {
		if name == c.name {
			return c, true
		}
	}
	for _, c := range commands {
		letters, ok := strings.CutPrefix(name, c.name)
		if ok && c.letters != "" && strings.Trim(letters, c.letters) == "" {
			return c, true
		}
	}
	return command{}, false
}

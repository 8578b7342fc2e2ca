package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func newConnectionCommand(g *globalFlags) *cobra.Command {
	return onlyHelp("connection", "Add, change, test, import and remove saved connections",
		newConnectionAdd(g), newConnectionUpdate(g), newConnectionDuplicate(g), newConnectionRemove(g), newConnectionList(g),
		newConnectionPassword(g), newConnectionTest(g), newConnectionStatus(g), newConnectionExplain(g),
		newConnectionImport(g), newConnectionExport(g))
}

// oneName is the arguments of a command about one connection.
var oneName = arguments(1, "the name of one connection")

// address tells people where a connection leads.
func address(c tusk.ConnectionConfig) string {
	host := c.Host
	if !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(host, strconv.Itoa(c.Port))
	} else if c.Port != tusk.DefaultPort {
		host += ":" + strconv.Itoa(c.Port)
	}
	text := fmt.Sprintf("%s@%s/%s", c.Username, host, c.Database)
	if c.SSHTunnel != nil {
		text += " via " + c.SSHTunnel.Host
	}
	return text
}

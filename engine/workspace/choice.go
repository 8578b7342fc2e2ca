package workspace

import tusk "github.com/tusk-lsp/tusk-lsp"

// Choice is what a workspace file and a modeline say about one document. The
// zero value says nothing.
type Choice struct {
	Connection string // the name of a connection, described in the workspace or saved; "" names none
	ReadOnly   bool   // the document may not write, whatever its connection allows
	// Confirm is the policy that holds beside the connection's own; "" is none.
	Confirm tusk.ConfirmPolicy
	Why     string // for people: where it was said
}

// refine gives the choice of a document that says more about itself: what it
// names counts before c's, and read-only stays where either demands it.
func (c Choice) refine(more Choice) Choice {
	if more.Connection != "" {
		c.Connection, c.Why = more.Connection, more.Why
	}
	c.ReadOnly = c.ReadOnly || more.ReadOnly
	return c
}

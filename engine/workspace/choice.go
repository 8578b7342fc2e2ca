package workspace

// Choice is what a workspace file or a modeline says about one document.
type Choice struct {
	Connection string // the name of a connection, described in the workspace or saved; "" names none
	ReadOnly   bool   // the document may not write, whatever its connection allows
	Why        string // for people: where it was said
}

// Refine gives the choice of a document that says more about itself: its
// connection counts before c's, and read-only stays where either demands it.
func (c Choice) Refine(more Choice) Choice {
	if more.Connection != "" {
		c.Connection, c.Why = more.Connection, more.Why
	}
	c.ReadOnly = c.ReadOnly || more.ReadOnly
	return c
}

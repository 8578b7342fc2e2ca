// Package engine is the application's state: connections with their pools,
// execution sessions, cancellable queries and catalog snapshots. It knows
// PostgreSQL and no LSP.
package engine

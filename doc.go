// Package tusk is the domain vocabulary of tusk-lsp: the values that every
// room of the house speaks of (connections, tunnels, queries, results,
// history, errors) with their validation. It does no I/O and imports no other
// package of the project.
package tusk

// Package scratch runs throw-away PostgreSQL servers on this machine: for the
// demo, for people without a server, and for the tests. It finds PostgreSQL's
// programs or fetches them ([Find]), makes a cluster and starts it ([Start]),
// and sees to it that a server never outlives the process that started it.
package scratch

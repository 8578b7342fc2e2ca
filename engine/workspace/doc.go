// Package workspace reads what the files of a workspace say about connections:
// .tusk.toml, a modeline in an SQL file, and .env. Whoever wrote the workspace
// wrote them, so nothing in them is trusted: they may name hosts but hold no
// secret, lead to no file outside of the workspace by a relative path, and only
// ever take rights away. Whether to connect to what they name is for the caller
// to ask the user.
//
// The package reads files and texts and nothing else: it dials nothing and
// starts nothing. Its functions and values are safe for concurrent use.
package workspace

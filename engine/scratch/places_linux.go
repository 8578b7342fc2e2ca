package scratch

// places are the folders where packages install PostgreSQL's programs outside
// PATH, as patterns of filepath.Glob.
var places = []string{
	"/usr/lib/postgresql/*/bin", // Debian, Ubuntu, SUSE
	"/usr/lib/postgresql/bin",   // Arch, Gentoo
	"/usr/pgsql-*/bin",          // Red Hat, from postgresql.org
	"/usr/libexec/postgresql*",  // Alpine
	"/opt/postgresql/*/bin",     // EDB's installer
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
}

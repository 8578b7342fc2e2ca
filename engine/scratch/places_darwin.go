package scratch

// places are the folders where packages install PostgreSQL's programs outside
// PATH, as patterns of filepath.Glob.
var places = []string{
	"/opt/homebrew/opt/postgresql@*/bin", // Homebrew on Apple silicon
	"/usr/local/opt/postgresql@*/bin",    // Homebrew on Intel
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/Library/PostgreSQL/*/bin",      // EDB's installer
	"/opt/local/lib/postgresql*/bin", // MacPorts
}

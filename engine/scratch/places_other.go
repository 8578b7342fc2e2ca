//go:build !linux && !darwin && !windows

package scratch

// places are the folders where packages install PostgreSQL's programs outside
// PATH, as patterns of filepath.Glob.
var places = []string{
	"/usr/local/lib/postgresql*/bin",
	"/usr/local/pgsql/bin",
}

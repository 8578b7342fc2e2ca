package scratch

// places are the folders where packages install PostgreSQL's programs outside
// PATH, as patterns of filepath.Glob.
var places = []string{
	`C:\Program Files\PostgreSQL\*\bin`, // EDB's installer
}

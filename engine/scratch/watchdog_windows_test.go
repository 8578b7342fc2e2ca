package scratch

// ownServer has no test on Windows: see watchdog.
func ownServer() {}

package engine

// What the tests of package engine_test see besides.
var (
	WatchWait  = (*State).watchWait
	WaitEvents = waitEvents
)

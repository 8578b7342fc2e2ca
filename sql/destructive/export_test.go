package destructive

import "maps"

// Reads reports whether a function is among those that only read.
func Reads(function string) bool { return reading[function] }

// Reading gives the functions that only read.
var Reading = maps.Keys(reading)

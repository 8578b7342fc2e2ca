package psql

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Watch runs the statement before it again and again: \watch.
type Watch struct {
	Interval time.Duration // between two runs; without an argument WATCH_INTERVAL
	Count    int           // runs in all; 0 is no limit
	MinRows  int           // ends with the first result of fewer rows; 0 is no limit
}

func (Watch) action() {}

func readWatch(r *reader) (Action, error) {
	var w Watch
	seen := map[string]bool{}
	for {
		arg, err := r.optional(true)
		if err != nil {
			return nil, err
		}
		if arg == nil {
			break
		}
		key, value, labelled := strings.Cut(*arg, "=")
		if !labelled {
			key, value = "interval", *arg
		}
		what, ok := map[string]string{
			"i": "interval value", "interval": "interval value",
			"c": "iteration count", "count": "iteration count",
			"m": "minimum row count", "min_rows": "minimum row count",
		}[key]
		if !ok {
			return nil, fail(`\watch: unrecognized parameter "%s"`, *arg)
		}
		if seen[what] {
			return nil, fail(`\watch: %s is specified more than once`, what)
		}
		seen[what] = true
		switch what {
		case "interval value":
			w.Interval, ok = parseSeconds(value)
		case "iteration count":
			w.Count, ok = parseCount(value)
		default:
			w.MinRows, ok = parseCount(value)
		}
		if !ok {
			return nil, fail(`\watch: incorrect %s "%s"`, what, value)
		}
	}
	if !seen["interval value"] {
		value, _ := r.v.Get("WATCH_INTERVAL")
		w.Interval, _ = parseSeconds(value) // Set took nothing else
	}
	return w, nil
}

// parseCount reads a number of at least one.
func parseCount(value string) (int, bool) {
	n, err := strconv.Atoi(value)
	return n, err == nil && 0 < n && n <= math.MaxInt32
}

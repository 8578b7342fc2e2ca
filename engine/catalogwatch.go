package engine

import (
	"time"
)

// unusedAfter is how long a catalog that nobody asks for is watched on.
const unusedAfter = 10 * time.Minute

// watch looks now and then whether others changed the database, and has the
// catalog follow. It asks on a connection that idles, for some milliseconds, and
// only while somebody uses the catalog. It ends with the connection's life.
func (c *catalogCache) watch(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-c.connection.life.Done():
			return
		}
		if time.Since(time.Unix(0, c.used.Load())) > unusedAfter {
			continue
		}
		changed, err := c.changed()
		if err != nil {
			// The user's next statement tells what is wrong; this is nobody's errand.
			c.state.config.Log.Debug("nobody could look for changes of the catalog", "connection", c.connection.config.Name, "err", err)
		}
		if changed {
			c.follow()
		}
	}
}

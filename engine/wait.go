package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Wait is what a backend waits for at one moment.
type Wait struct {
	Backend            // who waits
	Blockers []Backend // who is in its way: first those in BlockedBy, then those for whom they wait
}

// Waits tells what the backend of a running statement waits for. It takes 1 s at
// most, and fails where there is no such backend, and behind a pooler, where
// nobody knows the process ids.
func (s *State) Waits(ctx context.Context, connection uuid.UUID, pid uint32) (Wait, error) {
	c, err := s.connection(connection)
	if err != nil {
		return Wait{}, err
	}
	backends, err := s.backends(ctx, c, selectBlockers, pid)
	if err != nil {
		return Wait{}, err
	}
	i := slices.IndexFunc(backends, func(b Backend) bool { return b.PID == pid })
	if i < 0 {
		return Wait{}, errGone(pid)
	}
	w := Wait{Backend: backends[i]}
	w.Blockers = directFirst(slices.Delete(backends, i, i+1), func(b Backend) bool { return slices.Contains(w.BlockedBy, b.PID) })
	return w, nil
}

func errGone(pid uint32) error {
	return &tusk.Error{
		Category: tusk.Query,
		Message:  fmt.Sprintf("the server has no backend with pid %d any more", pid),
		Hint:     "It has ended by itself.",
	}
}

// Deadlock reports whether the backend waits, over others, for itself. The server
// ends that after deadlock_timeout by failing one of them.
func (w Wait) Deadlock() bool {
	return slices.ContainsFunc(w.Blockers, func(b Backend) bool { return slices.Contains(b.BlockedBy, w.PID) })
}

// String tells on one line, for a progress bar, what the backend does or waits
// for and who is in its way, such as "waits 12 s for the lock on table
// shop.orders held by pid 4711 (alice, psql, idle in transaction for 3 min):
// UPDATE …".
func (w Wait) String() string {
	var out strings.Builder
	if w.Lock != "" {
		fmt.Fprintf(&out, "waits %s for the lock on %s", ageText(w.LockAge), w.Object)
	} else {
		out.WriteString(describeEvent(w.Event))
	}
	direct := slices.DeleteFunc(slices.Clone(w.Blockers), func(b Backend) bool { return !slices.Contains(w.BlockedBy, b.PID) })
	if len(direct) == 0 {
		return out.String()
	}
	// Who waits itself may only be ahead in the queue; who does not has the lock.
	first := max(0, slices.IndexFunc(direct, Backend.free))
	switch {
	case w.Lock == "":
		out.WriteString(", because of ")
	case direct[first].free():
		out.WriteString(" held by ")
	default:
		out.WriteString(" behind ")
	}
	out.WriteString(direct[first].String())
	if root, found := w.root(direct[first]); found {
		out.WriteString("; that waits for " + root.String())
	}
	if more := len(direct) - 1; more > 0 {
		fmt.Fprintf(&out, "; %d more in the way", more)
	}
	if w.Deadlock() {
		out.WriteString("; they wait for each other, which the server ends after deadlock_timeout")
	}
	return out.String()
}

// root gives the nearest one that keeps a blocker waiting and does not wait
// itself.
func (w Wait) root(blocker Backend) (root Backend, found bool) {
	pids := slices.Clone(blocker.BlockedBy)
	for i := 0; i < len(pids); i++ {
		next := slices.IndexFunc(w.Blockers, func(b Backend) bool { return b.PID == pids[i] })
		if next < 0 {
			continue // gone meanwhile, or w's own backend
		}
		if w.Blockers[next].free() {
			return w.Blockers[next], true
		}
		for _, pid := range w.Blockers[next].BlockedBy {
			if !slices.Contains(pids, pid) {
				pids = append(pids, pid)
			}
		}
	}
	return Backend{}, false
}

// free reports whether nobody keeps the backend waiting.
func (b Backend) free() bool { return len(b.BlockedBy) == 0 }

// describeEvent says in a person's words what a wait event means: the event's own
// sentence, else that of its type.
func describeEvent(event string) string {
	if event == "" {
		return "works"
	}
	sentence, known := waitEvents[strings.ToLower(event)]
	if !known {
		kind, _, _ := strings.Cut(event, ":")
		sentence = cmp.Or(waitEvents[strings.ToLower(kind)], "waits")
	}
	return sentence + " (" + event + ")"
}

// waitEvents are the common events, in lower case, since PostgreSQL 17 spells
// some anew
// (https://www.postgresql.org/docs/current/monitoring-stats.html#WAIT-EVENT-TABLE).
var waitEvents = map[string]string{
	"activity":  "idles in its main loop",
	"bufferpin": "waits for a page that another process uses",

	"client":             "waits for the client",
	"client:clientread":  "waits for the client to send",
	"client:clientwrite": "waits for the client to take rows",

	"extension": "waits in an extension, such as for a foreign server",

	"io":                 "reads or writes files of the server",
	"io:aioiocompletion": "waits for reads from disk",
	"io:buffileread":     "reads temporary files, since work_mem is too small for it",
	"io:buffilewrite":    "writes temporary files, since work_mem is too small for it",
	"io:copyfileread":    "reads the file of COPY",
	"io:copyfilewrite":   "writes the file of COPY",
	"io:datafileextend":  "makes the files of a table larger",
	"io:datafileflush":   "writes tables to disk",
	"io:datafileread":    "reads tables from disk",
	"io:datafilesync":    "waits for the disk to keep tables",
	"io:datafilewrite":   "writes tables to disk",
	"io:walsync":         "waits for the disk to keep the write-ahead log",
	"io:walwrite":        "writes the write-ahead log",

	"ipc":                     "waits for another process of the server",
	"ipc:backendtermination":  "waits for another backend to end",
	"ipc:bgworkershutdown":    "waits for its parallel workers to end",
	"ipc:bgworkerstartup":     "waits for its parallel workers to start",
	"ipc:bufferio":            "waits for another process to read or write the same page",
	"ipc:checkpointdone":      "waits for a checkpoint",
	"ipc:checkpointstart":     "waits for a checkpoint",
	"ipc:executegather":       "waits for its parallel workers",
	"ipc:messagequeuereceive": "waits for rows from its parallel workers",
	"ipc:messagequeuesend":    "waits for its leader to take rows",
	"ipc:parallelfinish":      "waits for its parallel workers to finish",
	"ipc:procsignalbarrier":   "waits for every process of the server to take note",
	"ipc:replicationslotdrop": "waits for a replication slot to be dropped",
	"ipc:safesnapshot":        "waits for a moment without serializable writers",
	"ipc:syncrep":             "waits for a synchronous standby to confirm the commit",

	"lock": "waits for a lock",

	"lwlock":               "waits for a lock inside the server",
	"lwlock:buffercontent": "waits for a page that another process changes",
	"lwlock:buffermapping": "waits for room in shared_buffers",
	"lwlock:lockmanager":   "waits for the server's table of locks",
	"lwlock:procarray":     "waits for the server's list of transactions",
	"lwlock:walinsert":     "waits to add to the write-ahead log",
	"lwlock:walwrite":      "waits for the write-ahead log to be written",

	"timeout":                "pauses",
	"timeout:pgsleep":        "sleeps",
	"timeout:spindelay":      "contends with others for memory of the server",
	"timeout:vacuumdelay":    "pauses, as vacuum_cost_delay says",
	"timeout:vacuumtruncate": "waits for a moment when nobody reads the table, to make its file smaller",
}

// watchWait tells what the backend of a running statement waits for, each time
// that after went by, until stop is called, the statement's state ends or nobody
// can know. It tells from one goroutine, which has ended when stop returns. What
// keeps it from asking is logged, and the time is let pass: explaining must not
// cost what it explains.
func (s *State) watchWait(h *QueryHandle, pid uint32, after time.Duration, told func(string)) (stop func()) {
	ctx, cancel := context.WithCancel(s.life)
	var watcher sync.WaitGroup
	watcher.Go(func() {
		tick := time.NewTicker(after)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			wait, err := s.Waits(ctx, h.ConnectionID, pid)
			switch {
			case ctx.Err() != nil:
				return
			case err == nil:
				told(wait.String())
			default:
				s.config.Log.Debug("it is not known what a statement waits for", "query", h.ID, "pid", pid, "err", err)
				if !unreachable(err) {
					return
				}
			}
		}
	})
	return func() {
		cancel()
		watcher.Wait()
	}
}

package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// keptLogs is how many days of log files stay.
const keptLogs = 7

// newLogger logs to stderr and to dir's file of the day. A file that cannot be
// opened never stops the start: stderr says so and goes on alone. Secrets are
// taken out of every text. The returned close ends the file.
func newLogger(dir, flag string, stderr io.Writer) (*slog.Logger, func() error, error) {
	level, err := logLevel(flag)
	if err != nil {
		return nil, nil, err
	}
	file := &dailyFile{dir: dir, today: time.Now}
	out := io.MultiWriter(stderr, file)
	_, openErr := file.Write(nil)
	if openErr != nil {
		out = stderr
	}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{
		Level:       level,
		ReplaceAttr: secrets.RedactAttr,
	}))
	if openErr != nil {
		log.Warn("no log file; logging to stderr alone", "err", openErr)
	}
	return log, file.Close, nil
}

// logLevel is the flag, else TUSK_LOG, else debug for a development build and
// info for a release.
func logLevel(flag string) (slog.Level, error) {
	name := flag
	if name == "" {
		name = os.Getenv("TUSK_LOG")
	}
	if name == "" {
		if version == developmentVersion {
			return slog.LevelDebug, nil
		}
		return slog.LevelInfo, nil
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		return 0, &tusk.Error{Message: fmt.Sprintf("%q is no log level", name), Hint: "Use debug, info, warn or error with --log-level or TUSK_LOG."}
	}
	return level, nil
}

// dailyFile writes to tusk.YYYY-MM-DD.log and keeps the newest keptLogs files.
type dailyFile struct {
	dir   string
	today func() time.Time

	mu   sync.Mutex
	name string   // of the open file; guarded by mu
	file *os.File // nil before the first write; guarded by mu
}

// Write appends to the file of the day and opens it first where the day is new.
func (d *dailyFile) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := "tusk." + d.today().Format(time.DateOnly) + ".log"
	if d.file == nil || name != d.name {
		if err := d.open(name); err != nil {
			return 0, err
		}
	}
	return d.file.Write(p)
}

// Close ends the file that is open, if any.
func (d *dailyFile) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	d.file = nil
	return err
}

func (d *dailyFile) open(name string) error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(d.dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if d.file != nil {
		d.file.Close() // its day is over; what was written is written
	}
	d.name, d.file = name, file
	d.prune()
	return nil
}

// prune removes the oldest logs. One that cannot be removed is tried again
// tomorrow.
func (d *dailyFile) prune() {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return
	}
	var logs []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "tusk.") && strings.HasSuffix(e.Name(), ".log") {
			logs = append(logs, e.Name())
		}
	}
	slices.Sort(logs) // the date in the name sorts by age
	for _, old := range logs[:max(0, len(logs)-keptLogs)] {
		os.Remove(filepath.Join(d.dir, old))
	}
}

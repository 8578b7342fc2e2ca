package store

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// errBusy: the file is in the hands of other processes.
var errBusy = errors.New("other processes are using the store")

// openTimeout bounds the wait for another process that opens or repairs.
const openTimeout = 10 * time.Second

// claim is a process's hold on the store's file, in two locks that the
// system drops when the process dies:
//
//   - the gate is held by the one process that opens or repairs. SQLite alone
//     does not serialise that: of eight processes that create the file at
//     once, one now and then fails.
//   - users is shared by all who have the file open. A file may only be set
//     aside by a process that is alone: another one's SQLite would go on
//     writing to the renamed file and, at its close, delete the fresh file's
//     log by name.
type claim struct {
	gate, users *flock.Flock
	alone       bool // nobody else has the file open
}

// claimFile waits for the gate.
func claimFile(ctx context.Context, dir string) (*claim, error) {
	c := &claim{
		gate:  flock.New(filepath.Join(dir, "tusk.gate.lock")),
		users: flock.New(filepath.Join(dir, "tusk.users.lock")),
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if _, err := c.gate.TryLockContext(ctx, 2*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			err = errors.Join(errBusy, err)
		}
		return nil, err
	}
	alone, err := c.users.TryLock()
	if err != nil {
		return nil, errors.Join(err, c.abandon())
	}
	c.alone = alone
	return c, nil
}

// share ends the opening: others may come in. Between giving up the exclusive
// hold and taking the shared one nobody can, since the gate is still ours.
func (c *claim) share() error {
	if err := c.users.Unlock(); err != nil {
		return err
	}
	if err := c.users.RLock(); err != nil {
		return err
	}
	c.alone = false
	return c.gate.Unlock()
}

// abandon gives up whatever is held.
func (c *claim) abandon() error {
	return errors.Join(c.users.Unlock(), c.gate.Unlock())
}

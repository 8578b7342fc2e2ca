package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Terminate ends a backend that does not heed a cancel request, with its open
// transaction, and waits for the end up to Config.CancelTimeout. The error tells
// that the role may not, that the backend was gone already, or that it goes on:
// one that waits for a disk or a network cannot be ended. Behind a pooler, where
// nobody knows the process ids, no backend is ended.
// (https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL).
func (s *State) Terminate(ctx context.Context, connection uuid.UUID, pid uint32) error {
	c, err := s.connection(connection)
	if err != nil {
		return err
	}
	if pid == 0 {
		return &tusk.Error{
			Category: tusk.Query,
			Message:  "a prepared transaction has no backend that could be ended",
			Hint:     "COMMIT PREPARED or ROLLBACK PREPARED ends it.",
		}
	}
	var ended []bool
	read := func(rows pgx.Rows) (err error) {
		ended, err = pgx.CollectRows(rows, pgx.RowTo[bool])
		return err
	}
	patience := s.config.CancelTimeout
	err = c.aside(ctx, 2*patience, read,
		`SELECT pg_catalog.pg_terminate_backend(pid, $2) FROM pg_catalog.pg_stat_activity WHERE pid = $1`,
		int32(pid), patience.Milliseconds())
	switch refused, _ := errors.AsType[*tusk.Error](err); {
	case refused != nil && refused.Code == insufficientPrivilege:
		out := *refused
		out.Message = fmt.Sprintf("the role %s may not end pid %d: %s", c.config.Username, pid, refused.Message)
		out.Hint = fmt.Sprintf("A superuser, a member of pg_signal_backend or the role of that backend can: SELECT pg_terminate_backend(%d)", pid)
		return &out
	case err != nil:
		return err
	case len(ended) == 0:
		return errGone(pid)
	case !ended[0]:
		return &tusk.Error{
			Category: tusk.Query,
			Message:  fmt.Sprintf("pid %d was told to end and goes on after %v", pid, patience.Round(time.Millisecond)),
			Hint:     "It ends as soon as it heeds signals again. Restarting the server is the last resort.",
		}
	}
	return nil
}

// insufficientPrivilege is the SQLSTATE of what the role may not do.
const insufficientPrivilege = "42501"

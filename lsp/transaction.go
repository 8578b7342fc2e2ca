package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

// SessionInfo is an execution session. It is an entry of tusk.session.list, the
// answer of the transaction commands, and the notification tusk/sessionChanged
// for clients that announce experimental.tusk.sessions.
type SessionInfo struct {
	URI          string     `json:"uri"` // the document whose session it is
	ConnectionID uuid.UUID  `json:"connection_id"`
	PID          uint32     `json:"pid"`             // of the server's process
	Transaction  string     `json:"transaction"`     // "idle", "open" or "failed"
	Since        *time.Time `json:"since,omitempty"` // when the transaction became so
	Savepoints   []string   `json:"savepoints"`      // the outermost first
	ManualCommit bool       `json:"manual_commit"`
	ReadOnly     bool       `json:"read_only"`
	Ended        bool       `json:"ended,omitempty"` // the session is gone
}

func sessionInfo(status engine.SessionStatus) SessionInfo {
	info := SessionInfo{
		URI: status.Key, ConnectionID: status.ConnectionID, PID: status.PID, Transaction: "idle",
		Savepoints: append([]string{}, status.Savepoints...), ManualCommit: status.Manual, ReadOnly: status.ReadOnly, Ended: status.Ended,
	}
	switch status.Transaction {
	case engine.InTransaction:
		info.Transaction = "open"
	case engine.InFailedTransaction:
		info.Transaction = "failed"
	}
	if info.Transaction != "idle" {
		info.Since = &status.Since
	}
	return info
}

// sessionChanged tells the client of a session's new state.
func (s *session) sessionChanged(status engine.SessionStatus) {
	if s.now().client.sessions {
		s.notify(s.life, "tusk/sessionChanged", sessionInfo(status))
	}
}

func (s *session) listSessions(context.Context, *Snapshot, protocol.ExecuteCommandParams) (any, error) {
	list := []SessionInfo{}
	for _, status := range s.engine.Sessions() {
		list = append(list, sessionInfo(status))
	}
	return list, nil
}

// SessionParams is the argument of tusk.session.close and of the transaction
// commands.
type SessionParams struct {
	URI  string `json:"uri,omitempty"`  // "": the document that the user was last seen in
	Name string `json:"name,omitempty"` // of a savepoint
}

// closeSession ends a document's session: an open transaction is rolled back,
// and results go.
func (s *session) closeSession(_ context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) SessionParams { return SessionParams{URI: word} })
	if err != nil {
		return nil, err
	}
	if params.URI == "" {
		params.URI = now.focus.uri
	}
	s.engine.EndSessions(params.URI)
	return nil, nil
}

// transaction makes the command that runs a transaction statement on a
// document's session. Those of savepoints take the savepoint's name.
func transaction(statement string) commandFunc {
	named := slices.Contains([]string{"SAVEPOINT", "ROLLBACK TO", "RELEASE"}, statement)
	return func(s *session, ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
		params, err := argument(p, func(word string) SessionParams {
			if named {
				return SessionParams{Name: word}
			}
			return SessionParams{URI: word}
		})
		if err != nil {
			return nil, err
		}
		text := statement
		if named {
			if params.Name == "" {
				return nil, &tusk.Error{Category: tusk.Query, Message: "a savepoint has a name", Hint: "Give the savepoint's name as the argument."}
			}
			text += ` "` + strings.ReplaceAll(params.Name, `"`, `""`) + `"`
		}
		if params.URI == "" {
			params.URI = now.focus.uri
		}
		connection, err := s.connections.await(ctx, params.URI)
		if err != nil {
			return nil, err
		}
		var failed error
		err = s.engine.Run(ctx, engine.Script{
			ConnectionID: connection, Session: params.URI, ReadOnly: s.connections.guards(params.URI).readOnly,
			Statements: sql.New(text).Statements(),
			Finished: func(_ int, _ *engine.QueryHandle, _ *tusk.QueryResult, err error) {
				failed = err
			},
		})
		if err == nil {
			err = failed
		}
		if err != nil {
			return nil, err
		}
		for _, status := range s.engine.Sessions() {
			if status.Key == params.URI && status.ConnectionID == connection {
				return sessionInfo(status), nil
			}
		}
		return nil, nil
	}
}

// transactionNote says that a document's transaction is open, for clients that
// do not show sessions.
func (s *session) transactionNote(connection uuid.UUID, uri string) string {
	for _, status := range s.engine.Sessions() {
		if status.Key != uri || status.ConnectionID != connection {
			continue
		}
		switch status.Transaction {
		case engine.InTransaction:
			return " · transaction open since " + status.Since.Format(time.TimeOnly)
		case engine.InFailedTransaction:
			return " · the transaction has failed: roll it back"
		}
	}
	return ""
}

// blocking warns of a transaction that waits for its user while others wait for
// it, and offers to end it.
func (s *session) blocking(b engine.Blocking) {
	s.background.Go(func() {
		statement, err := s.pick(s.life, b.String(), "Commit", "Roll back")
		if err != nil || statement == "" {
			return
		}
		command := map[string]string{"Commit": "COMMIT", "Roll back": "ROLLBACK"}[statement]
		err = s.engine.Run(s.life, engine.Script{
			ConnectionID: b.Session.ConnectionID, Session: b.Session.Key, ReadOnly: b.Session.ReadOnly,
			Statements: sql.New(command).Statements(),
			Finished: func(_ int, _ *engine.QueryHandle, _ *tusk.QueryResult, err error) {
				if err != nil {
					s.messages.showError(s.life, err)
				}
			},
		})
		if err != nil {
			s.messages.showError(s.life, err)
		}
	})
}

// offerTermination asks whether to end the backend of a statement that did not
// heed its cancel.
func (s *session) offerTermination(connection uuid.UUID, pid uint32) {
	s.background.Go(func() {
		yes, err := s.confirm(s.life, "End it", fmt.Sprintf(
			"The server did not react to the cancel, so its connection was closed. Its process %d may still run the statement. End it with pg_terminate_backend?", pid))
		if err != nil || !yes {
			return
		}
		if err := s.engine.Terminate(s.life, connection, pid); err != nil {
			s.messages.showError(s.life, err)
		}
	})
}

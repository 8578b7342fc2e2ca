package tusk

import (
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// PoolStatus is a gauge of one pool at one moment.
type PoolStatus struct {
	MaxSize   int `json:"max_size"`
	Size      int `json:"size"`      // connections, idle and in use
	Available int `json:"available"` // idle connections; negative while others wait
	Waiting   int `json:"waiting"`   // callers waiting for a connection
}

// QueryType says what a statement does, as far as its result is shown.
type QueryType string

// The types of QueryResult.
const (
	SelectQuery QueryType = "select" // returns rows
	InsertQuery QueryType = "insert"
	UpdateQuery QueryType = "update"
	DeleteQuery QueryType = "delete"
	OtherQuery  QueryType = "other" // DDL, COPY, utility statements
)

// ColumnInfo describes one column of a result.
type ColumnInfo struct {
	Name     string `json:"name"`
	TypeOID  uint32 `json:"type_oid"`
	TypeName string `json:"type_name"`           // as format_type gives it, such as "numeric(10,2)"
	TableOID uint32 `json:"table_oid,omitempty"` // 0 where the column is no table's
	Attnum   int16  `json:"attnum,omitempty"`    // 1-based attribute number in that table
}

// Value is one cell in PostgreSQL's text form; nil is NULL.
type Value = *string

// Rows are the rows of a result in order, each cell in PostgreSQL's text form
// and nil for NULL. A row is the reader's until it asks for the next one. They
// can be read again from the start. An error ends them.
type Rows = iter.Seq2[[][]byte, error]

// CutCell is a value that is too long to be sent unasked: its begin is there.
type CutCell struct {
	Row    int   `json:"row"`    // among the rows sent, from 0
	Column int   `json:"column"` // from 0
	Bytes  int64 `json:"bytes"`  // of the whole value
}

// Display says how a result is meant to be shown.
type Display string

// The displays.
const (
	AsTable    Display = ""         // rows below each other
	AsExpanded Display = "expanded" // psql's \x: a block of lines for each row
	AsLines    Display = "lines"    // COPY … TO STDOUT: each row is a line of text
)

// Parameter is a place in a statement that takes a value, such as $1 or :name.
type Parameter struct {
	Name     string `json:"name"` // as written: "$1", ":name", "@name"; "?1" for the first ?
	TypeOID  uint32 `json:"type_oid"`
	TypeName string `json:"type_name"` // as format_type gives it
	Value    Value  `json:"value"`     // null: NULL, or none so far
}

// QueryResult is what one statement gave. A statement that is several, or that
// is repeated, gives several.
type QueryResult struct {
	ID              uuid.UUID    `json:"result_id"`
	QueryID         uuid.UUID    `json:"query_id"`
	SQL             string       `json:"sql"`
	Parameters      []Parameter  `json:"parameters,omitempty"` // with the values that were bound
	Title           string       `json:"title,omitempty"`      // of what psql's commands such as \d print
	Display         Display      `json:"display,omitempty"`
	Columns         []ColumnInfo `json:"columns"`
	Rows            [][]Value    `json:"rows"`                    // the first ones; all are in the engine's spool
	Cut             []CutCell    `json:"cut,omitempty"`           // values of Rows that are not whole
	RowCount        int64        `json:"row_count"`               // rows that are kept
	Footers         []string     `json:"footers,omitempty"`       // lines below the rows, in place of their number
	Truncated       bool         `json:"truncated,omitempty"`     // there are more rows than were kept
	RowsAffected    *int64       `json:"rows_affected,omitempty"` // for INSERT, UPDATE, DELETE, MERGE
	CommandTag      string       `json:"command_tag"`
	Notices         []Notice     `json:"notices,omitempty"`
	ExecutionTimeMS int64        `json:"execution_time_ms"`
	QueryType       QueryType    `json:"query_type"`
}

// Notice is a message that the server sent beside the result.
type Notice struct {
	Severity string `json:"severity"`
	Code     string `json:"code"` // SQLSTATE
	Message  string `json:"message"`
	Detail   string `json:"detail,omitempty"`
	Hint     string `json:"hint,omitempty"`
}

// QueryHistoryEntry records a statement that was run.
type QueryHistoryEntry struct {
	ID              int64     `json:"id"` // given by the store
	ConnectionID    uuid.UUID `json:"connection_id"`
	SQL             string    `json:"sql"` // not empty
	ExecutionTimeMS *int64    `json:"execution_time_ms,omitempty"`
	RowCount        *int64    `json:"row_count,omitempty"` // returned or affected
	ErrorMessage    string    `json:"error_message,omitempty"`
	ExecutedAt      time.Time `json:"executed_at"`
}

// Validate refuses an entry that nobody could run again.
func (e QueryHistoryEntry) Validate() error {
	if strings.TrimSpace(e.SQL) == "" {
		return &Error{Category: Storage, Message: "a history entry needs its SQL", Hint: "Run a statement that is not empty."}
	}
	return nil
}

// SavedQuery is an entry of the user's library.
type SavedQuery struct {
	ID           uuid.UUID  `json:"id"`
	ConnectionID *uuid.UUID `json:"connection_id,omitempty"`
	Name         string     `json:"name"` // 1 to 255 characters
	Description  string     `json:"description,omitempty"`
	SQL          string     `json:"sql"`
	FolderPath   string     `json:"folder_path,omitempty"` // folders separated by "/"
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
}

// Validate checks the name and that there is something to run.
func (q SavedQuery) Validate() error {
	n := utf8.RuneCountInString(q.Name)
	switch {
	case n < 1 || n > 255:
		return &Error{Category: Storage, Message: "the name of a saved query must be 1 to 255 characters long", Hint: "Choose another name."}
	case strings.TrimSpace(q.SQL) == "":
		return &Error{Category: Storage, Message: "a saved query needs its SQL", Hint: "Select the statement to save."}
	}
	return nil
}

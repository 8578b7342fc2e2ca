package engine

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// wireQuery is a statement as it goes over the wire.
type wireQuery struct {
	sql     string
	values  [][]byte  // of $1, $2, … in text form; nil is NULL
	limit   uint32    // rows after which the server stops; 0: none
	copies  bool      // COPY with STDIN or STDOUT may come
	data    io.Reader // for COPY … FROM STDIN; nil: there is none
	several bool      // statements that are sent together, which only the simple protocol takes
}

// receiver takes what the server answers. All are called from the goroutine of
// exchange; an error of row has the rest of the rows dropped.
type receiver struct {
	columns func(fields []pgconn.FieldDescription) // a result with columns begins
	lines   func()                                 // a result of COPY … TO STDOUT begins: each row is a line
	row     func(values [][]byte) error            // values are the receiver's during the call
	end     func(tag pgconn.CommandTag, more bool) // a result ends; more: at the limit
}

// exchange sends a query by the extended protocol, which takes one statement
// and no more, and reads the answer
// (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY).
// It knows no time-out: who does not want to wait has the query cancelled or
// closes the connection. canceled ends the data of a COPY.
func exchange(conn *pgconn.PgConn, canceled context.Context, q wireQuery, r receiver) error {
	x := &wire{conn: conn, canceled: canceled, query: q, receiver: r, synced: q.several}
	x.send()
	err := x.receive()
	if x.feeding != nil {
		<-x.feeding
	}
	return err
}

// wire is the state of an exchange.
type wire struct {
	conn     *pgconn.PgConn
	canceled context.Context
	query    wireQuery
	receiver receiver

	synced  bool          // Sync was sent, or is not needed
	feeding chan struct{} // closed when all data of a COPY is sent; nil: none is asked for
	line    []byte        // the begin of a line of COPY … TO STDOUT
}

// send starts the exchange. Where data may be asked for, Sync waits until that is
// sent: the server drops one that comes in between.
func (x *wire) send() {
	f := x.conn.Frontend()
	if x.query.several {
		f.Send(&pgproto3.Query{String: x.query.sql})
		x.flush()
		return
	}
	f.Send(&pgproto3.Parse{Query: x.query.sql})
	f.Send(&pgproto3.Bind{Parameters: x.query.values})
	f.Send(&pgproto3.Describe{ObjectType: 'P'})
	f.Send(&pgproto3.Execute{MaxRows: x.query.limit})
	if x.query.copies {
		f.Send(&pgproto3.Flush{})
		x.flush()
		return
	}
	x.sync()
}

// sync ends the statement, once.
func (x *wire) sync() {
	if !x.synced {
		x.synced = true
		x.conn.Frontend().Send(&pgproto3.Sync{})
		x.flush()
	}
}

// flush writes what was sent. Where that fails the reason is still to be read,
// so receive tells the error, at the latest when the time for that is up.
func (x *wire) flush() {
	if err := x.conn.Frontend().Flush(); err != nil {
		x.giveUp()
	}
}

// giveUp bounds the reading from a connection that takes nothing any more.
func (x *wire) giveUp() {
	_ = x.conn.Conn().SetReadDeadline(time.Now().Add(lastPatience)) // one that is closed fails the reading as well
}

// receive reads up to the end of the exchange. The error is the server's first
// one, the receiver's, or the connection's.
func (x *wire) receive() error {
	var failed error
	fail := func(err error) {
		if failed == nil {
			failed = err
		}
	}
	for {
		message, err := x.conn.ReceiveMessage(context.Background())
		if err != nil {
			x.close()
			return err
		}
		switch m := message.(type) {
		case *pgproto3.RowDescription:
			x.receiver.columns(fieldsOf(m))
		case *pgproto3.DataRow:
			if failed == nil {
				if err := x.receiver.row(m.Values); err != nil {
					fail(err)
				}
			}
		case *pgproto3.CopyOutResponse:
			if m.OverallFormat == 1 {
				fail(errBinaryCopy())
			} else {
				x.receiver.lines()
			}
		case *pgproto3.CopyData:
			if failed == nil {
				if err := x.lines(m.Data); err != nil {
					fail(err)
				}
			}
		case *pgproto3.CopyDone:
			if len(x.line) > 0 && failed == nil {
				if err := x.receiver.row([][]byte{x.line}); err != nil {
					fail(err)
				}
			}
			x.line = nil
		case *pgproto3.CopyInResponse:
			if x.feeding != nil {
				<-x.feeding
			}
			x.feeding = make(chan struct{})
			go x.feed()
		case *pgproto3.PortalSuspended:
			x.receiver.end(pgconn.CommandTag{}, true)
			x.sync()
		case *pgproto3.CommandComplete:
			x.receiver.end(pgconn.NewCommandTag(string(m.CommandTag)), false)
			x.ended()
		case *pgproto3.EmptyQueryResponse:
			x.receiver.end(pgconn.CommandTag{}, false)
			x.ended()
		case *pgproto3.ErrorResponse:
			fail(pgconn.ErrorResponseToPgError(m))
			x.ended()
		case *pgproto3.ReadyForQuery:
			return failed
		}
	}
}

// close ends a connection that failed. The driver does so itself unless it was
// a time-out, which only giveUp sets.
func (x *wire) close() {
	if !x.conn.IsClosed() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = x.conn.Close(ctx) // no good-bye arrives; why is receive's error
	}
}

func errBinaryCopy() error {
	return &tusk.Error{Category: tusk.Query, Message: "binary COPY is no text to show", Hint: "Copy as text or csv, or to a file of the server."}
}

// ended syncs after the statement, unless feed does so.
func (x *wire) ended() {
	if x.feeding == nil {
		x.sync()
	}
}

// lines cuts what COPY … TO STDOUT sends into lines: a message is mostly one,
// which the protocol does not promise.
func (x *wire) lines(data []byte) error {
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			x.line = append(x.line, data...)
			return nil
		}
		line := data[:end]
		if len(x.line) > 0 {
			line = append(x.line, line...)
			x.line = nil
		}
		if err := x.receiver.row([][]byte{line}); err != nil {
			return err
		}
		data = data[end+1:]
	}
	return nil
}

// feed sends the data of a COPY beside receive, since the server may have so
// much to say meanwhile that it takes no more before that is read. It ends with
// the data, at the cancel, or with the connection.
func (x *wire) feed() {
	defer close(x.feeding)
	f := x.conn.Frontend()
	chunk := make([]byte, 64<<10)
	reason := "no data follows the COPY"
	for x.query.data != nil {
		n, err := io.ReadFull(x.query.data, chunk)
		if n > 0 {
			f.Send(&pgproto3.CopyData{Data: chunk[:n]})
			if err := f.Flush(); err != nil {
				x.giveUp()
				return
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			reason = ""
			break
		}
		if err != nil {
			reason = err.Error()
			break
		}
		if x.canceled.Err() != nil {
			reason = "the query was cancelled"
			break
		}
	}
	if reason == "" {
		f.Send(&pgproto3.CopyDone{})
	} else {
		f.Send(&pgproto3.CopyFail{Message: reason})
	}
	if x.synced {
		x.flush()
	} else {
		x.sync()
	}
}

func fieldsOf(m *pgproto3.RowDescription) []pgconn.FieldDescription {
	fields := make([]pgconn.FieldDescription, len(m.Fields))
	for i, f := range m.Fields {
		fields[i] = pgconn.FieldDescription{
			Name:                 string(f.Name),
			TableOID:             f.TableOID,
			TableAttributeNumber: f.TableAttributeNumber,
			DataTypeOID:          f.DataTypeOID,
			DataTypeSize:         f.DataTypeSize,
			TypeModifier:         f.TypeModifier,
			Format:               f.Format,
		}
	}
	return fields
}

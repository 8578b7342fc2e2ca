package engine

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Texts runs a query of the program's own in a read-only transaction of the
// connection's background work, and gives the texts of its one column. It waits no
// longer than a connection attempt may.
func (s *State) Texts(ctx context.Context, connection uuid.UUID, query string) ([]string, error) {
	c, err := s.connection(connection)
	if err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, c.config.Options.ConnectTimeout())
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	conn, err := c.pool.Acquire(bounded)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	var texts []string
	err = pgx.BeginTxFunc(bounded, conn.Conn(), pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(bounded, query)
		if err != nil {
			return err
		}
		texts, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return texts, classify(err, c.config)
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Backend is what one sees of a server process, or of a prepared transaction,
// that waits for a lock or is in the way of one
// (https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW,
// https://www.postgresql.org/docs/current/view-pg-locks.html). Ages are by the
// server's clock, and 0 where it tells none.
type Backend struct {
	PID         uint32 // 0 is a prepared transaction
	Type        string // "client backend", "autovacuum worker"…
	User        string // who logged in; of a prepared transaction, who prepared it
	Application string // application_name
	Client      string // its host, "local" for a unix socket, "" for a process of the server's own
	Own         string // the key of our session whose backend it is, such as a document's URI
	Prepared    string // the name of a prepared transaction, for COMMIT or ROLLBACK PREPARED

	// HiddenFrom is our role where it may not see the type, the client, the state,
	// the transaction, the event and the query; pg_read_all_stats would let it.
	HiddenFrom     string
	State          string        // "active", "idle in transaction"…
	StateAge       time.Duration // since it is in that state; of an active backend, the age of its query
	TransactionAge time.Duration
	Query          string // the current or last one on one line, cut, without passwords; "" in another database

	Event     string        // wait_event_type:wait_event, such as "Lock:relation"; "" when it waits for nothing
	Lock      string        // that it waits for, such as "ShareLock on transaction 812"; of a parallel query, that one of its processes waits for
	Object    string        // what Lock is about in a person's words, such as "row (0,1) of table shop.orders"
	LockAge   time.Duration // since it waits for Lock
	BlockedBy []uint32      // who is directly in its way, in ascending order
}

// String tells who it is, and what it does, on one line.
func (b Backend) String() string {
	var out strings.Builder
	var traits []string
	add := func(trait string) {
		if trait != "" {
			traits = append(traits, trait)
		}
	}
	switch {
	case b.PID != 0:
		fmt.Fprintf(&out, "pid %d", b.PID)
	case b.Prepared != "":
		out.WriteString("the prepared transaction " + b.Prepared)
	default:
		out.WriteString("a prepared transaction")
	}
	if b.Own != "" {
		add("your session " + b.Own)
	} else {
		if b.Type != clientBackend {
			add(b.Type)
		}
		add(b.User)
		add(b.Application)
	}
	switch {
	case b.HiddenFrom != "":
		add("what it does is not visible to role " + b.HiddenFrom)
	case b.State != "":
		add(b.State + " for " + ageText(b.StateAge))
	}
	if len(traits) > 0 {
		out.WriteString(" (" + strings.Join(traits, ", ") + ")")
	}
	if b.Query != "" {
		out.WriteString(": " + b.Query)
	}
	return out.String()
}

const clientBackend = "client backend"

// ageText gives an age in the largest unit of which it has two.
func ageText(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
}

// Blocked lists the backends that a backend keeps waiting: those in whose way it
// is come first, then those that wait for them. Our own background work is left
// out: it gives up by itself. It takes 1 s at most, and fails
// behind a pooler, where nobody knows the process ids.
func (s *State) Blocked(ctx context.Context, connection uuid.UUID, pid uint32) ([]Backend, error) {
	c, err := s.connection(connection)
	if err != nil {
		return nil, err
	}
	backends, err := s.backends(ctx, c, selectBlocked, pid)
	if err != nil {
		return nil, err
	}
	waiters := slices.DeleteFunc(backends, func(b Backend) bool { return b.PID == pid || c.pool.has(b.PID) })
	return directFirst(waiters, func(b Backend) bool { return slices.Contains(b.BlockedBy, pid) }), nil
}

func directFirst(backends []Backend, direct func(Backend) bool) []Backend {
	rank := func(b Backend) int {
		if direct(b) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(backends, func(a, b Backend) int { return rank(a) - rank(b) })
	return backends
}

// backends asks about the backends that sql chooses for pid, by process id.
func (s *State) backends(ctx context.Context, c *connection, sql string, pid uint32) ([]Backend, error) {
	var list []Backend
	err := c.aside(ctx, glance, func(rows pgx.Rows) (err error) {
		list, err = pgx.CollectRows(rows, scanBackend)
		return err
	}, sql, int32(pid))
	if err != nil {
		return nil, err
	}
	own := s.ownBackends(c)
	for i := range list {
		list[i].Own = own[list[i].PID]
	}
	return list, nil
}

// ownBackends tells the keys of our sessions on a connection's server.
func (s *State) ownBackends(c *connection) map[uint32]string {
	here := map[uuid.UUID]bool{}
	for _, other := range s.Connections() {
		here[other.ID] = other.ID == c.config.ID ||
			other.SSHTunnel == nil && c.config.SSHTunnel == nil && other.Host == c.config.Host && other.Port == c.config.Port
	}
	own := map[uint32]string{}
	for _, session := range s.Sessions() {
		if here[session.ConnectionID] {
			own[session.PID] = session.Key
		}
	}
	return own
}

func scanBackend(row pgx.CollectableRow) (Backend, error) {
	var b Backend
	var pid int32
	var blockers []int32
	var stateMS, transactionMS, lockMS int64
	err := row.Scan(&pid, &b.Type, &b.User, &b.Application, &b.Client, &b.Prepared, &b.HiddenFrom,
		&b.State, &stateMS, &transactionMS, &b.Query, &b.Event, &b.Lock, &b.Object, &lockMS, &blockers)
	b.PID = uint32(pid)
	b.StateAge = time.Duration(stateMS) * time.Millisecond
	b.TransactionAge = time.Duration(transactionMS) * time.Millisecond
	b.LockAge = time.Duration(lockMS) * time.Millisecond
	b.Query = oneLine(redact(strings.ToValidUTF8(b.Query, "\uFFFD")))
	for _, blocker := range blockers {
		b.BlockedBy = append(b.BlockedBy, uint32(blocker))
	}
	return b, err
}

// maxQueryShown is how many characters of a query one line has room for.
const maxQueryShown = 80

func oneLine(sql string) string {
	line := []rune(strings.Join(strings.Fields(sql), " "))
	if len(line) <= maxQueryShown {
		return string(line)
	}
	return string(line[:maxQueryShown-1]) + "…"
}

// The queries choose backends by the process id $1 and describe them. Locks of
// parallel workers count as their leader's, as they do for pg_blocking_pids.
const (
	selectBlockers = `WITH RECURSIVE ` + seen + `,
	chosen(pid) AS (
		SELECT $1::int
		UNION
		SELECT blocker.pid
		FROM chosen, pg_catalog.unnest(pg_catalog.pg_blocking_pids(chosen.pid) || pg_catalog.pg_safe_snapshot_blocking_pids(chosen.pid)) AS blocker(pid)
	)` + described

	selectBlocked = `WITH RECURSIVE ` + seen + `,
	blocked AS MATERIALIZED (
		SELECT waiting.backend, pg_catalog.pg_blocking_pids(waiting.backend) AS by
		FROM (SELECT DISTINCT backend FROM locks WHERE NOT granted) AS waiting
	),
	chosen(pid) AS (
		SELECT $1::int
		UNION
		SELECT blocked.backend FROM chosen JOIN blocked ON chosen.pid = ANY (blocked.by)
	)` + described

	seen = `
	activity AS MATERIALIZED (SELECT * FROM pg_catalog.pg_stat_activity),
	locks AS MATERIALIZED (
		SELECT l.*, coalesce(a.leader_pid, l.pid) AS backend
		FROM pg_catalog.pg_locks l LEFT JOIN activity a ON a.pid = l.pid
	)`

	// A backend that waits for a row waits for the transaction that has it, and holds
	// a lock of type tuple meanwhile: that one alone, o, tells the row. The lock of the
	// database 0 is that of NOTIFY's queue (PreCommit_Notify in
	// src/backend/commands/async.c). A prepared transaction's locks have no process
	// id, and its virtual transaction and own id lead to its name.
	described = `,
	conflict(wanted, held) AS (VALUES -- https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
		('AccessShareLock', ARRAY['AccessExclusiveLock']),
		('RowShareLock', ARRAY['ExclusiveLock', 'AccessExclusiveLock']),
		('RowExclusiveLock', ARRAY['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
		('ShareUpdateExclusiveLock', ARRAY['ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
		('ShareLock', ARRAY['RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
		('ShareRowExclusiveLock', ARRAY['RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
		('ExclusiveLock', ARRAY['RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
		('AccessExclusiveLock', ARRAY['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'])
	),
	prepared AS (
		SELECT DISTINCT x.gid, x.owner, x.prepared
		FROM locks w
		JOIN conflict ON conflict.wanted = w.mode
		JOIN locks h ON h.granted AND h.pid IS NULL AND h.mode = ANY (conflict.held)
			AND (h.locktype, h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid, h.classid, h.objid, h.objsubid)
			IS NOT DISTINCT FROM (w.locktype, w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid, w.objid, w.objsubid)
		JOIN locks id ON id.virtualtransaction = h.virtualtransaction AND id.pid IS NULL AND id.locktype = 'transactionid'
		JOIN pg_catalog.pg_prepared_xacts x ON x.transaction = id.transactionid
		WHERE NOT w.granted AND w.backend IN (SELECT pid FROM chosen)
	)
	SELECT chosen.pid,
		coalesce(a.backend_type, ''),
		coalesce(a.usename, p.owner, '')::text,
		coalesce(a.application_name, ''),
		coalesce(a.client_hostname, pg_catalog.host(a.client_addr), CASE WHEN a.client_port = -1 THEN 'local' ELSE '' END),
		coalesce(p.gid, ''),
		CASE WHEN a.pid IS NOT NULL AND a.backend_type IS NULL THEN current_user::text ELSE '' END,
		CASE WHEN p.gid IS NOT NULL THEN 'prepared' ELSE coalesce(a.state, '') END,
		(1000 * coalesce(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.state_change, p.prepared)), 0))::bigint,
		(1000 * coalesce(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.xact_start, p.prepared)), 0))::bigint,
		CASE WHEN a.backend_type IS NOT NULL AND a.datname = pg_catalog.current_database() THEN a.query ELSE '' END,
		coalesce(a.wait_event_type || ':' || a.wait_event, ''),
		coalesce(w.mode || ' on ' || CASE w.locktype WHEN 'transactionid' THEN 'transaction ' || w.transactionid::text ELSE w.object END, ''),
		coalesce(w.object, ''),
		(1000 * coalesce(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - w.waitstart), 0))::bigint,
		ARRAY(SELECT DISTINCT blocker.pid
			FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids(chosen.pid) || pg_catalog.pg_safe_snapshot_blocking_pids(chosen.pid)) AS blocker(pid)
			ORDER BY blocker.pid)
	FROM chosen
	LEFT JOIN activity a ON a.pid = chosen.pid
	LEFT JOIN prepared p ON chosen.pid = 0
	LEFT JOIN LATERAL (
		SELECT w.mode, w.locktype, w.transactionid, w.waitstart,
			CASE o.locktype
				WHEN 'relation' THEN named.relation
				WHEN 'extend' THEN 'the end of ' || named.relation
				WHEN 'page' THEN pg_catalog.format('page %s of %s', o.page, named.relation)
				WHEN 'tuple' THEN pg_catalog.format('row (%s,%s) of %s', o.page, o.tuple, named.relation)
				WHEN 'transactionid' THEN 'transaction ' || o.transactionid::text
				WHEN 'virtualxid' THEN 'virtual transaction ' || o.virtualxid
				WHEN 'spectoken' THEN 'a row that transaction ' || o.transactionid::text || ' may insert'
				WHEN 'advisory' THEN 'advisory lock ' || CASE o.objsubid
					WHEN 1 THEN ((o.classid::bigint << 32) | o.objid::bigint)::text
					ELSE pg_catalog.format('(%s, %s)', o.classid::int, o.objid::int) END
				WHEN 'object' THEN CASE
					WHEN o.classid = 1262 AND o.objid = 0 THEN 'the queue of notifications'
					ELSE coalesce((SELECT i.type || ' ' || i.identity FROM pg_catalog.pg_identify_object(o.classid, o.objid, o.objsubid) i
						WHERE o.database IN (0, here.oid)), 'object ' || o.objid::text) END
				ELSE o.locktype
			END AS object
		FROM locks w
		JOIN LATERAL (
			SELECT * FROM locks t
			WHERE t.pid = w.pid AND (NOT t.granted OR w.locktype = 'transactionid' AND t.locktype = 'tuple')
			ORDER BY t.granted DESC LIMIT 1
		) o ON true
		JOIN pg_catalog.pg_database here ON here.datname = pg_catalog.current_database()
		LEFT JOIN pg_catalog.pg_class r ON r.oid = o.relation AND o.database IN (0, here.oid)
		LEFT JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
		CROSS JOIN LATERAL (SELECT CASE
			WHEN r.oid IS NULL THEN 'relation ' || o.relation::text
			ELSE CASE r.relkind
				WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view'
				WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 't' THEN 'TOAST table' ELSE 'table'
			END || pg_catalog.format(' %I.%I', n.nspname, r.relname) END) AS named(relation)
		WHERE w.backend = chosen.pid AND NOT w.granted
		ORDER BY w.waitstart LIMIT 1
	) w ON true
	WHERE chosen.pid = 0 OR a.pid IS NOT NULL
	ORDER BY chosen.pid`
)

// glance bounds what is asked beside a statement that waits.
const glance = time.Second

// aside asks the server something on a connection of the pool, in one round trip
// and a read-only transaction. It ends within patience; the server's own limit
// comes before that, so that the connection is kept. A pooler is not asked: the
// process ids that we know behind it are its own.
func (c *connection) aside(ctx context.Context, patience time.Duration, read func(pgx.Rows) error, sql string, args ...any) error {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	conn, err := c.pool.Acquire(bounded)
	if err != nil {
		if status := c.pool.Status(); late(ctx, bounded) && status.Size == status.MaxSize {
			err = tusk.NewError(tusk.PoolTimeout, err, "no connection to %s became free within %v", c.config.Name, patience)
		}
		return err
	}
	defer conn.Release()
	if pooled(conn.Conn().PgConn()) {
		return &tusk.Error{
			Category: tusk.Query,
			Message:  "a pooler is between here and the server, so nobody knows which backend is meant",
			Hint:     "Connect to the server itself to see who waits for whom.",
		}
	}
	var batch pgx.Batch
	batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY")
	batch.Queue("SELECT pg_catalog.set_config('statement_timeout', $1, true)", strconv.FormatInt((patience*3/4).Milliseconds(), 10))
	batch.Queue(sql, args...).Query(read)
	batch.Queue("COMMIT")
	err = conn.SendBatch(bounded, &batch).Close()
	if server, ok := errors.AsType[*pgconn.PgError](err); err != nil && (late(ctx, bounded) || ok && server.Code == queryCanceled) {
		return tusk.NewError(tusk.Connection, err, "the server of %s did not answer within %v", c.config.Name, patience)
	}
	return classify(err, c.config)
}

// late reports whether the time is up that bounded adds to ctx.
func late(ctx, bounded context.Context) bool {
	return ctx.Err() == nil && errors.Is(bounded.Err(), context.DeadlineExceeded)
}

package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func entry(c tusk.ConnectionConfig, sql string) tusk.QueryHistoryEntry {
	return tusk.QueryHistoryEntry{ConnectionID: c.ID, SQL: sql}
}

// add adds entries and gives their ids.
func add(t testing.TB, s *store.Store, entries ...tusk.QueryHistoryEntry) []int64 {
	t.Helper()
	var ids []int64
	for _, e := range entries {
		id, err := s.AddHistory(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// sqls gives the statements that a filter selects, with "; " between them.
func sqls(t testing.TB, s *store.Store, filter store.HistoryFilter) string {
	t.Helper()
	found, err := s.History(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, e := range found {
		texts = append(texts, e.SQL)
	}
	return strings.Join(texts, "; ")
}

// noon plus some hours of a day of 2026.
func noon(hours int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(hours) * time.Hour)
}

func TestHistoryEntryComesBackAsAdded(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("c")
	save(t, s, c)
	ms, rows := int64(12), int64(0)
	want := tusk.QueryHistoryEntry{
		ConnectionID: c.ID, SQL: "update t\n set a = 'ä\u0000ö'", ExecutionTimeMS: &ms, RowCount: &rows,
		ErrorMessage: "no such table", ExecutedAt: noon(0).Add(123456 * time.Microsecond),
	}
	want.ID = add(t, s, want)[0]
	got, err := s.HistoryEntry(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.ExecutionTimeMS == nil || *got.ExecutionTimeMS != ms || got.RowCount == nil || *got.RowCount != rows {
		t.Errorf("took %v, %v rows", got.ExecutionTimeMS, got.RowCount)
	}
	got.ExecutionTimeMS, got.RowCount = &ms, &rows
	if got.QueryHistoryEntry != want || got.Pinned {
		t.Errorf("got %+v\nwant %+v", got, want)
	}

	id := add(t, s, entry(c, "select 1"))[0] // with what is not known left out
	got, err = s.HistoryEntry(t.Context(), id)
	if err != nil || got.ExecutionTimeMS != nil || got.RowCount != nil || got.ErrorMessage != "" || time.Since(got.ExecutedAt).Abs() > time.Minute {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestHistoryNeedsItsConnectionAndASQL(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("c")
	for sql, hint := range map[string]string{"select 1": "Add it again", " \n": "not empty"} {
		_, err := s.AddHistory(t.Context(), entry(c, sql))
		if info := tusk.InfoOf(err); tusk.CategoryOf(err) != tusk.Storage || !strings.Contains(info.Hint, hint) {
			t.Errorf("%q: %+v", sql, info)
		}
	}
}

func TestHistoryFilters(t *testing.T) {
	s := open(t, t.TempDir())
	shop, crm := connection("shop"), connection("crm")
	save(t, s, shop, crm)
	at := func(c tusk.ConnectionConfig, hour int, sql, message string) tusk.QueryHistoryEntry {
		return tusk.QueryHistoryEntry{ConnectionID: c.ID, SQL: sql, ExecutedAt: noon(hour), ErrorMessage: message}
	}
	ids := add(t, s,
		at(shop, 1, "SELECT * FROM Orders", ""),
		at(crm, 2, "select * from customers", ""),
		at(shop, 3, "delete from orders", "permission denied"),
		at(shop, 4, `select 'it''s 100%', "Größe" from a_b`, ""),
		at(crm, 0, "select 0", ""), // added last, executed first
	)
	if err := s.PinHistory(t.Context(), ids[1]); err != nil {
		t.Fatal(err)
	}
	const (
		orders, customers, deletion = "SELECT * FROM Orders", "select * from customers", "delete from orders"
		odd, zero                   = `select 'it''s 100%', "Größe" from a_b`, "select 0"
	)
	for name, test := range map[string]struct {
		filter store.HistoryFilter
		want   []string
	}{
		"all, the newest first": {store.HistoryFilter{}, []string{odd, deletion, customers, orders, zero}},
		"connection":            {store.HistoryFilter{ConnectionID: crm.ID}, []string{customers, zero}},
		"unknown connection":    {store.HistoryFilter{ConnectionID: uuid.New()}, nil},
		"text in any case":      {store.HistoryFilter{Text: "orders"}, []string{deletion, orders}},
		"part of a word":        {store.HistoryFilter{Text: "stome"}, []string{customers}},
		"all words, any order":  {store.HistoryFilter{Text: "orders select"}, []string{orders}},
		"letters beyond ASCII":  {store.HistoryFilter{Text: "GRÖSSE größ"}, nil},
		"their case":            {store.HistoryFilter{Text: "GRÖ"}, []string{odd}},
		"a short word":          {store.HistoryFilter{Text: "0"}, []string{odd, zero}},
		"short and long":        {store.HistoryFilter{Text: "DE orders"}, []string{deletion, orders}},
		"an underscore":         {store.HistoryFilter{Text: "a_b"}, []string{odd}},
		"no wildcard":           {store.HistoryFilter{Text: "a_o"}, nil},
		"a short percent sign":  {store.HistoryFilter{Text: "0%"}, []string{odd}},
		"quotes":                {store.HistoryFilter{Text: `'it''s "größe"`}, []string{odd}},
		"no FTS5 syntax":        {store.HistoryFilter{Text: `orders OR NOT ( customers* sql_text: NEAR`}, nil},
		"white space":           {store.HistoryFilter{Text: " \t\n", Limit: 1}, []string{odd}},
		"a zero byte":           {store.HistoryFilter{Text: "sel\x00ect"}, nil},
		"since, inclusive":      {store.HistoryFilter{Since: noon(3)}, []string{odd, deletion}},
		"until, exclusive":      {store.HistoryFilter{Until: noon(2)}, []string{orders, zero}},
		"in another zone":       {store.HistoryFilter{Since: noon(4).In(time.FixedZone("", -9*3600))}, []string{odd}},
		"succeeded":             {store.HistoryFilter{Outcome: store.Succeeded, ConnectionID: shop.ID}, []string{odd, orders}},
		"failed":                {store.HistoryFilter{Outcome: store.Failed}, []string{deletion}},
		"pinned":                {store.HistoryFilter{Pinned: true}, []string{customers}},
		"limit":                 {store.HistoryFilter{Limit: 2}, []string{odd, deletion}},
		"the page after":        {store.HistoryFilter{Limit: 2, Before: ids[2]}, []string{customers, orders}},
		"the last page":         {store.HistoryFilter{Limit: 2, Before: ids[0]}, []string{zero}},
		"everything at once": {store.HistoryFilter{ConnectionID: shop.ID, Text: "or from", Since: noon(1), Until: noon(4),
			Outcome: store.Succeeded, Before: ids[2], Limit: 9}, []string{orders}},
	} {
		if got := sqls(t, s, test.filter); got != strings.Join(test.want, "; ") {
			t.Errorf("%s: got %s, want %s", name, got, strings.Join(test.want, "; "))
		}
	}
}

func TestPagesOfHistoryHaveEveryEntryOnce(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("c")
	save(t, s, c)
	for i := range 120 {
		e := entry(c, fmt.Sprintf("select %d", i))
		e.ExecutedAt = noon(i / 10) // ten at a time
		add(t, s, e)
	}
	pages := func(limit int, removeLast bool) (sizes []int, seen map[int64]bool) {
		seen = map[int64]bool{}
		var last int64
		for {
			page, err := s.History(t.Context(), store.HistoryFilter{Limit: limit, Before: last})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				return sizes, seen
			}
			for _, e := range page {
				if seen[e.ID] {
					t.Errorf("%d is on two pages", e.ID)
				}
				seen[e.ID] = true
			}
			sizes, last = append(sizes, len(page)), page[len(page)-1].ID
			if removeLast {
				if err := s.RemoveHistory(t.Context(), last); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if sizes, seen := pages(0, false); len(seen) != 120 || fmt.Sprint(sizes) != "[100 20]" {
		t.Errorf("pages of %v, %d entries", sizes, len(seen))
	}
	if sizes, seen := pages(7, true); len(seen) != 120 {
		t.Errorf("with entries that go, pages of %v, %d entries", sizes, len(seen))
	}
}

func TestPinsProtectFromPruningAndClearing(t *testing.T) {
	s := open(t, t.TempDir())
	a, b := connection("a"), connection("b")
	save(t, s, a, b)
	ids := add(t, s, entry(a, "a1"), entry(a, "a2"), entry(b, "b1"), entry(b, "b2"))
	for _, id := range []int64{ids[0], ids[2], ids[3]} {
		if err := s.PinHistory(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.UnpinHistory(t.Context(), ids[3]); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ClearHistory(t.Context(), a.ID); n != 1 || err != nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	if got := sqls(t, s, store.HistoryFilter{}); got != "b2; b1; a1" {
		t.Errorf("of one connection: %s", got)
	}
	if n, err := s.PruneHistory(t.Context(), store.Retention{MaxAge: time.Nanosecond}); n != 1 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
	add(t, s, entry(b, "b3"))
	if n, err := s.ClearHistory(t.Context(), uuid.Nil); n != 1 || err != nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	if got := sqls(t, s, store.HistoryFilter{}); got != "b1; a1" {
		t.Errorf("of all: %s", got)
	}
	if err := s.RemoveHistory(t.Context(), ids[0]); err != nil { // asked for by name
		t.Fatal(err)
	}
	if got := sqls(t, s, store.HistoryFilter{}); got != "b1" {
		t.Errorf("after removing one: %s", got)
	}
}

// fillHistory adds entries of the connection shared past the store, which is
// faster. Their times end at now plus since, a modifier of SQLite's.
func fillHistory(t testing.TB, dir string, entries int, since string) {
	t.Helper()
	db := sqlite(t, dir)
	if _, err := db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
		INSERT INTO query_history (connection_id, sql_text, executed_at)
		SELECT ?2, 'select id, total from orders where customer_id = ' || i || ' order by placed_at desc limit 10',
			strftime('%Y-%m-%d %H:%M:%f', 'now', ?3, ((i - ?1) / 1000.0) || ' seconds') FROM n WHERE ?1 > 0`,
		entries, shared.ID, since); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRetention(t *testing.T) {
	const total, old = 700, 300 // more than one transaction's
	for name, test := range map[string]struct {
		keep store.Retention
		left int
	}{
		"everything":     {store.Retention{}, total},
		"by age":         {store.Retention{MaxAge: time.Hour}, total - old},
		"by count":       {store.Retention{MaxEntries: 100}, 100},
		"by both":        {store.Retention{MaxAge: time.Hour, MaxEntries: 500}, total - old},
		"more than ever": {store.Retention{MaxEntries: total}, total},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := open(t, dir)
			save(t, s, shared)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			fillHistory(t, dir, old, "-2 hours")
			fillHistory(t, dir, total-old, "-1 minutes")
			s = open(t, dir)
			removed, err := s.PruneHistory(t.Context(), test.keep)
			if err != nil || removed != int64(total-test.left) {
				t.Errorf("removed %d, %v, want %d", removed, err, total-test.left)
			}
			found, err := s.History(t.Context(), store.HistoryFilter{Limit: 2 * total})
			if err != nil || len(found) != test.left {
				t.Fatalf("left %d, %v, want %d", len(found), err, test.left)
			}
			if age := time.Since(found[0].ExecutedAt); age > time.Hour {
				t.Errorf("the newest left is of %s", found[0].ExecutedAt)
			}
		})
	}
}

func TestPruningForgetsEphemeralConnectionsThatNothingNeeds(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	unused, used, queried, fresh, saved := connection("unused"), connection("used"), connection("queried"), connection("fresh"), connection("saved")
	for _, c := range []tusk.ConnectionConfig{unused, used, queried, fresh} {
		if err := s.SaveEphemeral(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	save(t, s, saved)
	add(t, s, entry(used, "select 1"))
	if _, err := s.SaveQuery(t.Context(), tusk.SavedQuery{Name: "q", SQL: "select 1", ConnectionID: &queried.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite(t, dir).Exec(`UPDATE connections SET updated_at = '2020-01-01 00:00:00' WHERE name <> 'fresh'`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PruneHistory(t.Context(), store.Retention{}); err != nil {
		t.Fatal(err)
	}
	if got, err := names(s.AllConnections(t.Context())); got != "fresh queried saved used" {
		t.Errorf("left %s, %v", got, err)
	}
}

// A long session's log stays small, though no insert waits for the disk.
func TestTheLogIsMovedIntoTheFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	c := connection("c")
	save(t, s, c)
	for i := range 500 {
		add(t, s, entry(c, fmt.Sprintf("select %d from orders where customer_id = 42", i)))
	}
	db := sqlite(t, dir)
	var busy, inLog, moved int
	if err := db.QueryRow(`PRAGMA wal_checkpoint(NOOP)`).Scan(&busy, &inLog, &moved); err != nil {
		t.Fatal(err)
	}
	if moved == 0 || moved != inLog {
		t.Errorf("of %d pages of the log, %d are in the file", inLog, moved)
	}
}

func TestEmptyHistoryIsAnEmptyList(t *testing.T) {
	s := open(t, t.TempDir())
	found, err := s.History(t.Context(), store.HistoryFilter{Before: 17})
	if err != nil || found == nil || len(found) != 0 {
		t.Errorf("got %v, %v, want an empty list", found, err)
	}
	if _, err := s.HistoryEntry(t.Context(), 17); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

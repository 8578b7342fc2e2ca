package pgtest_test

import (
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestEachMajorAnswersAsItself(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, `create table customer (id int); insert into customer values (1), (2)`)
		var version, customers int
		err := db.Conn(t).QueryRow(t.Context(),
			`select current_setting('server_version_num')::int / 10000, count(*) from customer`).Scan(&version, &customers)
		if err != nil {
			t.Fatal(err)
		}
		if version != s.Major || customers != 2 {
			t.Errorf("version %d with %d customers, want %d with 2", version, customers, s.Major)
		}
	})
}

func TestRoleSeesOnlyWhatItWasGranted(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table open (); create table closed ()`)
	conn := db.Role(t, `grant select on open to $role`).Conn(t)
	if _, err := conn.Exec(t.Context(), `select from open`); err != nil {
		t.Error(err)
	}
	if _, err := conn.Exec(t.Context(), `select from closed`); err == nil {
		t.Error("the role may read a table that it was not granted")
	}
}

func TestBackendsOfAnApplicationAreCounted(t *testing.T) {
	db := pgtest.New(t).Database(t)
	conn := db.Conn(t)
	if _, err := conn.Exec(t.Context(), `set application_name = 'counted'`); err != nil {
		t.Fatal(err)
	}
	db.AwaitBackends(t, "counted", 1, time.Second)
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	db.AwaitBackends(t, "counted", 0, 5*time.Second)
}

func TestDedicatedServerComesBackAfterACrash(t *testing.T) {
	d := pgtest.New(t).Dedicated(t, nil)
	db := d.Create(t, `create table kept (); insert into kept default values`)
	conn := db.Conn(t)
	d.Kill(t)
	// A backend that is not waiting when the server dies answers once more.
	for deadline := time.Now().Add(10 * time.Second); conn.Ping(t.Context()) == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the connection survived a crash of the server")
		}
	}
	d.Restart(t)
	var n int
	if err := db.Conn(t).QueryRow(t.Context(), `select count(*) from kept`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows after the crash (%v), want 1", n, err)
	}
}

func TestSampleIsAFreshCloneEachTime(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		for range 2 {
			began := time.Now()
			conn := s.Sample(t).Conn(t)
			t.Logf("cloned in %s", time.Since(began).Round(time.Millisecond))
			tag, err := conn.Exec(t.Context(), `delete from shop."WishListItem"`)
			if err != nil {
				t.Fatal(err)
			}
			if tag.RowsAffected() == 0 {
				t.Error("the clone has what another left, not what the sample has")
			}
		}
	})
}

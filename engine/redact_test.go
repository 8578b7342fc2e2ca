package engine

import (
	"fmt"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for _, test := range []struct{ sql, want string }{
		{`alter role joe password 'hunter2' valid until 'infinity'`, `alter role joe password '***' valid until 'infinity'`},
		{`CREATE USER joe ENCRYPTED PASSWORD E'hunter2\''`, `CREATE USER joe ENCRYPTED PASSWORD '***'`},
		{`alter role joe password /* new */ $x$hunter2$x$`, `alter role joe password /* new */ '***'`},
		{`alter role joe password 'hunter2`, `alter role joe password '***'`},
		{`alter role joe password null`, `alter role joe password null`},
		{`create user mapping for joe server s options (user 'joe', password 'hunter2', x 'y')`,
			`create user mapping for joe server s options (user 'joe', password '***', x 'y')`},
		{`alter user mapping for joe server s options (set "password" 'hunter2')`, `alter user mapping for joe server s options (set "password" '***')`},
		{`select f(password => 'hunter2')`, `select f(password => '***')`},
		{`set my.password to 'hunter2'`, `set my.password to '***'`},
		{`do $$ begin alter role joe password 'hunter2'; end $$`, `do $$ begin alter role joe password '***'; end $$`},
		{`do $$ begin execute 'alter role joe password ''hunter2'''; end $$`, `do $$ begin execute 'alter role joe password ''***'''; end $$`},
		{`select password, 'kept' from users where name = 'password'`, `select password, 'kept' from users where name = 'password'`},
		{`select 'ünï', $1 -- password 'in words'`, `select 'ünï', $1 -- password 'in words'`},
	} {
		if got := redact(test.sql); got != test.want {
			t.Errorf("redact(%s)\n got %s\nwant %s", test.sql, got, test.want)
		}
	}
	for _, sql := range []string{
		`create subscription s connection 'host=db password=hunter2 user=joe' publication p`,
		`select dblink_connect('postgresql://joe:hunter2@db/x')`,
		`-- postgres://joe:hunter2@db/x
		select 1`,
		`do $$ begin perform dblink('dbname=x password=hunter2', 'select 1'); end`,
	} {
		if got := redact(sql); strings.Contains(got, "hunter2") {
			t.Errorf("kept: %s", got)
		}
	}
}

func TestRedactOfNestedStringsEnds(t *testing.T) {
	var sql strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&sql, "$a%d$ ", i)
	}
	if got := redact(sql.String()); !strings.HasSuffix(got, "***") {
		t.Errorf("…%s", got[max(0, len(got)-20):])
	}
}

func FuzzRedact(f *testing.F) {
	f.Add(`do $$ begin execute 'alter role joe password ''hunter2'''; end $$`)
	f.Add(`$a$ password E'\'' $$`)
	f.Fuzz(func(t *testing.T, sql string) {
		if once := redact(sql); redact(sql) != once {
			t.Error("not the same twice")
		}
		if got := redact("alter role joe password 'hunter2'; " + sql); strings.Contains(got, "hunter2") && !strings.Contains(sql, "hunter2") {
			t.Errorf("kept: %s", got)
		}
	})
}

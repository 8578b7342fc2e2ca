-- What the attempts of readonly_test.go have to work with, made by the database's owner.
create table t (a int, b text);
insert into t values (1, 'one'), (2, 'two');
create table log (b text);
create index on t (a);
create sequence s;
create materialized view m as select * from t;
select lo_from_bytea(4711, '\xdeadbeef');

-- Called through a foreign table, it has no search_path.
create function write() returns int language plpgsql as $$ begin
	insert into public.t values (3, 'written');
	return 1;
end $$;
create function write_quietly() returns text language plpgsql as $$ begin
	insert into t values (3, 'written');
	return 'written';
exception when others then
	return sqlerrm;
end $$;
create function write_as_owner() returns int language plpgsql security definer as $$ begin
	insert into t values (3, 'written');
	return 1;
end $$;
create function write_in_sql() returns int language sql as $$ insert into t values (3, 'written') returning a $$;
create function write_atomically() returns int begin atomic insert into t values (3, 'written') returning a; end;
create function set_and_write() returns int language plpgsql as $$ begin
	set transaction_read_only = off;
	return write();
end $$;
create function configure_and_write() returns int language plpgsql as $$ begin
	perform set_config('transaction_read_only', 'off', true);
	return write();
end $$;
do $do$ begin
	if current_setting('server_version_num')::int < 160000 then -- which forbids such a clause
		create function clause_and_write() returns int language plpgsql set transaction_read_only = off as $$ begin
			return write();
		end $$;
	end if;
end $do$;
create function default_clause_and_write() returns int language plpgsql set default_transaction_read_only = off as $$ begin
	return write();
end $$;
create function catch_and_write() returns int language plpgsql as $$ begin
	begin
		set transaction_read_only = off;
	exception when others then
		return write();
	end;
	return 0;
end $$;
create function reset_and_write() returns int language plpgsql as $$ begin
	reset transaction_read_only;
	return write();
end $$;
create function reset_write_and_hide() returns int language plpgsql as $$ begin
	reset transaction_read_only;
	perform write();
	set transaction_read_only = on;
	return 1;
end $$;
create function reset_create_and_hide() returns int language plpgsql as $$ begin
	reset transaction_read_only;
	create table hidden (a int);
	create temp table hidden_too (a int);
	perform pg_catalog.lo_create(0);
	notify channel, 'hidden';
	set transaction_read_only = on;
	return 1;
end $$;

create procedure commit_and_write() language plpgsql as $$ begin
	commit;
	insert into t values (3, 'written');
	commit;
end $$;
create procedure rollback_and_write() language plpgsql as $$ begin
	rollback;
	set transaction read write;
	insert into t values (3, 'written');
	commit;
end $$;
create procedure commit_and_chain() language plpgsql as $$ begin
	commit and chain;
	set transaction read write;
	insert into t values (3, 'written');
	commit;
end $$;
create procedure write_at_once() language sql as $$ insert into t values (3, 'written') $$;

create view configuring as select set_config('transaction_read_only', 'off', false) as config, write() as written;
create view writing as select write() as written;
create view numbering as select nextval('s') as n;
create view writable as select * from t;
create rule redirect as on insert to writable do instead insert into log (b) values (new.b);
create function divert() returns trigger language plpgsql as $$ begin
	perform write();
	return new;
end $$;
create trigger divert before insert or update or delete on log execute function divert();

create type evil as (a int);
create function to_evil(text) returns evil language sql as $$ insert into t values (3, $1) returning a $$;
create cast (text as evil) with function to_evil(text);
create function evil_operator(int, int) returns int language sql as $$ insert into t values ($1, 'written') returning a $$;
create operator === (leftarg = int, rightarg = int, function = evil_operator);
create aggregate evil_aggregate (int) (sfunc = evil_operator, stype = int, initcond = '0');
create domain evil_domain as int check (write() = value);
create table guarded (a int);
insert into guarded values (1);
alter table guarded enable row level security, force row level security;
create policy evil on guarded using (write() = a);
create function evil_immutable(int) returns int language plpgsql immutable as $$ begin
	perform write();
	return $1;
end $$;

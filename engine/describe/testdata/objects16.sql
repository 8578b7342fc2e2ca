create subscription parallel connection 'dbname=z password=x' publication c
	with (connect = false, streaming = parallel, origin = none, run_as_owner = true, password_required = false);
alter table public.parent alter column "Mixed Case" set storage default;
grant one_connection to "größe" with inherit false, set true;

create table public.nulls (a int, b int unique nulls not distinct, c int references public.parent on delete set null (c));
create view many.invoked with (security_invoker = true) as select 1 as one;
create publication "Filtered" for table public.identified (a) where (a > 5), public.elsewhere;
create publication schemas for tables in schema many, "Weird.Schema", table public.empty;
create subscription two_phase connection 'dbname=z' publication c
	with (connect = false, two_phase = true, disable_on_error = true);
grant set on parameter log_statement to "größe";
create unlogged sequence public.unlogged_counter;

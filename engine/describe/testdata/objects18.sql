create table public.periods (id int4range, valid daterange not null, v int,
	constraint periods_pkey primary key (id, valid without overlaps));
create table public.period_refs (id int4range, valid daterange,
	foreign key (id, period valid) references public.periods (id, period valid));
create table public.eighteen (
	a int constraint "named not null" not null no inherit,
	b int generated always as (a + 1) virtual,
	c int, d int,
	constraint unenforced check (c > 1) not enforced,
	foreign key (d) references public.parent not enforced
);
insert into public.eighteen (a) values (1);
alter table public.eighteen add constraint not_yet not null c not valid;
create table many.eighteen_child (a int not null) inherits (public.identified);
create publication generated for table public.parent with (publish_generated_columns = stored);
alter default privileges grant select on large objects to "größe";

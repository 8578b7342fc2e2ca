create subscription failing_over connection 'dbname=z' publication c with (connect = false, failover = true);
create table public.other_method (a int) partition by list (a) using heap2;
create collation many.built_in (provider = builtin, locale = 'C.UTF-8');

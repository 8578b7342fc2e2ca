-- Functions, triggers, procedures, an aggregate.

create function shop.order_total(order_id int) returns numeric
  language sql stable
  begin atomic
    select o.shipping_fee + sum(l.amount)
    from shop.orders o join shop.order_line l on l.order_id = o.id
    where o.id = order_total.order_id
    group by o.id, o.ordered_at;
  end;
comment on function shop.order_total(int) is 'Euros that an order costs with its shipping';

create function shop.search_products(words text, max_price numeric default null, max_rows int default 10)
  returns table (sku shop.sku, name text, price billing.amount, rank real)
  language sql stable
as $$
  select p.sku, p.name, p.price, ts_rank(p.search, query)
  from shop.product p, websearch_to_tsquery('english', words) query
  where p.search @@ query
    and p.status = 'active'
    and (max_price is null or p.price <= max_price)
  order by 4 desc, p.price
  limit max_rows
$$;
comment on function shop.search_products is 'Products by words of their name and description, best first';

create function shop.format_address(a shop.address) returns text
  language sql immutable strict
  return concat_ws(', ', a.street, a.postal_code || ' ' || a.city, a.country);
comment on function shop.format_address is 'An address in one line';

create function shop.cheapest(variadic prices numeric[]) returns numeric
  language sql immutable
  return (select min(p) from unnest(prices) p);

create function warehouse.stock_level(product_id int, out on_hand bigint, out reserved bigint)
  language plpgsql stable
as $$
begin
  select sum(s.on_hand), sum(s.reserved)
    into stock_level.on_hand, stock_level.reserved
    from warehouse.stock s
   where s.product_id = stock_level.product_id;
end
$$;
comment on function warehouse.stock_level is 'Pieces of a product over all sites';

create function shop.touch() returns trigger
  language plpgsql
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
create trigger product_touch before update of name, description, status, price, cost, attributes, tags on shop.product
  for each row execute function shop.touch();
comment on trigger product_touch on shop.product is 'Keeps updated_at true';

create function audit.record() returns trigger
  language plpgsql security definer set search_path = pg_catalog, audit
as $$
declare
  old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
  insert into audit.change (relation, operation, before, after)
  values (tg_relid::regclass, tg_op, old_row, new_row);
  return null;
end
$$;
comment on function audit.record() is 'Trigger: writes the change of a row into audit.change';
create trigger employee_audit after insert or update or delete on hr.employee
  for each row execute function audit.record();
create trigger price_audit after update of price on shop.product
  for each row when (old.price <> new.price) execute function audit.record();

create procedure shop.cancel_order(order_id int, reason text default 'on request')
  language plpgsql
as $$
declare
  current shop.order_status;
begin
  select o.status into current from shop.orders o where o.id = cancel_order.order_id for update;
  if not found then
    raise exception 'there is no order %', order_id using errcode = 'no_data_found';
  elsif current in ('shipped', 'delivered', 'returned') then
    raise exception 'order % is already %', order_id, current
      using hint = 'Ask the customer for a return request instead.';
  end if;
  update shop.orders o set status = 'cancelled', note = reason where o.id = cancel_order.order_id;
  raise notice 'order % cancelled: %', order_id, reason;
end
$$;
comment on procedure shop.cancel_order is 'Cancels an order that has not left the warehouse';

create procedure billing.settle_invoice(number text, method billing.payment_method, inout payment_id int default null)
  language plpgsql
as $$
begin
  with settled as (
    update billing.invoice i set paid_on = current_date
    where i.number = settle_invoice.number and paid_on is null
    returning id, total
  )
  insert into billing.payment (invoice_id, method, amount, paid_at)
  select id, settle_invoice.method, total, now() from settled
  returning id into payment_id;
end
$$;
comment on procedure billing.settle_invoice is 'Books the payment of an open invoice';

create function billing.compound(state numeric, percent numeric) returns numeric
  language sql immutable
  return state * (100 - percent) / 100;
create aggregate billing.discounted(percent numeric) (
  sfunc = billing.compound,
  stype = numeric,
  initcond = '100'
);
comment on aggregate billing.discounted(numeric) is 'What is left of 100 after all these discounts';

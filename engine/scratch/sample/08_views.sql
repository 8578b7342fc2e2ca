-- Views, statistics, row-level security.

create view shop.catalog as
select p.sku, p.name, b.name as brand, c.name as category, p.price, p.status,
       round(avg(r.rating), 1) as rating, count(r.id) as reviews
from shop.product p
join shop.brand b on b.id = p.brand_id
join shop.category c on c.id = p.category_id
left join shop.review r on r.product_id = p.id
group by p.id, b.name, c.name;
comment on view shop.catalog is 'Products as the shop shows them';

create recursive view shop.category_tree (id, path, depth) as
select id, name, 0 from shop.category where parent_id is null
union all
select c.id, t.path || ' / ' || c.name, t.depth + 1 from shop.category c join category_tree t on t.id = c.parent_id;
comment on view shop.category_tree is 'Categories with the path to them';

create view shop.order_summary as
select o.id, o.ordered_at, c.name as customer, o.status,
       count(*) as lines, sum(l.amount) + o.shipping_fee as total
from shop.orders o
join shop.customer c on c.id = o.customer_id
join shop.order_line l on l.order_id = o.id
group by o.id, o.ordered_at, o.status, o.shipping_fee, c.name;
comment on view shop.order_summary is 'Orders with what they cost';

create view warehouse.low_stock as
select s.code as site, p.sku, p.name, st.variant_no, st.available, st.reorder_at
from warehouse.stock st
join warehouse.site s on s.id = st.site_id
join shop.product p on p.id = st.product_id
where st.available < st.reorder_at and p.status = 'active';
comment on view warehouse.low_stock is 'What should be ordered';

create view billing.open_invoice as
select i.number, c.name as customer, i.total, i.due_on
from billing.invoice i
join shop.orders o on o.id = i.order_id and o.ordered_at = i.ordered_at
join shop.customer c on c.id = o.customer_id
where i.paid_on is null;
comment on view billing.open_invoice is 'Invoices that nobody paid yet';

create view hr.directory as
select e.full_name, e.email, e.job_title, d.name as department, m.full_name as manager
from hr.employee e
join hr.department d on d.id = e.department_id
left join hr.employee m on m.id = e.manager_id
where e.left_on is null;
comment on view hr.directory is 'Who works here, for everybody: no salaries';

create materialized view shop.monthly_sales as
select date_trunc('month', o.ordered_at, 'UTC')::date as month, c.name as category,
       count(distinct o.id) as orders, sum(l.quantity) as pieces, sum(l.amount) as revenue
from shop.orders o
join shop.order_line l on l.order_id = o.id
join shop.product p on p.id = l.product_id
join shop.category c on c.id = p.category_id
where o.status <> 'cancelled'
group by 1, 2;
create unique index on shop.monthly_sales (month, category);
comment on materialized view shop.monthly_sales is 'Sales by month and category; refreshed at night';
comment on column shop.monthly_sales.revenue is 'Euros with tax, after discounts';

create statistics shop.product_category_brand (dependencies, ndistinct) on category_id, brand_id from shop.product;

alter table hr.employee enable row level security;
create policy employee_self on hr.employee for select
  using (email = current_user || '@fjordandfell.example');
create policy employee_hr on hr.employee
  using (pg_has_role(current_user, 'pg_write_all_data', 'member'));
comment on policy employee_self on hr.employee is 'Everybody sees their own row';

alter table shop.review enable row level security;
create policy review_public on shop.review for select using (true);
create policy review_own on shop.review for update
  using (customer_id = nullif(current_setting('shop.customer_id', true), '')::int)
  with check (rating between 1 and 5);

grant usage on schema shop, warehouse to public;
grant select on shop.catalog, shop.category_tree, warehouse.low_stock to public;

analyze;

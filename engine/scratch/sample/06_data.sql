-- Rows, the same on every machine and every major: nothing here is random.

-- dice gives a number from 0 to sides - 1 for the roll-th roll for row i. It
-- rests on the hash of hash partitions, which PostgreSQL keeps as it is.
create function pg_temp.dice(i bigint, roll int, sides int) returns int
  language sql immutable
  return abs(hashint8extended(i, roll) % sides)::int;

-- pick gives one of the options.
create function pg_temp.pick(i bigint, roll int, options text[]) returns text
  language sql immutable
  return options[1 + pg_temp.dice(i, roll, cardinality(options))];

-- Departments and employees

insert into hr.department (parent_id, name, cost_center) values
  (null, 'Fjord & Fell', 'CC100'),
  (1, 'Sales', 'CC200'), (1, 'Logistics', 'CC300'), (1, 'Finance', 'CC400'), (1, 'People', 'CC500'), (1, 'Technology', 'CC600'),
  (2, 'Web Shop', 'CC210'), (2, 'Business Customers', 'CC220'),
  (3, 'Warehouse Bergen', 'CC310'), (3, 'Warehouse Lyon', 'CC320'), (3, 'Warehouse Graz', 'CC330');

insert into hr.employee (department_id, manager_id, given_name, family_name, email, job_title, hired_on, left_on, salary, languages)
select
  case when i = 1 then 1 when i <= 11 then i else 2 + pg_temp.dice(i, 1, 10) end,
  case when i = 1 then null when i <= 6 then 1 when i <= 8 then 2 when i <= 11 then 3 else 2 + pg_temp.dice(i, 1, 10) end,
  given, family,
  lower(given || '.' || family || case when i > 11 then i::text else '' end) || '@fjordandfell.example',
  case
    when i = 1 then 'Managing Director'
    when i <= 6 then 'Head of Department'
    when i <= 11 then 'Team Lead'
    else pg_temp.pick(i, 4, '{Buyer,Picker,Packer,Driver,Accountant,Developer,Customer Advisor,Photographer,Analyst,Controller}')
  end,
  date '2012-03-01' + pg_temp.dice(i, 5, 5000),
  case when i > 11 and pg_temp.dice(i, 6, 12) = 0 then date '2026-03-31' end,
  case when i = 1 then 148000 when i <= 6 then 92000 when i <= 11 then 67000 else 31000 end + 500 * pg_temp.dice(i, 7, 40),
  case pg_temp.dice(i, 8, 4) when 0 then '{no,en}'::text[] when 1 then '{fr,en}' when 2 then '{de,en}' else '{en}' end
from generate_series(1, 160) i,
  lateral (select
    pg_temp.pick(i, 2, '{Ingrid,Lars,Camille,Hugo,Anna,Lukas,Sofie,Mateo,Freya,Jonas,Elise,Tobias,Marit,Paul,Clara,Emil,Nora,Felix,Astrid,Leon}') given,
    pg_temp.pick(i, 3, '{Berg,Dahl,Moreau,Laurent,Gruber,Huber,Solberg,Lund,Bernard,Wagner,Haugen,Petit,Steiner,Moen,Roux,Bauer,Strand,Girard,Winkler,Vik}') family) person;

insert into hr.absence (employee_id, kind, during, note)
select
  e, (enum_range(null::hr.absence_kind))[1 + pg_temp.dice(e * 10 + n, 1, 4)],
  daterange(first, first + 1 + pg_temp.dice(e * 10 + n, 2, 20)),
  case when pg_temp.dice(e * 10 + n, 3, 5) = 0 then 'covered by a colleague' end
from generate_series(1, 160) e, generate_series(0, 4) n,
  lateral (select date '2026-01-05' + 60 * n + pg_temp.dice(e, 4, 30) as first) start;

-- The catalog

insert into shop.category (parent_id, name, slug)
select parent, name, replace(replace(lower(name), ' & ', '-'), ' ', '-')
from (values
  (null, 'Camping'), (null, 'Clothing'), (null, 'Footwear'), (null, 'Climbing'), (null, 'Snow'), (null, 'Water'),
  (1, 'Tents'), (1, 'Sleeping Bags'), (1, 'Sleeping Pads'), (1, 'Stoves'), (1, 'Lanterns'),
  (2, 'Rain Jackets'), (2, 'Down Jackets'), (2, 'Base Layers'), (2, 'Trousers'),
  (3, 'Hiking Boots'), (3, 'Trail Runners'), (3, 'Sandals'),
  (4, 'Ropes'), (4, 'Harnesses'), (4, 'Carabiners'),
  (5, 'Touring Skis'), (5, 'Snowshoes'),
  (6, 'Kayaks'), (6, 'Dry Bags'), (6, 'Paddles')
) c (parent, name);

insert into shop.brand (name, country, website)
select name, country, 'https://' || replace(lower(name), ' ', '') || '.example'
from (values
  ('Nordkamm', 'NO'), ('Vidda', 'NO'), ('Alpenglut', 'AT'), ('Roc Noir', 'FR'), ('Tarnwell', 'GB'), ('Kestrel Peak', 'US'),
  ('Lumi', 'FI'), ('Sierra Alta', 'ES'), ('Gletscher', 'CH'), ('Brisk', 'SE'), ('Monte Vero', 'IT'), ('Tasman', 'NZ')
) b (name, country);

-- Twenty models in each of the twenty categories without children.
insert into shop.product (sku, category_id, brand_id, name, description, status, price, cost, weight_g, attributes, tags, introduced_on, updated_at)
select
  upper(left(c.slug, 3)) || '-' || to_char(i, 'FM0000'), c.id, 1 + pg_temp.dice(i, 1, 12),
  model || ' ' || k.noun,
  format('%s made of %s, %s.', k.noun,
    pg_temp.pick(i, 2, '{recycled polyester,ripstop nylon,merino wool,waxed cotton,anodised aluminium,carbon fibre,stainless steel}'),
    pg_temp.pick(i, 3, '{light enough for long days,built for winter storms,easy to repair,packs down small,for the whole family,a favourite of our guides}')),
  (case when i % 37 = 0 then 'draft' when i % 19 = 0 then 'discontinued' when i % 23 = 0 then 'sold_out' else 'active' end)::shop.product_status,
  base + 0.95, round((base * (50 + pg_temp.dice(i, 5, 18)) / 100.0)::numeric, 2), k.grams + 10 * pg_temp.dice(i, 6, 60),
  jsonb_build_object('waterproof', pg_temp.dice(i, 7, 3) > 0, 'warranty_years', 2 + pg_temp.dice(i, 8, 4))
    || case when c.parent_id = 1 then jsonb_build_object('season', 1 + pg_temp.dice(i, 9, 4), 'persons', 1 + pg_temp.dice(i, 10, 4)) else '{}' end,
  case when pg_temp.dice(i, 11, 3) = 0 then '{recycled,vegan}'::text[] when pg_temp.dice(i, 11, 3) = 1 then '{bestseller}' else '{}' end,
  date '2019-02-01' + pg_temp.dice(i, 12, 2300),
  timestamptz '2026-01-01 08:00+00' + pg_temp.dice(i, 13, 5000) * interval '1 hour'
from (values
    (1, 'tents', 'Tent', 220, 1900), (2, 'sleeping-bags', 'Sleeping Bag', 140, 900), (3, 'sleeping-pads', 'Sleeping Pad', 60, 450),
    (4, 'stoves', 'Stove', 45, 280), (5, 'lanterns', 'Lantern', 25, 160), (6, 'rain-jackets', 'Rain Jacket', 130, 380),
    (7, 'down-jackets', 'Down Jacket', 180, 420), (8, 'base-layers', 'Base Layer', 50, 190), (9, 'trousers', 'Trousers', 85, 340),
    (10, 'hiking-boots', 'Boots', 150, 1200), (11, 'trail-runners', 'Trail Runners', 110, 560), (12, 'sandals', 'Sandals', 70, 480),
    (13, 'ropes', 'Rope', 120, 3600), (14, 'harnesses', 'Harness', 65, 390), (15, 'carabiners', 'Carabiner', 10, 60),
    (16, 'touring-skis', 'Touring Skis', 420, 2600), (17, 'snowshoes', 'Snowshoes', 160, 1700), (18, 'kayaks', 'Kayak', 780, 21000),
    (19, 'dry-bags', 'Dry Bag', 20, 150), (20, 'paddles', 'Paddle', 75, 890)
  ) k (leaf, slug, noun, euros, grams)
  join shop.category c using (slug)
  cross join unnest('{Skarvan,Hallin,Tindra,Aurland,Rondane,Vercors,Belledonne,Hochtor,Traun,Sarek,Lofoten,Isar,Kebne,Dovre,Senja,Chartreuse,Morzine,Zugspitz,Mistral,Polaris}'::text[])
    with ordinality as m (model, nth)
  cross join lateral (select ((k.leaf - 1) * 20 + m.nth)::int as i) row_number
  cross join lateral (select k.euros + 5 * pg_temp.dice(i, 4, 2 + k.euros / 6) as base) cost
order by i;

insert into shop.product_variant (product_id, variant_no, size, color, ean, surcharge)
select
  p.id, n,
  case c.parent_id when 2 then (array['S', 'M', 'L', 'XL'])[n] when 3 then (39 + 2 * n)::text end,
  pg_temp.pick(p.id * 3 + case when c.parent_id in (2, 3) then 0 else n end, 1, '{moss,slate,ochre,fjord blue,charcoal,rust,birch,berry}'),
  (4000000000000 + p.id * 10 + n)::text,
  case when n = 3 then 5 else 0 end
from shop.product p join shop.category c on c.id = p.category_id, generate_series(1, 3) n;

insert into shop.price_change (product_id, price, valid)
select p.id, case n when 1 then round(p.price * 0.92, 2) else p.price end,
  case n when 1 then tsrange(p.introduced_on, '2025-07-01') else tsrange(greatest(p.introduced_on, '2025-07-01'), null) end
from shop.product p, generate_series(1, 2) n
where n = 2 or p.introduced_on < '2025-07-01';

insert into shop.tag (name)
select unnest('{ultralight,winter,beginner,expedition,made in Europe,vegan,repairable,new,clearance,gift idea,rental,kids}'::text[]);

insert into shop.product_tag (product_id, tag_id)
select p.id, 1 + (pg_temp.dice(p.id, 1, 12) + 5 * n) % 12
from shop.product p, generate_series(0, 1 + p.id % 3) n;

insert into shop.promotion (code, title, discount, runs) values
  ('SPRING24', 'Spring cleaning',       10, '[2024-03-15,2024-04-15)'),
  ('SUMMER24', 'Summer sale',           15, '[2024-07-01,2024-08-01)'),
  ('WINTER24', 'First snow',            12, '[2024-11-15,2024-12-24)'),
  ('SPRING25', 'Spring cleaning',       10, '[2025-03-15,2025-04-15)'),
  ('SUMMER25', 'Summer sale',           20, '[2025-07-01,2025-08-01)'),
  ('WINTER25', 'First snow',            12, '[2025-11-15,2025-12-24)'),
  ('CLUB26',   'For members of a club',  8, '[2026-01-01,2027-01-01)'),
  ('SUMMER26', 'Summer sale',           15, '[2026-07-01,2026-08-01)');

insert into shop.promotion_product (promotion_id, product_id)
select n, p.id from generate_series(1, 8) n, shop.product p where pg_temp.dice(p.id, n, 6) = 0;

-- Customers

insert into shop.customer (kind, name, email, phone, address, account_manager, preferences, registered_at, closed_at)
select
  kind::shop.customer_kind,
  case kind
    when 'company' then family || ' ' || pg_temp.pick(i, 3, '{GmbH,Outdoor AS,& Fils,Expeditions Ltd,Adventures SL}')
    when 'club' then city || ' ' || pg_temp.pick(i, 4, '{Alpine Club,Kayak Club,Scouts,Trail Runners}')
    else given || ' ' || family
  end,
  lower(given || '.' || family) || i || '@' || pg_temp.pick(i, 5, '{example.com,example.org,example.net}'),
  case when pg_temp.dice(i, 6, 4) > 0 then format('+%s %s %s', 31 + pg_temp.dice(i, 7, 18), 100 + pg_temp.dice(i, 8, 900), 100000 + pg_temp.dice(i, 9, 900000)) end,
  row(street || ' ' || 1 + pg_temp.dice(i, 10, 120), postal_code, city, country)::shop.address,
  case when kind = 'company' then (array(select id from hr.employee where department_id = 8 order by id))[1 + pg_temp.dice(i, 11, 5)] end,
  jsonb_build_object('newsletter', pg_temp.dice(i, 12, 2) = 0, 'language', lower(country)),
  timestamptz '2021-05-01 09:00+00' + i * interval '22 hours' + pg_temp.dice(i, 13, 1300) * interval '1 minute',
  case when i % 97 = 0 then timestamptz '2026-09-01 12:00+00' end
from generate_series(1, 2000) i,
  lateral (select
    case when pg_temp.dice(i, 14, 12) = 0 then 'company' when pg_temp.dice(i, 14, 12) = 1 then 'club' else 'person' end kind,
    pg_temp.pick(i, 15, '{Ada,Bruno,Celine,David,Elin,Florian,Greta,Henrik,Isabel,Jakob,Katrin,Louis,Maja,Nils,Olivia,Pierre,Runa,Simon,Thea,Victor,Wanda,Yann,Zoe,Aksel,Birgit,Chloe,Daniel,Eva,Frida,Georg}') given,
    pg_temp.pick(i, 16, '{Andersen,Blanc,Carlsen,Dubois,Eder,Fuchs,Garnier,Hansen,Iversen,Jensen,Keller,Leroy,Maier,Nilsen,Olsen,Pichler,Robert,Schmid,Thomas,Ulrich,Vogel,Weber,Faure,Brandt,Lindgren,Martin,Novak,Ricci,Santos,Torres}') family,
    pg_temp.pick(i, 17, '{Harbour Road,Mill Lane,Rue du Lac,Bergstrasse,Storgata,Via Roma,Kirchgasse,Avenue Foch,Skogveien,Calle Mayor}') street) who,
  lateral (select * from (values
    (0, '5003', 'Bergen', 'NO'), (1, '0150', 'Oslo', 'NO'), (2, '69002', 'Lyon', 'FR'), (3, '38000', 'Grenoble', 'FR'), (4, '8010', 'Graz', 'AT'),
    (5, '6020', 'Innsbruck', 'AT'), (6, '80331', 'Munich', 'DE'), (7, '20095', 'Hamburg', 'DE'), (8, '11120', 'Stockholm', 'SE'), (9, '8001', 'Zurich', 'CH'),
    (10, '20121', 'Milan', 'IT'), (11, '28013', 'Madrid', 'ES')) town (n, postal_code, city, country)
    where n = pg_temp.dice(i, 18, 12)) place;

insert into shop.customer_address (customer_id, address_no, label, address)
select id, n, case n when 1 then 'home' else 'office' end, address
from shop.customer, generate_series(1, 1 + id % 2) n;

insert into shop."WishList" ("customerId", "Title", "isPublic", "createdAt")
select 1 + pg_temp.dice(i, 1, 2000), pg_temp.pick(i, 2, '{Birthday,Norway 2026,Winter,For the kids,Someday}'), i % 4 = 0, timestamptz '2025-01-01 00:00+00' + i * interval '31 hours'
from generate_series(1, 400) i;

insert into shop."WishListItem" ("wishListId", "productId", "Note to self")
select w."Id", 1 + (pg_temp.dice(w."Id", 3, 400) + 61 * n) % 400, case when n = 0 then 'wait for the sale' end
from shop."WishList" w, generate_series(0, 2) n;

-- Orders

analyze; -- good plans for what follows

insert into shop.orders (id, ordered_at, customer_id, address_no, status, promotion_id, shipping_fee, note)
select
  i, at, customer,
  case when pg_temp.dice(i, 2, 15) > 0 then 1 end,
  (case
    when pg_temp.dice(i, 3, 25) = 0 then 'cancelled'
    when i > 5960 then 'placed'
    when i > 5920 then 'paid'
    when i > 5880 then 'packed'
    when i > 5800 then 'shipped'
    when pg_temp.dice(i, 3, 25) = 1 then 'returned'
    else 'delivered'
  end)::shop.order_status,
  (select id from shop.promotion where runs @> at::date and discount > 8 and pg_temp.dice(i, 4, 2) = 0),
  case when pg_temp.dice(i, 5, 3) = 0 then 0 else 4.95 end,
  case when pg_temp.dice(i, 6, 20) = 0 then pg_temp.pick(i, 7, '{please ring twice,leave with the neighbour,it is a gift,call before delivery}') end
from generate_series(1, 6000) i,
  lateral (select
    -- more and more orders, none at night
    date_trunc('day', timestamptz '2024-01-02 00:00+00' + 1000 * (i / 6000.0) ^ 0.8 * interval '1 day', 'UTC')
      + (420 + (i * 7) % 900) * interval '1 minute' as at,
    -- some customers order often
    1 + pg_temp.dice(pg_temp.dice(i, 8, 2000), 9, 2000) as customer) o;
alter table shop.orders alter id restart with 6001;

insert into shop.order_line (order_id, ordered_at, line_no, product_id, variant_no, quantity, unit_price, discount)
select o.id, o.ordered_at, n, p.id, v.variant_no, 1 + pg_temp.dice(o.id * 10 + n, 2, 10) / 7, p.price + v.surcharge, coalesce(promotion.discount, 0)
from shop.orders o
  left join shop.promotion on promotion.id = o.promotion_id
  cross join lateral generate_series(1, 1 + pg_temp.dice(o.id, 10, 5) * pg_temp.dice(o.id, 11, 2)) n
  join shop.product p on p.id = 1 + (pg_temp.dice(o.id, 12, 400) + 37 * n) % 400
  join shop.product_variant v on v.product_id = p.id and v.variant_no = 1 + pg_temp.dice(o.id * 10 + n, 3, 3);

analyze shop.orders, shop.order_line;

insert into shop.return_request (order_id, line_no, reason, requested_at, accepted)
select id, 1, pg_temp.pick(id, 20, '{too small,too large,arrived damaged,not as pictured,changed my mind}'), ordered_at + interval '12 days', case when id % 5 > 0 then true end
from shop.orders where status = 'returned';

insert into shop.review (product_id, customer_id, rating, title, body, written_at)
select product_id, customer_id, rating,
  (array['Not for me', 'Could be better', 'Does the job', 'Very good', 'Love it'])[rating],
  case when rating > 3 then pg_temp.pick(id, 21, '{Used it for a week in the rain and it held.,Light and sturdy.,Bought a second one for my partner.,Worth every euro.}') end,
  ordered_at + interval '20 days'
from (
  select distinct on (product_id, customer_id) product_id, customer_id, o.id, o.ordered_at,
    (5 - pg_temp.dice(o.id, 22, 5) * pg_temp.dice(o.id, 23, 5) / 5)::smallint rating
  from shop.orders o join shop.order_line l on l.order_id = o.id
  where status = 'delivered' and o.ordered_at < '2026-08-01' and pg_temp.dice(o.id, 24, 3) = 0
  order by product_id, customer_id, o.id
) bought;

insert into shop.page_view (session_id, viewed_at, customer_id, product_id, seconds, referrer)
select
  (lpad(to_hex(session), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(session * 7919), 12, '0'))::uuid,
  timestamptz '2026-06-01 00:00+00' + i * interval '12 minutes',
  case when pg_temp.dice(session, 1, 3) = 0 then 1 + pg_temp.dice(session, 2, 2000) end,
  1 + pg_temp.dice(i, 3, 400), 3 + pg_temp.dice(i, 4, 240),
  pg_temp.pick(session, 5, '{https://search.example,https://blog.example/gear,newsletter,NULL}')
from generate_series(1, 12000) i, lateral (select i / 4 as session) s;

-- Warehouses

insert into warehouse.site (code, name, address, location, manager) values
  ('BGO', 'Bergen', row('Kaigaten 4', '5016', 'Bergen', 'NO'), '(5.32,60.39)', 9),
  ('LYS', 'Lyon', row('Rue des Docks 18', '69009', 'Lyon', 'FR'), '(4.80,45.77)', 10),
  ('GRZ', 'Graz', row('Lagergasse 51', '8020', 'Graz', 'AT'), '(15.43,47.06)', 11);

insert into warehouse.bin (site_id, aisle, shelf, max_kg, cooled)
select s, chr(65 + a), shelf, 100 + 50 * (shelf % 4), false
from generate_series(1, 3) s, generate_series(0, 7) a, generate_series(1, 10) shelf;

insert into warehouse.stock (site_id, product_id, variant_no, aisle, shelf, on_hand, reserved, reorder_at, counted_on)
select site, product_id, variant_no, chr(65 + product_id % 8), 1 + product_id % 10, on_hand,
  least(on_hand, pg_temp.dice(product_id * 30 + variant_no * 3 + site, 2, 4)), 5 + product_id % 6,
  date '2026-08-01' + pg_temp.dice(product_id, site, 45)
from shop.product_variant, generate_series(1, 3) site,
  lateral (select pg_temp.dice(product_id * 30 + variant_no * 3 + site, 1, 60) as on_hand) counted;

insert into warehouse.supplier (name, country, contact, lead_time, certifications)
select name, country, 'orders@' || replace(lower(name), ' ', '-') || '.example', (7 + 3 * n) * interval '1 day',
  case n % 3 when 0 then '{ISO 9001}'::text[] when 1 then '{ISO 9001,bluesign}' else '{}' end
from (values
  (1, 'Fjell Tekstil', 'NO'), (2, 'Atelier du Rhone', 'FR'), (3, 'Steyr Metall', 'AT'), (4, 'Baltic Down', 'LT'), (5, 'Porto Shoes', 'PT'),
  (6, 'Bohemia Ropes', 'CZ'), (7, 'Kyoto Carbon', 'JP'), (8, 'Hanoi Outdoor', 'VN'), (9, 'Tatra Sports', 'PL'), (10, 'Aegean Boats', 'GR')
) s (n, name, country);

insert into warehouse.product_supplier (product_id, supplier_id, their_sku, unit_cost, preferred)
select p.id, 1 + (p.id + 3 * n) % 10, 'S' || p.id * 7 + n, round(p.cost * (1 + n * 0.06), 2), n = 0
from shop.product p, generate_series(0, 1) n;

insert into warehouse.purchase_order (supplier_id, site_id, ordered_by, ordered_on, due_on, received_on)
select 1 + i % 10, 1 + i % 3, 12 + pg_temp.dice(i, 1, 140), ordered, ordered + 21, case when i < 580 then ordered + 14 + pg_temp.dice(i, 2, 14) end
from generate_series(1, 600) i, lateral (select date '2024-02-01' + i * 8 / 5 as ordered) o;

insert into warehouse.purchase_order_line (purchase_order_id, line_no, product_id, variant_no, quantity, unit_cost)
select o.id, n, p.id, 1 + pg_temp.dice(o.id * 10 + n, 2, 3), 10 * (1 + pg_temp.dice(o.id * 10 + n, 3, 8)), p.cost
from warehouse.purchase_order o, generate_series(1, 4) n, shop.product p
where p.id = 1 + (pg_temp.dice(o.id, 1, 400) + 53 * n) % 400;

insert into warehouse.carrier (name, tracking_url, max_weight_g) values
  ('Nordpost', 'https://track.nordpost.example/{number}', 30000),
  ('Colis Express', 'https://colis.example/suivi?n={number}', 20000),
  ('AlpenKurier', 'https://alpenkurier.example/p/{number}', 31500),
  ('Big & Heavy', 'https://bigandheavy.example/{number}', 200000);

insert into warehouse.shipment (order_id, ordered_at, site_id, carrier_id, tracking_number, status, weight_g, shipped_at, delivered_at)
select o.id, o.ordered_at, 1 + o.id % 3,
  case when sum(l.quantity * p.weight_g) > 20000 then 4 else 1 + o.id % 3 end,
  'FF' || 700000000 + o.id * 13, (case when o.status = 'shipped' then 'in_transit' else 'delivered' end)::warehouse.shipment_status,
  sum(l.quantity * p.weight_g) + 250, o.ordered_at + interval '26 hours',
  case when o.status <> 'shipped' then o.ordered_at + interval '3 days' + pg_temp.dice(o.id, 30, 2000) * interval '1 minute' end
from shop.orders o join shop.order_line l on l.order_id = o.id join shop.product p on p.id = l.product_id
where o.status in ('shipped', 'delivered', 'returned') and o.address_no is not null
group by o.id, o.ordered_at, o.status order by o.id;

analyze warehouse.shipment;

insert into warehouse.shipment_event (shipment_id, happened_at, status, place)
select s.id, step.at, step.status::warehouse.shipment_status, case when step.status = 'in_transit' then pg_temp.pick(s.id, 31, '{Hamburg,Basel,Malmo,Dijon,Linz}') else site.name end
from warehouse.shipment s join warehouse.site on site.id = s.site_id,
  lateral (values
    ('label_printed', s.shipped_at - interval '2 hours'),
    ('in_transit', s.shipped_at + interval '9 hours'),
    ('delivered', s.delivered_at)) step (status, at)
where step.at is not null;

insert into warehouse.movement (kind, moved_at, site_id, product_id, variant_no, quantity, moved_by)
select 'inbound'::warehouse.movement_kind, o.received_on + time '10:00', o.site_id, l.product_id, l.variant_no, l.quantity, 12 + pg_temp.dice(o.id, 3, 140)
from warehouse.purchase_order o join warehouse.purchase_order_line l on l.purchase_order_id = o.id
where o.received_on is not null
union all
select 'outbound', s.shipped_at, s.site_id, l.product_id, l.variant_no, -l.quantity, 12 + pg_temp.dice(s.id, 1, 140)
from warehouse.shipment s join shop.order_line l using (order_id)
union all
select (case when i % 5 = 0 then 'correction' else 'transfer' end)::warehouse.movement_kind,
  timestamptz '2026-01-01 07:00+00' + i * interval '20 hours', 1 + i % 3, 1 + pg_temp.dice(i, 1, 400), 1 + i % 3, 1 + i % 9, null
from generate_series(1, 300) i
order by 2;

insert into warehouse.dock_booking (site_id, dock, carrier_id, during)
select 1 + i % 3, 1 + i / 3 % 4, 1 + pg_temp.dice(i, 1, 4), tsrange(arrives, arrives + interval '90 minutes')
from generate_series(0, 479) i, lateral (select timestamp '2026-09-01 06:00' + i / 12 * interval '2 hours' as arrives) a;

-- Money

insert into billing.tax_rate (country, valid_from, rate) values
  ('NO', '2020-01-01', 25), ('FR', '2020-01-01', 20), ('AT', '2020-01-01', 20), ('DE', '2020-01-01', 19), ('SE', '2020-01-01', 25),
  ('CH', '2020-01-01', 7.7), ('CH', '2024-01-01', 8.1), ('IT', '2020-01-01', 22), ('ES', '2020-01-01', 21);

insert into billing.invoice (order_id, ordered_at, issued_on, due_on, net, tax, paid_on)
select o.id, o.ordered_at, o.ordered_at::date, o.ordered_at::date + 30,
  round(gross / (1 + r.rate / 100), 2), gross - round(gross / (1 + r.rate / 100), 2),
  case when o.status <> 'placed' and pg_temp.dice(o.id, 40, 60) > 0 then o.ordered_at::date + pg_temp.dice(o.id, 41, 21) end
from shop.orders o
  join shop.customer c on c.id = o.customer_id
  cross join lateral (select o.shipping_fee + sum(amount) as gross from shop.order_line l where l.order_id = o.id) s
  cross join lateral (select rate from billing.tax_rate where country = (c.address).country and valid_from <= o.ordered_at::date order by valid_from desc limit 1) r
where o.status <> 'cancelled'
order by o.id;

insert into billing.payment (invoice_id, method, amount, paid_at, reference)
select id, (enum_range(null::billing.payment_method))[1 + pg_temp.dice(id, 1, 5)], total, paid_on + time '14:30', 'RF' || id * 97 % 100000
from billing.invoice where paid_on is not null order by id;

insert into billing.refund (payment_id, amount, refunded_at, reason)
select p.id, l.amount, r.requested_at + interval '4 days', r.reason
from shop.return_request r
  join shop.order_line l using (order_id, line_no)
  join billing.invoice i using (order_id)
  join billing.payment p on p.invoice_id = i.id
where r.accepted order by r.id;

insert into billing.account (code, name) values
  ('1000', 'Bank'), ('1200', 'Receivables'), ('1400', 'Stock'), ('2100', 'Payables'), ('2200', 'Value added tax'),
  ('4000', 'Sales'), ('4100', 'Refunds'), ('5000', 'Cost of goods'), ('6000', 'Salaries');

insert into billing.ledger_entry (booked_on, debit, credit, amount, memo)
select issued_on, '1200', '4000', total, 'invoice ' || number from billing.invoice
union all
select paid_at::date, '1000', '1200', amount, 'payment ' || reference from billing.payment
union all
select refunded_at::date, '4100', '1000', amount, 'refund: ' || reason from billing.refund
order by 1;

-- Catalog, customers, orders.

create table shop.category (
  id         int generated always as identity primary key,
  parent_id  int references shop.category on delete restrict,
  name       text not null,
  slug       text not null unique,
  unique (parent_id, name)
);
comment on table  shop.category      is 'The tree of categories';
comment on column shop.category.slug is 'The name in URLs';

create table shop.brand (
  id      int generated always as identity primary key,
  name    text not null unique,
  country shop.country_code not null,
  website text
);
comment on table shop.brand is 'Makers of what we sell';

create table shop.product (
  id            int generated always as identity primary key,
  sku           shop.sku not null unique,
  category_id   int not null references shop.category,
  brand_id      int not null references shop.brand,
  name          text not null,
  description   text not null default '',
  status        shop.product_status not null default 'draft',
  price         billing.amount not null,
  cost          billing.amount not null,
  margin        numeric generated always as (price - cost) stored,
  weight_g      int check (weight_g > 0),
  attributes    jsonb not null default '{}',
  tags          text[] not null default '{}',
  search        tsvector generated always as (
                  setweight(to_tsvector('english', name), 'A') ||
                  setweight(to_tsvector('english', description), 'B')) stored,
  introduced_on date not null,
  updated_at    timestamptz not null default now()
);
create index on shop.product (category_id);
create index on shop.product (brand_id);
create index on shop.product using gin (search);
create index on shop.product using gin (attributes jsonb_path_ops);
create index product_active_price on shop.product (price) where status = 'active';
comment on table  shop.product            is 'What we sell; sizes and colours are variants';
comment on column shop.product.price      is 'Euros with tax, before promotions';
comment on column shop.product.cost       is 'Euros that we pay the supplier';
comment on column shop.product.weight_g   is 'Grams, packed';
comment on column shop.product.attributes is 'What only some categories have, such as {"season": 3, "waterproof": true}';
comment on column shop.product.search     is 'Words of name and description';

create table shop.product_variant (
  product_id  int not null references shop.product on delete cascade,
  variant_no  smallint not null,
  size        text,
  color       text not null,
  ean         text not null unique,
  surcharge   billing.amount not null default 0,
  primary key (product_id, variant_no)
);
comment on table  shop.product_variant           is 'A size and colour of a product';
comment on column shop.product_variant.surcharge is 'Euros on top of the product''s price';

create table shop.price_change (
  id         int generated always as identity primary key,
  product_id int not null references shop.product on delete cascade,
  price      billing.amount not null,
  valid      tsrange not null,
  constraint price_change_no_overlap exclude using gist (
    int4range(product_id, product_id, '[]') with &&,
    valid with &&
  )
);
comment on table shop.price_change is 'Which price held when';

create table shop.tag (
  id   int generated always as identity primary key,
  name text not null unique
);
comment on table shop.tag is 'Labels that the shop filters by';

create table shop.product_tag (
  product_id int references shop.product on delete cascade,
  tag_id     int references shop.tag on delete cascade,
  primary key (product_id, tag_id)
);
create index on shop.product_tag (tag_id);
comment on table shop.product_tag is 'Which product has which label';

create table shop.promotion (
  id       int generated always as identity primary key,
  code     text not null unique check (code = upper(code)),
  title    text not null,
  discount shop.percentage not null,
  runs     daterange not null
);
comment on table  shop.promotion          is 'Discounts for a time';
comment on column shop.promotion.discount is 'Percent off';

create table shop.promotion_product (
  promotion_id int references shop.promotion on delete cascade,
  product_id   int references shop.product on delete cascade,
  primary key (promotion_id, product_id)
);
comment on table shop.promotion_product is 'Which product a promotion is for';

create table shop.customer (
  id              int generated always as identity primary key,
  kind            shop.customer_kind not null default 'person',
  name            text not null,
  email           shop.email not null unique,
  phone           text,
  address         shop.address not null,
  account_manager int references hr.employee,
  preferences     jsonb not null default '{}',
  registered_at   timestamptz not null default now(),
  closed_at       timestamptz
);
create index on shop.customer (lower(name));
create index on shop.customer (((address).country));
comment on table  shop.customer                 is 'People, companies and clubs that bought or may buy';
comment on column shop.customer.address         is 'Where invoices go; see customer_address for deliveries';
comment on column shop.customer.account_manager is 'The employee who looks after a company';
comment on column shop.customer.preferences     is 'Settings of the account, such as {"newsletter": true, "language": "de"}';

create table shop.customer_address (
  customer_id int not null references shop.customer on delete cascade,
  address_no  smallint not null,
  label       text not null default 'home',
  address     shop.address not null,
  primary key (customer_id, address_no)
);
comment on table shop.customer_address is 'Where a customer''s parcels go';

create table shop.orders (
  id             int generated by default as identity,
  ordered_at     timestamptz not null,
  customer_id    int not null references shop.customer,
  address_no     smallint,
  status         shop.order_status not null default 'placed',
  promotion_id   int references shop.promotion,
  shipping_fee   billing.amount not null default 0,
  note           text,
  primary key (id, ordered_at),
  foreign key (customer_id, address_no) references shop.customer_address
) partition by range (ordered_at);
create index on shop.orders (customer_id);
create index on shop.orders (status) where status not in ('delivered', 'cancelled');
comment on table  shop.orders            is 'Orders, a partition a year';
comment on column shop.orders.address_no is 'The delivery address; null for pick-up';

create table shop.orders_2024 partition of shop.orders for values from ('2024-01-01 00:00+00') to ('2025-01-01 00:00+00');
create table shop.orders_2025 partition of shop.orders for values from ('2025-01-01 00:00+00') to ('2026-01-01 00:00+00');
create table shop.orders_2026 partition of shop.orders for values from ('2026-01-01 00:00+00') to ('2027-01-01 00:00+00');
create table shop.orders_later partition of shop.orders default;

create table shop.order_line (
  order_id   int not null,
  ordered_at timestamptz not null,
  line_no    smallint not null,
  product_id int not null,
  variant_no smallint not null,
  quantity   int not null check (quantity > 0),
  unit_price billing.amount not null,
  discount   shop.percentage not null,
  amount     numeric(12,2) generated always as (round(quantity * unit_price * (100 - discount) / 100, 2)) stored,
  primary key (order_id, line_no),
  foreign key (order_id, ordered_at) references shop.orders on delete cascade,
  foreign key (product_id, variant_no) references shop.product_variant
);
create index on shop.order_line (product_id, variant_no);
comment on table  shop.order_line            is 'What was ordered';
comment on column shop.order_line.ordered_at is 'Repeats the order''s, since its key holds it';
comment on column shop.order_line.unit_price is 'Euros at the time of the order';
comment on column shop.order_line.amount     is 'Euros after the discount';

create table shop.review (
  id          int generated always as identity primary key,
  product_id  int not null references shop.product on delete cascade,
  customer_id int not null references shop.customer,
  rating      smallint not null check (rating between 1 and 5),
  title       text not null,
  body        text,
  written_at  timestamptz not null default now(),
  unique (product_id, customer_id)
);
comment on table  shop.review        is 'What customers think of products';
comment on column shop.review.rating is 'Stars, 1 to 5';

create table shop.return_request (
  id           int generated always as identity primary key,
  order_id     int not null,
  line_no      smallint not null,
  reason       text not null,
  requested_at timestamptz not null,
  accepted     boolean,
  foreign key (order_id, line_no) references shop.order_line
);
comment on table  shop.return_request          is 'Customers who want to send something back';
comment on column shop.return_request.accepted is 'Null until somebody decided';

create table shop.page_view (
  session_id  uuid not null,
  viewed_at   timestamptz not null,
  customer_id int,
  product_id  int not null,
  seconds     int not null,
  referrer    text
) partition by hash (session_id);
create table shop.page_view_0 partition of shop.page_view for values with (modulus 4, remainder 0);
create table shop.page_view_1 partition of shop.page_view for values with (modulus 4, remainder 1);
create table shop.page_view_2 partition of shop.page_view for values with (modulus 4, remainder 2);
create table shop.page_view_3 partition of shop.page_view for values with (modulus 4, remainder 3);
create index on shop.page_view (product_id);
comment on table  shop.page_view         is 'Visits to product pages, spread over four partitions';
comment on column shop.page_view.seconds is 'How long the page was open';

-- Written by the old web shop, whose mapper quoted every name.
create table shop."WishList" (
  "Id"         int generated always as identity primary key,
  "customerId" int not null references shop.customer,
  "Title"      text not null,
  "isPublic"   boolean not null default false,
  "createdAt"  timestamptz not null
);
create table shop."WishListItem" (
  "wishListId"   int references shop."WishList" on delete cascade,
  "productId"    int references shop.product,
  "Note to self" text,
  primary key ("wishListId", "productId")
);
comment on table  shop."WishList"                    is 'Lists of wishes, from the old web shop';
comment on table  shop."WishListItem"                is 'What is on a list of wishes';
comment on column shop."WishListItem"."Note to self" is 'Seen by the customer only';

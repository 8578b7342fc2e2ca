-- Sites, stock, suppliers, shipments.

create table warehouse.site (
  id        int generated always as identity primary key,
  code      char(3) not null unique,
  name      text not null,
  address   shop.address not null,
  location  point not null,
  manager   int references hr.employee
);
comment on table  warehouse.site          is 'Warehouses';
comment on column warehouse.site.location is 'Longitude and latitude in degrees';

create table warehouse.bin (
  site_id   int not null references warehouse.site,
  aisle     char(1) not null,
  shelf     smallint not null,
  max_kg    int not null default 200,
  cooled    boolean not null default false,
  primary key (site_id, aisle, shelf)
);
comment on table warehouse.bin is 'Places in a warehouse';

create table warehouse.stock (
  site_id     int not null,
  product_id  int not null,
  variant_no  smallint not null,
  aisle       char(1) not null,
  shelf       smallint not null,
  on_hand     int not null default 0 check (on_hand >= 0),
  reserved    int not null default 0 check (reserved between 0 and on_hand),
  available   int generated always as (on_hand - reserved) stored,
  reorder_at  int not null default 5,
  counted_on  date,
  primary key (site_id, product_id, variant_no),
  foreign key (product_id, variant_no) references shop.product_variant,
  foreign key (site_id, aisle, shelf) references warehouse.bin
);
create index on warehouse.stock (product_id, variant_no);
comment on table  warehouse.stock            is 'How much of a variant lies where';
comment on column warehouse.stock.reserved   is 'Pieces promised to orders that are not packed yet';
comment on column warehouse.stock.reorder_at is 'Order more when fewer are available';

create table warehouse.supplier (
  id             int generated always as identity primary key,
  name           text not null unique,
  country        shop.country_code not null,
  contact        shop.email not null,
  lead_time      interval not null default '14 days',
  certifications text[] not null default '{}'
);
comment on table  warehouse.supplier           is 'Who sells to us';
comment on column warehouse.supplier.lead_time is 'From order to arrival';

create table warehouse.product_supplier (
  product_id  int references shop.product on delete cascade,
  supplier_id int references warehouse.supplier,
  their_sku   text not null,
  unit_cost   billing.amount not null,
  preferred   boolean not null default false,
  primary key (product_id, supplier_id)
);
create unique index on warehouse.product_supplier (product_id) where preferred;
comment on table warehouse.product_supplier is 'Who sells which product to us';

create table warehouse.purchase_order (
  id          int generated always as identity primary key,
  supplier_id int not null references warehouse.supplier,
  site_id     int not null references warehouse.site,
  ordered_by  int not null references hr.employee,
  ordered_on  date not null,
  due_on      date not null,
  received_on date,
  check (due_on >= ordered_on)
);
comment on table warehouse.purchase_order is 'What we ordered from suppliers';

create table warehouse.purchase_order_line (
  purchase_order_id int not null references warehouse.purchase_order on delete cascade,
  line_no           smallint not null,
  product_id        int not null,
  variant_no        smallint not null,
  quantity          int not null check (quantity > 0),
  unit_cost         billing.amount not null,
  primary key (purchase_order_id, line_no),
  foreign key (product_id, variant_no) references shop.product_variant
);
comment on table warehouse.purchase_order_line is 'The lines of a purchase order';

create table warehouse.movement (
  id         bigint generated always as identity,
  kind       warehouse.movement_kind not null,
  moved_at   timestamptz not null,
  site_id    int not null references warehouse.site,
  product_id int not null,
  variant_no smallint not null,
  quantity   int not null check (quantity <> 0),
  moved_by   int references hr.employee,
  primary key (id, kind)
) partition by list (kind);
create table warehouse.movement_inbound  partition of warehouse.movement for values in ('inbound');
create table warehouse.movement_outbound partition of warehouse.movement for values in ('outbound');
create table warehouse.movement_internal partition of warehouse.movement for values in ('transfer', 'correction');
create index on warehouse.movement (product_id, variant_no);
create index on warehouse.movement using brin (moved_at);
comment on table  warehouse.movement          is 'Every piece that came, went or changed its place';
comment on column warehouse.movement.quantity is 'Pieces; negative when they left the site';

create table warehouse.carrier (
  id           int generated always as identity primary key,
  name         text not null unique,
  tracking_url text not null,
  max_weight_g int not null
);
comment on table  warehouse.carrier              is 'Who brings parcels';
comment on column warehouse.carrier.tracking_url is 'With {number} where the parcel''s number goes';

create table warehouse.shipment (
  id              int generated always as identity primary key,
  order_id        int not null,
  ordered_at      timestamptz not null,
  site_id         int not null references warehouse.site,
  carrier_id      int not null references warehouse.carrier,
  tracking_number text not null unique,
  status          warehouse.shipment_status not null,
  weight_g        int not null check (weight_g > 0),
  shipped_at      timestamptz not null,
  delivered_at    timestamptz,
  foreign key (order_id, ordered_at) references shop.orders,
  check (delivered_at > shipped_at)
);
create index on warehouse.shipment (order_id, ordered_at);
comment on table warehouse.shipment is 'Parcels to customers';

create table warehouse.shipment_event (
  shipment_id int not null references warehouse.shipment on delete cascade,
  happened_at timestamptz not null,
  status      warehouse.shipment_status not null,
  place       text,
  primary key (shipment_id, happened_at)
);
comment on table warehouse.shipment_event is 'Where a parcel was when';

create table warehouse.dock_booking (
  id         int generated always as identity primary key,
  site_id    int not null references warehouse.site,
  dock       smallint not null check (dock between 1 and 9),
  carrier_id int not null references warehouse.carrier,
  during     tsrange not null,
  constraint dock_booking_one_truck exclude using gist (
    int4range(site_id * 10 + dock, site_id * 10 + dock, '[]') with &&,
    during with &&
  )
);
comment on table warehouse.dock_booking is 'Which truck stands at which dock when; one at a time';

-- Fjord & Fell, a shop for outdoor gear with three warehouses.
-- Schemas and types.

create schema shop;
create schema warehouse;
create schema billing;
create schema hr;
create schema audit;

comment on schema shop      is 'Catalog, customers and orders';
comment on schema warehouse is 'Sites, stock, suppliers and shipments';
comment on schema billing   is 'Invoices, payments and the ledger';
comment on schema hr        is 'Departments and employees';
comment on schema audit     is 'Who changed what';

create domain shop.email as text
  check (value ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$');
comment on domain shop.email is 'An e-mail address, loosely checked';

create domain shop.sku as text
  check (value ~ '^[A-Z]{3}-[0-9]{4}$');
comment on domain shop.sku is 'Stock keeping unit, such as TEN-0042';

create domain shop.country_code as char(2)
  check (value ~ '^[A-Z]{2}$');
comment on domain shop.country_code is 'ISO 3166-1 alpha-2';

create domain billing.amount as numeric(12,2)
  check (value >= 0);
comment on domain billing.amount is 'Euros and cents, never negative';

create domain shop.percentage as numeric(5,2) default 0
  check (value between 0 and 100);

create type shop.product_status as enum ('draft', 'active', 'sold_out', 'discontinued');
create type shop.customer_kind  as enum ('person', 'company', 'club');
create type shop.order_status   as enum ('placed', 'paid', 'packed', 'shipped', 'delivered', 'returned', 'cancelled');
create type warehouse.movement_kind   as enum ('inbound', 'outbound', 'transfer', 'correction');
create type warehouse.shipment_status as enum ('label_printed', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered', 'lost');
create type billing.payment_method as enum ('card', 'bank_transfer', 'paypal', 'invoice', 'gift_card');
create type hr.absence_kind as enum ('vacation', 'sick', 'parental', 'training');
comment on type shop.order_status is 'The life of an order, in its usual sequence';

create type shop.address as (
  street      text,
  postal_code text,
  city        text,
  country     shop.country_code
);
comment on type shop.address is 'A postal address';

create type shop.price_range as range (subtype = numeric);

create sequence billing.invoice_number start 100001;
comment on sequence billing.invoice_number is 'Invoice numbers without gaps in years that matter';

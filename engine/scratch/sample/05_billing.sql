-- Invoices, payments, the ledger; the audit trail.

create table billing.tax_rate (
  country    shop.country_code,
  valid_from date,
  rate       shop.percentage not null,
  primary key (country, valid_from)
);
comment on table  billing.tax_rate      is 'Value added tax by country';
comment on column billing.tax_rate.rate is 'Percent';

create table billing.invoice (
  id         int generated always as identity primary key,
  number     text not null unique default 'FF-' || nextval('billing.invoice_number'),
  order_id   int not null,
  ordered_at timestamptz not null,
  issued_on  date not null,
  due_on     date not null,
  net        billing.amount not null,
  tax        billing.amount not null,
  total      numeric(12,2) generated always as (net + tax) stored,
  paid_on    date,
  foreign key (order_id, ordered_at) references shop.orders,
  unique (order_id)
);
create index invoice_open on billing.invoice (due_on) where paid_on is null;
comment on table  billing.invoice       is 'One for each order that was not cancelled';
comment on column billing.invoice.total is 'Euros with tax';

create table billing.payment (
  id         int generated always as identity primary key,
  invoice_id int not null references billing.invoice,
  method     billing.payment_method not null,
  amount     billing.amount not null,
  paid_at    timestamptz not null,
  reference  text
);
create index on billing.payment (invoice_id);
comment on table billing.payment is 'Money that came in';

create table billing.refund (
  id          int generated always as identity primary key,
  payment_id  int not null references billing.payment,
  amount      billing.amount not null,
  refunded_at timestamptz not null,
  reason      text not null
);
comment on table billing.refund is 'Money that went back';

create table billing.account (
  code text primary key check (code ~ '^[0-9]{4}$'),
  name text not null
);
comment on table billing.account is 'The chart of accounts';

create table billing.ledger_entry (
  id        bigint generated always as identity primary key,
  booked_on date not null,
  debit     text not null references billing.account,
  credit    text not null references billing.account,
  amount    billing.amount not null,
  memo      text not null,
  check (debit <> credit)
);
create index on billing.ledger_entry (booked_on);
comment on table billing.ledger_entry is 'Double-entry bookkeeping';

create table audit.change (
  id          bigint generated always as identity primary key,
  happened_at timestamptz not null default clock_timestamp(),
  who         name not null default current_user,
  relation    regclass not null,
  operation   text not null check (operation in ('INSERT', 'UPDATE', 'DELETE')),
  before      jsonb,
  after       jsonb
);
comment on table  audit.change        is 'Written by the trigger audit.record()';
comment on column audit.change.before is 'The row as it was; null for an INSERT';
comment on column audit.change.after  is 'The row as it became; null for a DELETE';

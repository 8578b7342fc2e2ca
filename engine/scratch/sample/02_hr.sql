-- Departments, employees, absences, shifts.

create table hr.department (
  id          int generated always as identity primary key,
  parent_id   int references hr.department,
  name        text not null unique,
  cost_center text not null check (cost_center ~ '^CC[0-9]{3}$')
);
comment on table  hr.department           is 'The tree of departments';
comment on column hr.department.parent_id is 'The department above; null for the company itself';

create table hr.employee (
  id            int generated always as identity primary key,
  department_id int not null references hr.department,
  manager_id    int references hr.employee,
  given_name    text not null,
  family_name   text not null,
  full_name     text generated always as (given_name || ' ' || family_name) stored,
  email         shop.email not null unique,
  job_title     text not null,
  hired_on      date not null,
  left_on       date,
  salary        numeric(10,2) not null check (salary > 0),
  languages     text[] not null default '{en}',
  check (left_on > hired_on)
);
create index on hr.employee (department_id);
create index on hr.employee (manager_id);
comment on table  hr.employee           is 'Everybody who works or worked here';
comment on column hr.employee.salary    is 'Euros a year, before tax';
comment on column hr.employee.languages is 'ISO 639-1 codes, best first';

create table hr.absence (
  id          int generated always as identity primary key,
  employee_id int not null references hr.employee on delete cascade,
  kind        hr.absence_kind not null,
  during      daterange not null check (not isempty(during)),
  note        text,
  constraint absence_no_overlap exclude using gist (
    int4range(employee_id, employee_id, '[]') with &&,
    during with &&
  )
);
comment on table hr.absence is 'Days away; nobody is away twice on a day';
comment on constraint absence_no_overlap on hr.absence is 'The int4range of one id stands for the equality that GiST lacks without an extension';

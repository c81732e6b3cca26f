-- Closing: digests of what lies in core, kept while nothing in it changes, so that a close need not read all of it.
create table close.source_marks (
    core_table varchar not null,
    mark varchar not null
);
create table close.source_days (
    core_table varchar not null,
    day date,
    detail varchar,
    row_count bigint not null,
    digest varchar not null
);
create table close.charged_lines (
    purchase_id varchar not null,
    sku varchar,
    came_on date,
    currency_code varchar,
    row_digest varchar not null
);
create table close.booked_places (
    period date not null,
    booking_number bigint not null,
    places_digest varchar not null
);
-- Extract: a received line's own total, where the 6 places of its price make other cents.
alter table core.receipt_lines add column cost_amount decimal(18,2);
-- Extract: refused rows say which document they are of.
alter table raw.rejected_rows add column document_number varchar;
-- Closing: goods leave the stock account that they stand on, also where no rule gives it any more.
alter table close.journal_entries rename to journal_entries_before;
create table close.journal_entries (
    journal_key varchar not null,
    journal_kind varchar not null,
    journal_date date not null,
    journal_subject varchar not null,
    role varchar not null,
    line_topic varchar not null,
    entry_amount decimal(18,2) not null,
    source_table varchar not null,
    source_id varchar not null,
    sku varchar,
    category varchar,
    location varchar,
    channel varchar,
    party varchar,
    reason varchar,
    charge_type varchar,
    brand varchar,
    customer_group varchar,
    currency_code varchar,
    order_account varchar,
    left_account_code varchar,
    period date not null
);
insert into close.journal_entries by name select * from close.journal_entries_before;
drop table close.journal_entries_before;

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
-- Extract: a received line's own total, where the 6 places of its price make other cents.
alter table core.receipt_lines add column cost_amount decimal(18,2);
-- Extract: refused rows say which document they are of.
alter table raw.rejected_rows add column document_number varchar;
-- Closing: goods leave the stock account that they stand on, also where no rule gives it any more.
alter table close.journal_entries add column left_account_code varchar;

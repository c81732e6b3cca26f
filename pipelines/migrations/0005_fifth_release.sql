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

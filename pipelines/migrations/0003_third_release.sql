-- Mappings: brand, customer group, currency and the account that somebody chose on an order's line, for rules.
alter table core.products add column brand varchar;
alter table core.sale_lines add column customer_group varchar;
alter table core.sale_lines add column currency_code varchar;
alter table core.sale_lines add column order_account varchar;
alter table core.receipt_lines add column order_account varchar;
alter table core.adjustment_lines add column order_account varchar;
alter table core.stock_moves add column customer_group varchar;
alter table core.stock_moves add column currency_code varchar;
alter table core.stock_moves add column order_account varchar;
alter table close.bookings add column brand varchar;
alter table close.bookings add column customer_group varchar;
alter table close.bookings add column currency_code varchar;
alter table close.bookings add column order_account varchar;
-- The month of an entry stays the last column. A table that holds rows takes no new `not null` in the transaction that
-- updates them, so the rows move into a new one.
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
    period date not null
);
insert into close.journal_entries by name select * from close.journal_entries_before;
drop table close.journal_entries_before;
-- Tie-out: stock on hand as the source states it, documents of others in Xero, and the documents behind each cause.
create table core.stock_on_hand (
    as_of date not null,
    sku varchar not null,
    location varchar not null,
    quantity decimal(18,4) not null,
    value decimal(18,2)
);
create table close.tie_out_accounts (
    period date not null,
    account_code varchar not null,
    account_role varchar not null,
    cut_off date not null,
    ledger_amount decimal(18,2) not null,
    xero_amount decimal(18,2) not null,
    explained_amount decimal(18,2) not null,
    unexplained_amount decimal(18,2) not null,
    materiality_amount decimal(18,2) not null,
    first_difference_on date
);
create table close.tie_out_documents (
    period date not null,
    account_code varchar not null,
    cause varchar not null,
    document_kind varchar not null,
    document_number varchar not null,
    document_date date,
    amount decimal(18,2) not null,
    xero_id varchar,
    note varchar not null
);
create table close.clearing_orders (
    period date not null,
    account_code varchar not null,
    order_number varchar not null,
    party varchar,
    opened_on date,
    age_days bigint,
    age_band varchar not null,
    charged_amount decimal(18,2) not null,
    cleared_amount decimal(18,2) not null,
    open_amount decimal(18,2) not null
);
create table close.stock_checks (
    period date not null,
    as_of date not null,
    sku varchar not null,
    location varchar not null,
    ledger_quantity decimal(18,4) not null,
    stated_quantity decimal(18,4) not null,
    quantity_difference decimal(18,4) not null,
    ledger_value decimal(18,2),
    stated_value decimal(18,2),
    value_difference decimal(18,2)
);
create table xero.document_lines (
    document_id varchar not null,
    line_number bigint not null,
    document_kind varchar not null,
    document_type varchar not null,
    document_number varchar,
    reference varchar,
    contact_name varchar,
    document_date date not null,
    document_status varchar not null,
    currency_code varchar,
    currency_rate decimal(24,6),
    account_code varchar,
    description varchar not null,
    foreign_amount decimal(18,2) not null,
    line_amount decimal(18,2) not null,
    updated_at timestamp with time zone
);
create table xero.reads (
    resource varchar not null,
    organisation_id varchar not null,
    from_date date not null,
    account_codes varchar not null,
    changed_until timestamp with time zone,
    refusal varchar
);
-- Reporting: what the analyst reads beside the journals.
create table close.roll_forward_lines (
    period date not null,
    entity varchar not null,
    account_code varchar not null,
    category varchar,
    step bigint not null,
    movement varchar not null,
    detail varchar not null,
    quantity decimal(18,4) not null,
    value_amount decimal(18,2) not null
);
create table close.margins (
    period date not null,
    category varchar,
    branch varchar,
    channel varchar,
    sku varchar not null,
    quantity decimal(18,4) not null,
    revenue_amount decimal(18,2) not null,
    cogs_amount decimal(18,2) not null,
    late_cost_amount decimal(18,2) not null
);
create table close.flux_lines (
    period date not null,
    comparison varchar not null,
    base_period date not null,
    category varchar,
    branch varchar,
    channel varchar,
    quantity decimal(18,4) not null,
    base_quantity decimal(18,4) not null,
    revenue_amount decimal(18,2) not null,
    base_revenue_amount decimal(18,2) not null,
    cogs_amount decimal(18,2) not null,
    base_cogs_amount decimal(18,2) not null,
    cogs_volume_amount decimal(18,2) not null,
    cogs_mix_amount decimal(18,2) not null,
    cogs_cost_amount decimal(18,2) not null,
    margin_price_amount decimal(18,2) not null,
    margin_volume_amount decimal(18,2) not null,
    margin_mix_amount decimal(18,2) not null,
    margin_cost_amount decimal(18,2) not null,
    asks_comment boolean not null
);
create table close.flux_comments (
    period date not null,
    comparison varchar not null,
    category varchar,
    branch varchar,
    channel varchar,
    comment_text varchar not null,
    commented_by varchar not null,
    login varchar not null,
    host varchar not null,
    commented_at timestamp with time zone not null
);
create table close.stock_ages (
    period date not null,
    account_code varchar not null,
    category varchar,
    age_band varchar not null,
    quantity decimal(18,4) not null,
    value_amount decimal(18,2) not null
);
create table close.goods_received_not_invoiced (
    period date not null,
    account_code varchar not null,
    receipt_line_id varchar not null,
    purchase_number varchar not null,
    supplier varchar,
    sku varchar not null,
    received_date date not null,
    age_days bigint not null,
    age_band varchar not null,
    quantity decimal(18,4) not null,
    value_amount decimal(18,2) not null
);
-- Extract: how far each input of an API was read, what is half read, the calls of a day, and what nobody documents.
create table control.watermarks (
    source_name varchar not null,
    input_name varchar not null,
    field_name varchar not null,
    watermark timestamp with time zone not null,
    run_id varchar not null
);
create table control.api_inputs (
    source_name varchar not null,
    input_name varchar not null,
    api_name varchar not null,
    resource varchar not null,
    server varchar not null,
    landed_version bigint not null,
    row_count bigint not null,
    read_at timestamp with time zone not null,
    swept_at timestamp with time zone
);
create table control.extract_reads (
    source_name varchar not null,
    input_name varchar not null,
    plan varchar not null,
    reads varchar not null,
    page_count bigint not null,
    row_count bigint not null,
    started_at timestamp with time zone not null
);
create table control.extract_keys (
    source_name varchar not null,
    input_name varchar not null,
    row_key varchar not null
);
create table control.api_calls (
    connection varchar not null,
    minute_at timestamp with time zone not null,
    call_count bigint not null
);
create table control.source_fields (
    source_name varchar not null,
    input_name varchar not null,
    field_path varchar not null,
    is_known boolean not null,
    is_spelled boolean not null,
    first_seen_at timestamp with time zone not null
);
create table control.source_values (
    source_name varchar not null,
    input_name varchar not null,
    field_path varchar not null,
    unknown_value varchar not null,
    first_key varchar not null,
    first_seen_at timestamp with time zone not null
);
-- Closing: what the journals of receipts, bills and charges of each month rest on, so that the next month looks at changes.
create table close.entry_digests (
    period date not null,
    topic varchar not null,
    bucket varchar not null,
    digest varchar
);
-- The source's own postings, and where they differ from the ledger by document.
create table core.source_postings (
    posting_id varchar not null,
    task_id varchar,
    document_number varchar,
    kind varchar not null,
    posted_date date not null,
    debit_account_code varchar,
    credit_account_code varchar,
    posted_amount decimal(18,2) not null,
    description varchar
);
create table close.posting_differences (
    period date not null,
    kind varchar not null,
    document_number varchar not null,
    posted_on date,
    ledger_amount decimal(18,2) not null,
    posted_amount decimal(18,2) not null,
    difference_amount decimal(18,2) not null,
    cause varchar not null
);
-- Plans: what they change line by line, and why.
create table post.plan_lines (
    plan_hash varchar not null,
    line_number bigint not null,
    position bigint not null,
    tag varchar not null,
    account_code varchar not null,
    tracking varchar not null,
    description varchar not null,
    old_amount decimal(18,2) not null,
    new_amount decimal(18,2) not null,
    why varchar not null
);
-- Sign-offs: who signed a month, and the source rows that it rests on.
create table post.sign_offs (
    sign_off bigint not null,
    period date not null,
    cut_off date not null,
    signed_by varchar not null,
    login varchar not null,
    host varchar not null,
    signed_at timestamp with time zone not null,
    plan_hash varchar not null,
    row_count bigint not null,
    inputs_hash varchar not null,
    mappings_hash varchar not null,
    code_hash varchar not null,
    cogs_amount decimal(18,2) not null,
    stock_amount decimal(18,2) not null
);
create table post.signed_rows (
    sign_off bigint not null,
    core_table varchar not null,
    row_key varchar not null,
    counts_from date not null,
    row_digest varchar,
    row_json varchar
);
-- Posting: what the journals were made of, so that a later plan says why a line changes.
create table post.posted_sources (
    tag varchar not null,
    role varchar not null,
    account_code varchar not null,
    description varchar not null,
    source_table varchar not null,
    source_id varchar not null,
    source_amount decimal(18,2) not null,
    document_number varchar,
    sku varchar,
    tracking varchar not null
);
create table post.posted_inputs (
    plan_hash varchar not null,
    frozen_as bigint not null,
    day date not null,
    frozen_at timestamp with time zone not null,
    mappings_hash varchar not null,
    code_hash varchar not null
);

-- Document sync: what the source knows of trade documents, what Xero should hold of them, and what it holds.
create schema sync;
create table core.contacts (
    contact_id varchar not null,
    kind varchar not null,
    contact_name varchar not null,
    contact_number varchar,
    tax_number varchar,
    accounts_email varchar,
    email varchar,
    first_name varchar,
    last_name varchar,
    phone varchar,
    currency_code varchar,
    payment_terms varchar,
    xero_contact_id varchar,
    is_active boolean not null
);
create table core.trade_documents (
    document_id varchar not null,
    kind varchar not null,
    document_number varchar,
    order_number varchar not null,
    supplier_reference varchar,
    contact_id varchar,
    contact_name varchar,
    document_date date,
    due_date date,
    payment_terms varchar,
    currency_code varchar,
    currency_rate decimal(18,8),
    tax_mode varchar not null,
    status varchar not null,
    accounting_status varchar,
    location varchar,
    channel varchar,
    original_document_id varchar,
    total_amount decimal(18,2),
    moved_date date
);
create table core.trade_lines (
    line_id varchar not null,
    document_id varchar not null,
    position bigint not null,
    kind varchar not null,
    sku varchar,
    description varchar,
    quantity decimal(18,4) not null,
    unit_price decimal(18,6) not null,
    discount_amount decimal(18,2) not null,
    line_amount decimal(18,2) not null,
    tax_amount decimal(18,2),
    tax_rate decimal(18,8),
    tax_name varchar,
    order_account varchar
);
create table core.payments (
    payment_id varchar not null,
    document_id varchar,
    order_number varchar,
    kind varchar not null,
    paid_on date not null,
    amount decimal(18,2) not null,
    currency_rate decimal(18,8),
    method varchar,
    reference varchar,
    is_from_accounting boolean not null
);
create table sync.contacts (
    contact_key varchar not null,
    contact_name varchar not null,
    contact_number varchar not null,
    email varchar,
    tax_number varchar,
    first_name varchar,
    last_name varchar,
    phone varchar,
    xero_contact_id varchar,
    matched_by varchar,
    candidate_count bigint not null,
    candidates varchar
);
create table sync.documents (
    document_key varchar not null,
    kind varchar not null,
    xero_number varchar not null,
    reference varchar,
    contact_key varchar,
    document_date date not null,
    due_date date,
    currency_code varchar not null,
    currency_rate decimal(18,8),
    tax_mode varchar not null,
    wanted_status varchar not null,
    net_amount decimal(18,2) not null,
    tax_amount decimal(18,2) not null,
    total_amount decimal(18,2) not null,
    source_total_amount decimal(18,2),
    order_count bigint not null,
    channel varchar,
    location varchar,
    source_document_id varchar,
    original_document_key varchar
);
create table sync.lines (
    document_key varchar not null,
    line_number bigint not null,
    line_kind varchar not null,
    description varchar not null,
    item_code varchar,
    quantity decimal(18,4) not null,
    unit_price decimal(18,6) not null,
    line_amount decimal(18,2) not null,
    tax_amount decimal(18,2) not null,
    account_code varchar not null,
    tax_type varchar not null,
    tracking varchar
);
create table sync.line_sources (
    document_key varchar not null,
    line_number bigint not null,
    source_document_id varchar not null,
    source_line_id varchar,
    line_amount decimal(18,2) not null,
    tax_amount decimal(18,2) not null
);
create table sync.payments (
    payment_key varchar not null,
    document_key varchar not null,
    reference varchar not null,
    paid_on date not null,
    amount decimal(18,2) not null,
    currency_rate decimal(18,8),
    account_code varchar not null
);
create table sync.allocations (
    allocation_key varchar not null,
    credit_key varchar not null,
    invoice_key varchar not null,
    allocated_on date not null,
    amount decimal(18,2) not null
);
create table sync.errors (
    document_key varchar not null,
    kind varchar not null,
    document_number varchar,
    error_code varchar not null,
    reason varchar not null,
    next_step varchar not null,
    owner varchar,
    amount decimal(18,2),
    currency_code varchar,
    document_date date,
    first_seen_at timestamp with time zone not null,
    skip_reason varchar,
    skipped_until date
);
create table post.synced_documents (
    document_key varchar not null,
    kind varchar not null,
    xero_id varchar not null,
    xero_number varchar,
    xero_status varchar not null,
    content_hash varchar not null,
    shown_hash varchar,
    content_json varchar not null,
    document_date date,
    currency_code varchar,
    total_amount decimal(18,2),
    paid_amount decimal(18,2),
    credited_amount decimal(18,2),
    due_amount decimal(18,2),
    plan_hash varchar not null,
    posted_at timestamp with time zone not null,
    seen_at timestamp with time zone not null,
    ended_at timestamp with time zone
);
-- Extract: documents that do not count though goods moved, charges on transfers and jobs, shares of disassemblies.
create table core.uncounted_lines (
    line_id varchar not null,
    document_kind varchar not null,
    document_number varchar not null,
    sku varchar not null,
    quantity decimal(18,4) not null,
    moved_date date not null,
    reason varchar not null
);
alter table core.charges add column spread_by varchar;
alter table core.sale_lines add column lot varchar;
alter table core.transfer_lines add column unit_cost decimal(18,6);
alter table core.transfer_lines add column lot varchar;
alter table core.production_lines add column cost_share decimal(28,6);
alter table core.production_lines add column lot varchar;
alter table close.left_out add column goods_amount decimal(18,2);
-- Sign-offs: who set one aside, so that its month can be posted again, and the name that a plan's preparer gave.
create table post.reopenings (
    sign_off bigint not null,
    period date not null,
    reopened_for date not null,
    reason varchar not null,
    reopened_by varchar not null,
    login varchar not null,
    host varchar not null,
    reopened_at timestamp with time zone not null
);
alter table post.plans add column preparer_name varchar;
-- Document sync: what Xero shows of contacts, items and documents, the plan of documents, and what was compared.
create table sync.items (
    item_key varchar not null,
    item_code varchar not null,
    item_name varchar,
    sales_account_code varchar,
    purchase_account_code varchar
);
create table sync.totals (
    tie_out varchar not null,
    name varchar not null,
    tax_mode varchar,
    currency_code varchar not null,
    document_count bigint not null,
    net_amount decimal(18,2) not null,
    tax_amount decimal(18,2) not null,
    total_amount decimal(18,2) not null,
    xero_amount decimal(18,2) not null,
    difference_amount decimal(18,2) not null,
    examples varchar
);
create table post.planned_sync (
    plan_hash varchar not null,
    position bigint not null,
    document_key varchar not null,
    kind varchar not null,
    action varchar not null,
    xero_number varchar,
    document_date date,
    currency_code varchar,
    total_amount decimal(18,2),
    old_total_amount decimal(18,2),
    content_hash varchar,
    before_hash varchar,
    error_code varchar,
    reason varchar not null,
    next_step varchar
);
create table xero.contacts (
    contact_id varchar not null,
    contact_name varchar not null,
    contact_number varchar,
    account_number varchar,
    tax_number varchar,
    email varchar,
    first_name varchar,
    last_name varchar,
    contact_status varchar not null,
    merged_to_contact_id varchar,
    is_customer boolean not null,
    is_supplier boolean not null,
    receivable_amount decimal(18,2),
    payable_amount decimal(18,2),
    updated_at timestamp with time zone
);
create table xero.items (
    item_id varchar not null,
    item_code varchar not null,
    item_name varchar,
    sales_account_code varchar,
    purchase_account_code varchar,
    is_tracked boolean not null
);
create table xero.currencies (
    currency_code varchar not null,
    description varchar
);
create table xero.payment_terms (
    side varchar not null,
    day bigint not null,
    term_type varchar not null
);
create table xero.trade_documents (
    document_id varchar not null,
    resource varchar not null,
    document_type varchar not null,
    document_number varchar,
    reference varchar,
    contact_id varchar,
    document_date date not null,
    document_status varchar not null,
    currency_code varchar,
    currency_rate decimal(24,6) not null,
    net_amount decimal(18,2) not null,
    tax_amount decimal(18,2) not null,
    total_amount decimal(18,2) not null,
    paid_amount decimal(18,2) not null,
    credited_amount decimal(18,2) not null,
    due_amount decimal(18,2) not null,
    shown_hash varchar not null,
    line_ids varchar not null,
    updated_at timestamp with time zone
);
create table xero.payments (
    payment_id varchar not null,
    document_id varchar,
    payment_type varchar,
    paid_on date not null,
    amount decimal(18,2) not null,
    currency_rate decimal(24,6),
    account_code varchar,
    reference varchar,
    payment_status varchar not null,
    is_reconciled boolean not null,
    updated_at timestamp with time zone
);
create table xero.allocations (
    allocation_id varchar not null,
    credit_id varchar not null,
    invoice_id varchar not null,
    allocated_on date,
    amount decimal(18,2) not null
);
alter table post.plans alter column period drop not null;
alter table post.outbox add column resource varchar;
-- Document sync: what stands on the deposit accounts at each month's end.
create table sync.deposit_roll_forward (
    kind varchar not null,
    currency_code varchar not null,
    month date not null,
    opening_amount decimal(18,2) not null,
    taken_amount decimal(18,2) not null,
    reversed_amount decimal(18,2) not null,
    closing_amount decimal(18,2) not null
);
-- Document sync: errors that somebody set aside, and payments of the accounts that were written into the source.
create table post.sync_skips (
    document_key varchar not null,
    error_code varchar not null,
    reason varchar not null,
    skipped_until date not null,
    skipped_by varchar not null,
    login varchar not null,
    host varchar not null,
    skipped_at timestamp with time zone not null
);
create table post.source_payments (
    xero_payment_id varchar not null,
    document_id varchar not null,
    paid_on date not null,
    amount decimal(18,2) not null,
    resource varchar not null,
    body varchar not null,
    state varchar not null,
    source_payment_id varchar,
    reason varchar,
    first_sent_at timestamp with time zone not null,
    settled_at timestamp with time zone
);
-- How far back a pool was valued for a state: which of its earlier states a late change has overtaken.
alter table close.checkpoint_pools add column valued_from date;
-- Document sync: what Xero says of payments and balances, read back.
create table core.accounting_payments (
    xero_payment_id varchar not null,
    document_id varchar not null,
    kind varchar not null,
    paid_on date not null,
    amount decimal(18,2) not null,
    currency_rate decimal(18,8),
    account_code varchar,
    reference varchar
);
create table core.document_balances (
    document_id varchar not null,
    xero_number varchar,
    xero_status varchar not null,
    currency_code varchar,
    total_amount decimal(18,2) not null,
    paid_amount decimal(18,2) not null,
    credited_amount decimal(18,2) not null,
    due_amount decimal(18,2) not null
);
create table core.contact_balances (
    contact_id varchar not null,
    receivable_amount decimal(18,2),
    payable_amount decimal(18,2)
);
-- Opening stock by batch or serial number, for closes by specific cost.
alter table core.opening_stock add column lot varchar;

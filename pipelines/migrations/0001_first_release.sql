-- Layout of release 0.1.0: every schema and table of the design's layers.
-- Grain and meaning of tables and columns: the models in schemas/, written as comments after each migration.
-- A release that is out never changes this file: a new layout is a new migration.

create schema raw;
create schema core;
create schema close;
create schema post;
create schema xero;
create schema control;

-- raw and control (pipelines/warehouse, pipelines/runs, pipelines/extract)

create table raw.rejected_rows (
    run_id varchar not null,
    source_name varchar not null,
    core_table varchar not null,
    source_key varchar not null,
    rule varchar not null,
    column_name varchar,
    value varchar
);

create table control.schema_version (
    version bigint not null,
    migration_name varchar not null,
    applied_at timestamp with time zone not null,
    code_version varchar not null
);

create table control.runs (
    run_id varchar not null,
    command varchar not null,
    period date,
    started_at timestamp with time zone not null,
    finished_at timestamp with time zone,
    status varchar not null,
    exit_code bigint,
    message varchar,
    code_version varchar not null,
    host varchar not null,
    process_id bigint not null
);

create table control.loads (
    source_name varchar not null,
    input_name varchar,
    run_id varchar not null,
    content_hash varchar not null,
    row_count bigint not null,
    loaded_at timestamp with time zone not null
);

create table control.core_tables (
    core_table varchar not null,
    source_name varchar not null,
    run_id varchar not null,
    is_given boolean not null,
    row_count bigint not null,
    rejected_count bigint not null,
    null_columns varchar,
    rounded_columns varchar,
    filled_at timestamp with time zone not null
);

-- core: filled from a source's YAML (pipelines/extract)

create table core.products (
    sku varchar not null,
    product_name varchar,
    category varchar,
    is_stocked boolean not null,
    weight decimal(18,4),
    volume decimal(18,4)
);

create table core.sale_lines (
    sale_line_id varchar not null,
    sale_id varchar not null,
    sale_number varchar not null,
    kind varchar not null,
    sku varchar not null,
    ordered_quantity decimal(18,4) not null,
    moved_quantity decimal(18,4) not null,
    invoice_date date,
    moved_date date,
    status varchar not null,
    accounting_status varchar,
    location varchar not null,
    channel varchar,
    customer varchar,
    revenue_amount decimal(18,2),
    returned_sale_line_id varchar,
    known_on date
);

create table core.receipt_lines (
    receipt_line_id varchar not null,
    purchase_id varchar not null,
    purchase_number varchar not null,
    kind varchar not null,
    supplier varchar,
    sku varchar not null,
    quantity decimal(18,4) not null,
    received_date date,
    currency_code varchar,
    unit_price decimal(18,6),
    currency_rate decimal(18,8),
    location varchar not null,
    lot varchar,
    returned_receipt_line_id varchar,
    known_on date
);

create table core.bill_lines (
    bill_line_id varchar not null,
    bill_number varchar not null,
    purchase_id varchar not null,
    receipt_line_id varchar not null,
    supplier varchar,
    bill_date date not null,
    currency_code varchar,
    line_amount decimal(18,2) not null,
    currency_rate decimal(18,8)
);

create table core.charges (
    charge_id varchar not null,
    purchase_id varchar not null,
    purchase_number varchar not null,
    charge_type varchar not null,
    charge_amount decimal(28,6) not null,
    charge_date date not null,
    batch varchar,
    supplier varchar
);

create table core.adjustment_lines (
    adjustment_line_id varchar not null,
    adjustment_id varchar not null,
    adjustment_number varchar not null,
    adjustment_date date not null,
    sku varchar not null,
    location varchar not null,
    quantity decimal(18,4) not null,
    unit_cost decimal(18,6),
    reason varchar,
    lot varchar,
    known_on date
);

create table core.transfer_lines (
    transfer_line_id varchar not null,
    transfer_id varchar not null,
    transfer_number varchar not null,
    sku varchar not null,
    quantity decimal(18,4) not null,
    from_location varchar not null,
    to_location varchar not null,
    dispatched_date date,
    received_date date
);

create table core.production_lines (
    production_line_id varchar not null,
    production_id varchar not null,
    production_number varchar not null,
    kind varchar not null,
    sku varchar not null,
    location varchar not null,
    quantity decimal(18,4) not null,
    produced_date date,
    unit_cost decimal(18,6)
);

create table core.opening_stock (
    opening_id varchar not null,
    sku varchar not null,
    location varchar not null,
    opening_date date not null,
    quantity decimal(18,4) not null,
    unit_cost decimal(18,6) not null
);

create table core.currency_rates (
    currency_code varchar not null,
    rate_date date not null,
    currency_rate decimal(18,8) not null
);

-- core and close: computed by a close (transforms/)

create table core.stock_moves (
    move_id varchar not null,
    kind varchar not null,
    sku varchar not null,
    location varchar,
    lot varchar,
    moved_on date not null,
    known_on date,
    recognised_on date,
    sequence bigint,
    quantity decimal(18,4) not null,
    unit_cost decimal(18,6),
    amount decimal(28,6),
    source_move_id varchar,
    cost_share decimal(28,6),
    document_kind varchar not null,
    document_id varchar not null,
    document_number varchar not null,
    source_line_id varchar not null,
    channel varchar,
    party varchar,
    reason varchar,
    charge_type varchar
);

create table close.landed_cost_allocations (
    charge_id varchar not null,
    receipt_line_id varchar not null,
    sku varchar not null,
    is_stocked boolean not null,
    basis varchar not null,
    basis_amount decimal(28,6) not null,
    allocated_amount decimal(28,6) not null
);

create table close.bookings (
    period date not null,
    move_id varchar not null,
    kind varchar not null,
    sku varchar not null,
    category varchar,
    location varchar,
    moved_on date not null,
    recognised_on date,
    document_kind varchar not null,
    document_id varchar not null,
    document_number varchar not null,
    source_line_id varchar not null,
    channel varchar,
    party varchar,
    reason varchar,
    charge_type varchar,
    stock_account_code varchar,
    moved_quantity decimal(18,4) not null,
    cost_amount decimal(18,2) not null,
    recognised_amount decimal(18,2) not null,
    is_late boolean not null,
    is_late_recognition boolean not null,
    unit_cost_applied decimal(18,6),
    is_provisional boolean not null
);

create table close.journals (
    period date not null,
    journal_key varchar not null,
    journal_kind varchar not null,
    journal_date date not null,
    narration_text varchar not null,
    debit_amount decimal(18,2) not null,
    line_count bigint not null
);

create table close.journal_lines (
    period date not null,
    journal_key varchar not null,
    line_number bigint not null,
    role varchar not null,
    account_code varchar not null,
    tax_type varchar,
    tracking_category_1 varchar,
    tracking_option_1 varchar,
    tracking_category_2 varchar,
    tracking_option_2 varchar,
    description varchar not null,
    line_amount decimal(18,2) not null,
    source_count bigint not null
);

create table close.journal_line_sources (
    period date not null,
    journal_key varchar not null,
    line_number bigint not null,
    role varchar not null,
    source_table varchar not null,
    source_id varchar not null,
    source_amount decimal(18,2) not null
);

create table close.roll_forward (
    period date not null,
    account_code varchar not null,
    sku varchar not null,
    location varchar,
    opening_quantity decimal(18,4) not null,
    opening_value decimal(18,2) not null,
    receipts_quantity decimal(18,4) not null,
    receipts_value decimal(18,2) not null,
    landed_cost_value decimal(18,2) not null,
    production_quantity decimal(18,4) not null,
    production_value decimal(18,2) not null,
    transfers_quantity decimal(18,4) not null,
    transfers_value decimal(18,2) not null,
    adjustments_quantity decimal(18,4) not null,
    adjustments_value decimal(18,2) not null,
    sales_quantity decimal(18,4) not null,
    sales_value decimal(18,2) not null,
    returns_quantity decimal(18,4) not null,
    returns_value decimal(18,2) not null,
    late_cost_value decimal(18,2) not null,
    closing_quantity decimal(18,4) not null,
    closing_value decimal(18,2) not null
);

create table close.exceptions (
    period date not null,
    exception_kind varchar not null,
    source_table varchar not null,
    source_id varchar not null,
    document_number varchar,
    sku varchar,
    subject varchar not null,
    quantity decimal(18,4),
    amount decimal(18,2),
    is_blocking boolean not null,
    correction_id varchar
);

create table close.left_out (
    period date not null,
    move_id varchar not null,
    category varchar not null,
    reason varchar not null,
    document_number varchar not null,
    sku varchar not null,
    moved_on date,
    invoice_date date,
    quantity decimal(18,4) not null,
    cost_amount decimal(18,2) not null,
    revenue_amount decimal(18,2)
);

create table close.tie_outs (
    period date not null,
    account_code varchar not null,
    step bigint not null,
    cause varchar not null,
    description varchar not null,
    amount decimal(18,2) not null,
    document_count bigint not null
);

-- post: plans, approvals, outbox, what Xero holds from us (pipelines/load)

create table post.documents (
    tag varchar not null,
    journal_key varchar not null,
    version bigint not null,
    period date not null,
    journal_date date not null,
    manual_journal_id varchar not null,
    status varchar not null,
    narration varchar not null,
    content_hash varchar not null,
    debit_amount decimal(18,2) not null,
    plan_hash varchar not null,
    posted_at timestamp with time zone not null,
    ended_by_plan varchar,
    ended_at timestamp with time zone
);

create table post.plans (
    plan_hash varchar not null,
    period date not null,
    to_date date,
    status varchar not null,
    created_at timestamp with time zone not null,
    planned_at timestamp with time zone not null,
    prepared_by varchar not null,
    prepared_on varchar not null,
    new_count bigint not null,
    replaced_count bigint not null,
    voided_count bigint not null,
    unchanged_count bigint not null,
    blocked_count bigint not null,
    canonical_json varchar not null
);

create table post.plan_documents (
    plan_hash varchar not null,
    position bigint not null,
    journal_key varchar not null,
    journal_kind varchar,
    action varchar not null,
    tag varchar,
    old_tag varchar,
    journal_date date not null,
    old_journal_date date,
    debit_amount decimal(18,2),
    old_debit_amount decimal(18,2),
    reason varchar not null,
    blocked_by varchar
);

create table post.approvals (
    plan_hash varchar not null,
    approved_by varchar not null,
    login varchar not null,
    host varchar not null,
    approved_at timestamp with time zone not null
);

create table post.outbox (
    plan_hash varchar not null,
    action varchar not null,
    tag varchar not null,
    position bigint not null,
    manual_journal_id varchar,
    narration varchar not null,
    content_hash varchar not null,
    body varchar not null,
    state varchar not null,
    attempts bigint not null,
    idempotency_key varchar,
    first_sent_at timestamp with time zone,
    answered_at timestamp with time zone,
    reason varchar
);

create table post.requests (
    idempotency_key varchar not null,
    plan_hash varchar not null,
    action varchar not null,
    path varchar not null,
    body varchar not null,
    first_sent_at timestamp with time zone not null,
    answered_at timestamp with time zone,
    outcome varchar
);

-- xero: mirrored (pipelines/load)

create table xero.organisation (
    organisation_id varchar not null,
    name varchar not null,
    base_currency varchar not null,
    country_code varchar,
    time_zone varchar,
    period_lock_date date,
    end_of_year_lock_date date,
    mirrored_at timestamp with time zone not null
);

create table xero.accounts (
    account_id varchar not null,
    account_code varchar,
    account_name varchar not null,
    account_type varchar not null,
    account_class varchar,
    tax_type varchar,
    account_status varchar not null,
    system_account varchar
);

create table xero.tax_rates (
    tax_type varchar not null,
    tax_name varchar not null,
    tax_status varchar not null,
    effective_rate decimal(18,8),
    can_apply_to_assets boolean not null,
    can_apply_to_equity boolean not null,
    can_apply_to_expenses boolean not null,
    can_apply_to_liabilities boolean not null,
    can_apply_to_revenue boolean not null
);

create table xero.tracking_options (
    tracking_category_id varchar not null,
    tracking_category varchar not null,
    category_status varchar not null,
    tracking_option_id varchar,
    tracking_option varchar,
    option_status varchar
);

create table xero.trial_balance (
    balance_date date not null,
    account_id varchar not null,
    account_code varchar,
    account_name varchar not null,
    debit_amount decimal(18,2) not null,
    credit_amount decimal(18,2) not null,
    ytd_debit_amount decimal(18,2) not null,
    ytd_credit_amount decimal(18,2) not null,
    balance_amount decimal(18,2) not null
);

create table xero.manual_journals (
    manual_journal_id varchar not null,
    tag varchar not null,
    narration varchar not null,
    journal_date date not null,
    journal_status varchar not null,
    content_hash varchar not null,
    debit_amount decimal(18,2) not null,
    line_count bigint not null,
    updated_at timestamp with time zone
);

-- Posting: what Xero showed of each journal, changes that leave the old journal standing, and journals of others.
alter table post.documents add column journal_kind varchar;
alter table post.documents add column material_hash varchar;
alter table post.documents add column content_json varchar;
alter table post.plans add column reversed_count bigint default 0;
alter table post.plans alter column reversed_count set not null;
alter table post.plans alter column reversed_count drop default;
alter table post.plans add column corrected_count bigint default 0;
alter table post.plans alter column corrected_count set not null;
alter table post.plans alter column corrected_count drop default;
-- The mirror is read again as a whole: what it holds of others' journals would otherwise begin in mid-year.
delete from xero.manual_journals;
alter table xero.manual_journals add column material_hash varchar;
alter table xero.manual_journals alter column material_hash set not null;
alter table xero.manual_journals add column content_json varchar;
alter table xero.manual_journals alter column content_json set not null;
create table xero.foreign_journal_lines (
    manual_journal_id varchar not null,
    line_number bigint not null,
    narration varchar not null,
    journal_date date not null,
    journal_status varchar not null,
    account_code varchar,
    description varchar not null,
    line_amount decimal(18,2) not null,
    updated_at timestamp with time zone
);
-- Costing: closing layers as checkpoints, what each move costs now, and digests of the rows that moves were made of.
create table close.valued_moves (
    move_id varchar not null,
    sku varchar not null,
    moved_on date not null,
    cost_amount decimal(18,2) not null,
    unit_cost_applied decimal(18,6),
    provisional_amount decimal(18,2),
    is_provisional boolean not null,
    cogs_amount decimal(18,2) not null,
    exact_cost varchar
);
create table close.checkpoints (
    checkpoint bigint not null,
    period date not null,
    version bigint not null,
    cut_off date not null,
    state_day date not null,
    horizon date not null,
    costing_method varchar not null,
    cost_pool varchar not null,
    late_cost varchar not null,
    prospective_share varchar not null,
    purchase_return varchar not null,
    costing_version bigint not null,
    is_rebuilt boolean not null
);
create table close.checkpoint_pools (
    checkpoint bigint not null,
    sku varchar not null,
    location varchar not null,
    lot varchar not null,
    quantity decimal(18,4) not null,
    stock_value decimal(18,2) not null,
    is_resumable boolean not null,
    average_cost varchar,
    last_unit_cost varchar,
    brought_cost varchar not null,
    issued_cost varchar not null,
    charged_cost varchar not null
);
create table close.checkpoint_layers (
    checkpoint bigint not null,
    sku varchar not null,
    location varchar not null,
    lot varchar not null,
    layer_number bigint not null,
    origin_move_id varchar not null,
    quantity decimal(18,4) not null,
    layer_cost varchar not null
);
create table close.pool_checkpoints (
    sku varchar not null,
    location varchar not null,
    lot varchar not null,
    checkpoint bigint not null,
    is_resumable boolean not null,
    component bigint not null
);
create table close.source_digests (
    core_table varchar not null,
    bucket varchar not null,
    row_count bigint not null,
    digest varchar
);
-- Mappings: the entries of a month before accounts are known, so that it can be mapped again.
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
    period date not null
);

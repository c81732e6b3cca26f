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

-- Extract: a received line's own total, where the 6 places of its price make other cents.
alter table core.receipt_lines add column cost_amount decimal(18,2);
-- Extract: refused rows say which document they are of.
alter table raw.rejected_rows add column document_number varchar;

"""Which model describes which DuckDB table; the dictionary, the comments and the warehouse read this list."""

import pandera.polars as pa

from schemas import (
    checkpoints,
    closing,
    control,
    documents,
    journals,
    posting,
    postings,
    reporting,
    stock,
    stock_counts,
    sync,
    trade,
    xero,
    xero_documents,
    xero_trade,
)

SOURCE_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "core.products": documents.Products,
    "core.sale_lines": documents.SaleLines,
    "core.receipt_lines": documents.ReceiptLines,
    "core.bill_lines": documents.BillLines,
    "core.charges": documents.Charges,
    "core.adjustment_lines": documents.AdjustmentLines,
    "core.transfer_lines": documents.TransferLines,
    "core.production_lines": documents.ProductionLines,
    "core.uncounted_lines": documents.UncountedLines,
    "core.opening_stock": documents.OpeningStock,
    "core.currency_rates": documents.CurrencyRates,
    "core.stock_on_hand": stock_counts.StockOnHand,
    "core.source_postings": postings.SourcePostings,
    "core.contacts": trade.Contacts,
    "core.trade_documents": trade.TradeDocuments,
    "core.trade_lines": trade.TradeLines,
    "core.payments": trade.Payments,
}
"""Filled from a source's YAML."""

TRADE_TABLES = ("core.contacts", "core.trade_documents", "core.trade_lines", "core.payments")
"""Those that only the document sync reads: a month's close does not wait for their rows."""

CLOSE_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "core.stock_moves": stock.StockMoves,
    "close.landed_cost_allocations": stock.LandedCostAllocations,
    "close.valued_moves": stock.MoveCosts,
    "close.checkpoints": checkpoints.Checkpoints,
    "close.checkpoint_pools": checkpoints.CheckpointPools,
    "close.checkpoint_layers": checkpoints.CheckpointLayers,
    "close.pool_checkpoints": checkpoints.PoolCheckpoints,
    "close.source_digests": checkpoints.SourceDigests,
    "close.source_marks": checkpoints.SourceMarks,
    "close.source_days": checkpoints.SourceDays,
    "close.charged_lines": checkpoints.ChargedLines,
    "close.booked_places": checkpoints.BookedPlaces,
    "close.entry_digests": checkpoints.EntryDigests,
    "close.bookings": stock.Bookings,
    "close.journals": journals.Journals,
    "close.journal_entries": journals.KeptEntries,
    "close.journal_lines": journals.JournalLines,
    "close.journal_line_sources": journals.JournalLineSources,
    "close.roll_forward": stock.RollForward,
    "close.exceptions": closing.CloseExceptions,
    "close.left_out": closing.LeftOut,
    "close.posting_differences": postings.PostingDifferences,
    "close.tie_outs": closing.TieOuts,
    "close.roll_forward_lines": reporting.RollForwardLines,
    "close.margins": reporting.Margins,
    "close.flux_lines": reporting.FluxLines,
    "close.flux_comments": reporting.FluxComments,
    "close.stock_ages": reporting.StockAges,
    "close.goods_received_not_invoiced": reporting.GoodsReceivedNotInvoiced,
    "close.tie_out_accounts": closing.TieOutAccounts,
    "close.tie_out_documents": closing.TieOutDocuments,
    "close.clearing_orders": closing.ClearingOrders,
    "close.stock_checks": stock_counts.StockChecks,
}
"""Computed by a close."""

POST_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "post.documents": posting.PostedDocuments,
    "post.plans": posting.Plans,
    "post.plan_documents": posting.PlanDocuments,
    "post.plan_lines": posting.PlanLines,
    "post.approvals": posting.Approvals,
    "post.posted_sources": posting.PostedSources,
    "post.posted_inputs": posting.PostedInputs,
    "post.sign_offs": posting.SignOffs,
    "post.signed_rows": posting.SignedRows,
    "post.reopenings": posting.Reopenings,
    "post.outbox": posting.OutboxDocuments,
    "post.requests": posting.OutboxRequests,
    "post.synced_documents": sync.SyncedDocuments,
    "post.sync_skips": sync.SyncSkips,
    "post.source_payments": sync.SourcePayments,
    "post.planned_sync": sync.PlannedSync,
}
"""What was planned, approved and sent."""

ACCOUNTING_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "core.accounting_payments": trade.AccountingPayments,
    "core.document_balances": trade.DocumentBalances,
    "core.contact_balances": trade.ContactBalances,
}
"""Read back from the accounts."""

SYNC_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "sync.contacts": sync.SyncContacts,
    "sync.documents": sync.SyncDocuments,
    "sync.lines": sync.SyncLines,
    "sync.line_sources": sync.SyncLineSources,
    "sync.payments": sync.SyncPayments,
    "sync.allocations": sync.SyncAllocations,
    "sync.errors": sync.SyncErrors,
    "sync.deposit_roll_forward": sync.DepositRollForward,
    "sync.items": sync.SyncItems,
    "sync.totals": sync.SyncTotals,
}
"""What Xero should hold of the source's trade documents."""

XERO_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "xero.organisation": xero.XeroOrganisations,
    "xero.accounts": xero.XeroAccounts,
    "xero.tax_rates": xero.XeroTaxRates,
    "xero.tracking_options": xero.XeroTrackingOptions,
    "xero.trial_balance": xero.XeroTrialBalances,
    "xero.manual_journals": xero.XeroManualJournals,
    "xero.foreign_journal_lines": xero.XeroForeignJournalLines,
    "xero.document_lines": xero_documents.XeroDocumentLines,
    "xero.reads": xero_documents.XeroReads,
    "xero.contacts": xero_trade.XeroContacts,
    "xero.items": xero_trade.XeroItems,
    "xero.currencies": xero_trade.XeroCurrencies,
    "xero.payment_terms": xero_trade.XeroPaymentTerms,
    "xero.trade_documents": xero_trade.XeroTradeDocuments,
    "xero.payments": xero_trade.XeroPayments,
    "xero.allocations": xero_trade.XeroAllocations,
}
"""Mirrored from Xero."""

CONTROL_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "raw.rejected_rows": control.RejectedRows,
    "control.schema_version": control.SchemaVersions,
    "control.runs": control.Runs,
    "control.loads": control.Loads,
    "control.core_tables": control.CoreTables,
    "control.watermarks": control.Watermarks,
    "control.api_inputs": control.ApiInputs,
    "control.extract_reads": control.ExtractReads,
    "control.extract_keys": control.ExtractKeys,
    "control.api_calls": control.ApiCalls,
    "control.source_fields": control.SourceFields,
    "control.source_values": control.SourceValues,
}
"""What the warehouse knows about itself."""

TABLES: dict[str, type[pa.DataFrameModel]] = {
    **SOURCE_TABLES,
    **CLOSE_TABLES,
    **POST_TABLES,
    **ACCOUNTING_TABLES,
    **SYNC_TABLES,
    **XERO_TABLES,
    **CONTROL_TABLES,
}

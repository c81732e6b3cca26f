"""What the sync is computed from, as one bundle of frames."""

from dataclasses import dataclass

import polars as pl

from schemas.dtypes import INSTANT
from schemas.frames import dtypes_of
from schemas.sync import SyncErrors


@dataclass(frozen=True)
class SyncInputs:
    """The source's trade documents, what Xero has, and what was sent before."""

    contacts: pl.DataFrame
    """Contacts of the source."""
    documents: pl.DataFrame
    """TradeDocuments."""
    lines: pl.DataFrame
    """TradeLines."""
    payments: pl.DataFrame
    """Payments."""
    products: pl.DataFrame
    """Products."""
    rates: pl.DataFrame
    """CurrencyRates."""
    xero_contacts: pl.DataFrame
    """XeroContacts."""
    xero_accounts: pl.DataFrame
    """XeroAccounts."""
    xero_tax_rates: pl.DataFrame
    """XeroTaxRates."""
    xero_currencies: pl.DataFrame
    """XeroCurrencies; no rows: they were not read, and nothing is compared."""
    xero_items: pl.DataFrame
    """XeroItems."""
    synced: pl.DataFrame
    """SyncedDocuments."""
    rejected: pl.DataFrame
    """RejectedRows of the trade tables."""

    def synced_keys(self) -> pl.DataFrame:
        """`document_key` of everything that stands in Xero and was not voided there."""
        gone = pl.col("xero_status").is_in(["VOIDED", "DELETED"])
        return self.synced.filter(~gone).select("document_key").unique()


def no_errors() -> pl.DataFrame:
    """An empty list of complaints: the columns of SyncErrors that a computation knows."""
    return pl.DataFrame(schema={**dtypes_of(SyncErrors), "first_seen_at": INSTANT}).drop(
        "first_seen_at", "skip_reason", "skipped_until", "owner"
    )

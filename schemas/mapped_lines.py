"""Journal lines beside the mapping tables and Xero's chart: the model that no line may break on its way to a plan."""

import pandera.polars as pa
import polars as pl

from schemas.journals import JournalLines

ACCOUNT_UNMAPPED = "the account of a line must be in the account map for its role"
TYPE_UNFIT = "the account of a line must be active in Xero and of a type that fits its role"
TAX_UNMAPPED = "the tax type of a line must be in the tax map for its role"
TAX_REFUSED = "the tax type of a line must be active in Xero and apply to its account's class"
TRACKING_UNMAPPED = "a line of a tracked role must carry an option of the tracking map, any other line none"
TRACKING_REFUSED = "tracking category and option of a line must be active in Xero"


class MappedLines(JournalLines):
    """One row per journal line, with what the mapping tables and Xero's tables say of its codes."""

    is_account_mapped: bool = pa.Field(description="Whether a rule gives this account to this role")
    is_account_fit: bool = pa.Field(description="Whether Xero has the account, active and of a type that fits the role")
    is_tax_mapped: bool = pa.Field(description="Whether a rule gives this tax type to this role, or there is none")
    is_tax_allowed: bool = pa.Field(description="Whether Xero lets accounts of this class carry the tax type")
    is_tracking_mapped: bool = pa.Field(description="Whether both slots hold what the tracking map can give the role")
    is_tracking_known: bool = pa.Field(description="Whether Xero has both options, active")

    class Config:
        strict = True

    @pa.dataframe_check(error=ACCOUNT_UNMAPPED)
    @classmethod
    def _account_in_map(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select("is_account_mapped")

    @pa.dataframe_check(error=TYPE_UNFIT)
    @classmethod
    def _account_fits(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select("is_account_fit")

    @pa.dataframe_check(error=TAX_UNMAPPED)
    @classmethod
    def _tax_in_map(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select("is_tax_mapped")

    @pa.dataframe_check(error=TAX_REFUSED)
    @classmethod
    def _tax_allowed(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select("is_tax_allowed")

    @pa.dataframe_check(error=TRACKING_UNMAPPED)
    @classmethod
    def _tracking_in_map(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select("is_tracking_mapped")

    @pa.dataframe_check(error=TRACKING_REFUSED)
    @classmethod
    def _tracking_in_xero(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select("is_tracking_known")

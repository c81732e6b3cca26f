"""Gives each line of a document its account, tax type and tracking, by documents.yaml and tracking.yaml."""

import polars as pl

from schemas.sync_policy import SyncMaps, SyncPolicy
from transforms.account_rules import resolve_accounts
from transforms.sync.contact_words import normal
from transforms.sync.sync_errors import complain
from transforms.texts import fill
from transforms.tracking_rules import resolve_tracking

SALES_ROLES = {
    "goods": "revenue",
    "freight": "freight_income",
    "surcharge": "surcharge_income",
    "discount": "discount_given",
    "deposit": "sales_deposit",
    "other": "revenue",
}
PURCHASE_ROLES = {
    "goods": "purchases",
    "freight": "freight_cost",
    "surcharge": "surcharge_cost",
    "discount": "discount_received",
    "deposit": "purchase_deposit",
    "other": "purchases_not_stocked",
}
"""What a line of each kind is for the accounts."""

REFUSED_SYSTEM = ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS")
"""Accounts that Xero books on by itself."""


def map_line_accounts(lines: pl.DataFrame, products: pl.DataFrame, maps: SyncMaps, policy: SyncPolicy) -> pl.DataFrame:
    """Add account, tax type and tracking to lines of documents.

    An account on the order counts as in accounts.yaml: rules may ask for it; with `use_order_accounts` it is itself the
    account where no rule asks for it. Every line of a deposit is a deposit.

    Args:
        lines: TradeLines with their document's columns (`document_key`, `document_kind`, `side`, `tax_mode`,
            `contact_name`, `location`, `channel`, `currency_code`).
        products: Products.
        maps: documents.yaml and tracking.yaml as frames.
        policy: whether an account on the order is the account.

    Returns:
        The same rows with `role`, `account_code`, `tax_type` (null where there is no rule), `tracking`,
        `untracked_category`, `untracked_value`, `source_tax` (what the tax type was looked up by).
    """
    known = products.select("sku", "category", "brand", "is_stocked").unique("sku")
    is_sale = pl.col("side") == "sales"
    described = lines.join(known, on="sku", how="left", validate="m:1").with_columns(
        role=_role(),
        customer=pl.when(is_sale).then("contact_name"),
        supplier=pl.when(~is_sale).then("contact_name"),
        party="contact_name",
        currency="currency_code",
    )
    accounted = _add_accounts(described, maps.accounts, policy)
    taxed = _add_tax_types(accounted, maps.taxes)
    tracked = resolve_tracking(taxed.lazy(), maps.tracking, maps.tracked_roles).collect()
    options = [
        pl.col(f"tracking_category_{slot}") + pl.lit(": ") + pl.col(f"tracking_option_{slot}") for slot in (1, 2)
    ]
    text = pl.concat_str(options, separator="; ", ignore_nulls=True)
    return tracked.with_columns(tracking=pl.when(text != "").then(text))


def complain_about_mapping(lines: pl.DataFrame, accounts: pl.DataFrame, tax_rates: pl.DataFrame) -> list[pl.DataFrame]:
    """Complaints about lines that no rule maps, or whose account or tax type Xero does not take.

    Args:
        lines: of `map_line_accounts`, with the columns of complaints.
        accounts: XeroAccounts; without rows nothing is compared.
        tax_rates: XeroTaxRates; likewise.
    """
    role = pl.col("role").str.replace_all("_", " ")
    detail = (
        pl.when(pl.col("order_account").is_not_null())
        .then(fill(" (order account {})", "order_account"))
        .otherwise(pl.lit(""))
    )
    found = [
        complain(
            lines.filter(pl.col("account_code").is_null()),
            "no_account",
            fill("a line of kind {} has no account{}", role, detail),
        ),
        complain(
            lines.filter(pl.col("tax_type").is_null()),
            "unmapped_tax",
            fill('the tax "{}" of {} has no tax type', "source_tax", "side"),
            fill('Add under tax_types.{} of documents.yaml: "{}": and the tax type of Xero', "side", "source_tax"),
        ),
        complain(
            lines.filter(pl.col("untracked_category").is_not_null()),
            "untracked_value",
            fill('the tracking category {} has no option for "{}"', "untracked_category", "untracked_value"),
        ),
    ]
    if accounts.height:
        fit = accounts.filter(
            pl.col("account_status") == "ACTIVE",
            pl.col("account_type") != "BANK",
            ~pl.col("system_account").fill_null("").is_in(REFUSED_SYSTEM),
        )
        rows = lines.filter(pl.col("account_code").is_not_null()).join(fit, on="account_code", how="anti")
        found.append(complain(rows, "unknown_account", fill("Xero takes no lines on account {}", "account_code")))
    if tax_rates.height:
        active = tax_rates.filter(pl.col("tax_status") == "ACTIVE")
        rows = lines.filter(pl.col("tax_type").is_not_null()).join(active, on="tax_type", how="anti")
        found.append(complain(rows, "unknown_tax_type", fill("the tax type {} is not active in Xero", "tax_type")))
    return found


def _role() -> pl.Expr:
    """What a line is for the accounts."""
    kind = pl.col("kind")
    bought = (
        pl.when((kind == "goods") & ~pl.col("is_stocked").fill_null(value=True))
        .then(pl.lit("purchases_not_stocked"))
        .otherwise(kind.replace_strict(PURCHASE_ROLES, return_dtype=pl.String))
    )
    return (
        pl.when(pl.col("document_kind").is_in(["sales_deposit", "purchase_deposit"]))
        .then("document_kind")
        .when(pl.col("side") == "sales")
        .then(kind.replace_strict(SALES_ROLES, return_dtype=pl.String))
        .otherwise(bought)
    )


def _add_accounts(lines: pl.DataFrame, rules: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """`account_code` of the rule that decides, or of the order."""
    if not policy.use_order_accounts:
        return resolve_accounts(lines.lazy(), rules).collect()
    asking = rules.filter(pl.col("order_account").is_not_null())
    by_order = resolve_accounts(lines.lazy(), asking).rename({"account_code": "asked_account"})
    return (
        resolve_accounts(by_order, rules)
        .with_columns(account_code=pl.coalesce("asked_account", "order_account", "account_code"))
        .drop("asked_account")
        .collect()
    )


def _add_tax_types(lines: pl.DataFrame, taxes: pl.DataFrame) -> pl.DataFrame:
    """`tax_type` by the name of the tax, else by its rate, else the default; documents without tax by `exempt`."""
    percent = (pl.col("tax_rate").cast(pl.Decimal(38, 10)) * 100).cast(pl.String)
    rate = percent.str.strip_chars_end("0").str.strip_chars_end(".") + pl.lit("%")
    is_exempt = pl.col("tax_mode") == "exempt"
    asked = lines.with_columns(
        tax_0=pl.when(is_exempt).then(pl.lit("exempt")).otherwise(normal(pl.col("tax_name"))),
        tax_1=pl.when(~is_exempt).then(rate),
        tax_2=pl.when(~is_exempt).then(pl.lit("default")),
    )
    for name in ("tax_0", "tax_1", "tax_2"):
        found = taxes.select("side", pl.col("source_tax").alias(name), pl.col("tax_type").alias(f"{name}_type"))
        asked = asked.join(found, on=["side", name], how="left", validate="m:1")
    return asked.with_columns(
        tax_type=pl.coalesce("tax_0_type", "tax_1_type", "tax_2_type"),
        source_tax=pl.coalesce("tax_0", "tax_1", pl.lit("default")),
    ).drop("tax_0", "tax_1", "tax_2", "tax_0_type", "tax_1_type", "tax_2_type")

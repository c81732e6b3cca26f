"""documents.yaml as plain values and frames, so that the transforms of the sync never see YAML."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from mappings.documents_shape import DocumentsFile
from mappings.mapping_set import Mappings
from mappings.rule_shapes import in_order
from mappings.tables import condition_values, model_frame, numbered
from schemas.sync_policy import (
    DOCUMENT_ROLES,
    KINDS_SENT,
    LENT_ROLES,
    Consolidation,
    DocumentAccountRules,
    DocumentTaxes,
    KindSent,
    PaymentTerms,
    SyncMaps,
    SyncPolicy,
)

Row = dict[str, Any]


def sync_policy(documents: DocumentsFile, mappings: Mappings, base_currency: str) -> SyncPolicy:
    """What documents.yaml decides, as plain values.

    Args:
        documents: the file.
        mappings: the other mappings of the company.
        base_currency: of the books, ISO 4217.
    """
    sent = documents.kinds.sent
    return SyncPolicy(
        first_date=documents.from_date,
        base_currency=base_currency,
        kinds={KINDS_SENT[name]: KindSent(one.status, str(one.number_prefix)) for name, one in sent.items()},
        rounding_cap=Decimal(documents.rounding.cap),
        rounding_tax_type=str(documents.rounding.tax_type),
        use_order_accounts=documents.use_order_accounts,
        accounting_statuses=tuple(documents.counts.accounting_statuses),
        needs_moved=documents.counts.moved_only,
        payment_accounts={normal_words(name): str(code) for name, code in (documents.payment_accounts or {}).items()},
        pushes_payments=documents.payments.push and "payments" in sent,
        match_levels=documents.contacts.match,
        contact_number_prefix=str(documents.contacts.number_prefix),
        contact_decisions={str(one): str(xero) for one, xero in (documents.contacts.decisions or {}).items()},
        consolidations=tuple(
            Consolidation(
                tuple(str(channel) for channel in rule.channels),
                rule.by,
                str(rule.contact),
                rule.rate,
                tuple(KINDS_SENT[kind] for kind in rule.kinds),
            )
            for rule in documents.consolidate
        ),
        owners={KINDS_SENT.get(str(name), str(name)): str(owner) for name, owner in (documents.owners or {}).items()},
    )


def sync_maps(
    documents: DocumentsFile, mappings: Mappings, entity: str | None = None, months: Sequence[date] = ()
) -> SyncMaps:
    """The tables of documents.yaml, with the rules in force in each month.

    Args:
        documents: the file.
        mappings: the other mappings of the company; tracking.yaml gives the options.
        entity: the organisation; None: the rules of all.
        months: first days of the months that documents are in; rules may be limited to months.
    """
    rules = [*documents.rules, *(rule for category in mappings.tracking.categories for rule in category.rules)]
    has_months = any(rule.from_period is not None or rule.to_period is not None for rule in rules)
    latest = _maps_of(documents, mappings, max(months, default=None), entity)
    own = {month: _maps_of(documents, mappings, month, entity) for month in months} if has_months else {}
    return replace(latest, months=own)


def _maps_of(documents: DocumentsFile, mappings: Mappings, period: date | None, entity: str | None) -> SyncMaps:
    """The tables with the rules of one month; None: of all months."""
    tracking = mappings.tables(period, entity).tracking
    terms = ((normal_words(words), one) for words, one in (documents.payment_terms or {}).items())
    return SyncMaps(
        accounts=model_frame(DocumentAccountRules, numbered(_account_rows(documents, mappings, period, entity))),
        taxes=model_frame(DocumentTaxes, _tax_rows(documents)),
        terms=model_frame(
            PaymentTerms,
            ({"payment_terms": words, "days": one.days, "term_type": one.type} for words, one in terms),
        ),
        tracking=tracking,
        tracked_roles=tuple(documents.tracked_roles),
    )


def normal_words(words: str) -> str:
    """Words as they are compared: lower case, single spaces, none around."""
    return " ".join(words.split()).lower()


def line_accounts(documents: DocumentsFile, mappings: Mappings) -> dict[str, Any]:
    """The default account of each role that has one, lent ones too; rounding only where it is set."""
    given = {role: getattr(documents.accounts, role) for role in DOCUMENT_ROLES}
    given["purchases"] = given["purchases"] or mappings.accounts.accounts.stock_on_hand
    lent = {role: given[role] or given.get(LENT_ROLES.get(role, "")) for role in DOCUMENT_ROLES}
    return {role: account for role, account in lent.items() if account is not None}


def _account_rows(
    documents: DocumentsFile, mappings: Mappings, period: date | None, entity: str | None
) -> Iterator[Row]:
    """The rules in the order in which they are tried, then the account of each role."""
    in_force = [rule for rule in documents.rules if rule.is_in_force(period, entity)]
    for rule in in_order(in_force, documents.precedence):
        row = {"role": rule.role, "account_code": rule.account, "defined_at": rule.defined_at}
        yield condition_values(rule, documents.precedence) | row
    for role, lender in LENT_ROLES.items():
        if getattr(documents.accounts, role) is None:  # the rules of the other role serve this one too
            for rule in (one for one in in_order(in_force, documents.precedence) if one.role == lender):
                row = {"role": role, "account_code": rule.account, "defined_at": rule.defined_at}
                yield condition_values(rule, documents.precedence) | row
    for role, account in line_accounts(documents, mappings).items():
        yield {"role": role, "level": "default", "account_code": account, "defined_at": account.defined_at}


def _tax_rows(documents: DocumentsFile) -> Iterator[Row]:
    """One row per side and tax of the source, words as they are compared."""
    for side in ("sales", "purchases"):
        for tax, tax_type in (getattr(documents.tax_types, side) or {}).items():
            yield {"side": side, "source_tax": normal_words(str(tax)), "tax_type": tax_type}

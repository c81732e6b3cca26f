"""What tieout asks Xero to be allowed: granular scopes only, the others end in September 2027 (xero.md section 11)."""

import base64
import json
from collections.abc import Collection

SCOPES = (
    "accounting.manualjournals accounting.attachments accounting.settings.read accounting.reports.trialbalance.read "
    "accounting.invoices.read accounting.banktransactions.read"
)
"""What the close needs: journals with their history, the evidence on them, the chart, the trial balance; and bills,
credit notes and bank transactions, in which the tie-out looks for entries of others."""

OPTIONAL_SCOPES = "accounting.payments.read"
"""Where an app has it, the tie-out names payments that somebody coded to the stock account; where not, it says so."""

PERSON_SCOPES = f"offline_access {SCOPES} {OPTIONAL_SCOPES}"
"""For a person who signs in: also a refresh token."""


_WRITING = {
    "contact": "accounting.contacts",
    "item": "accounting.settings",
    "payment": "accounting.payments",
}
"""Kind of the document sync -> the scope that writes it; every other kind needs accounting.invoices."""

_READING = ("accounting.contacts", "accounting.invoices", "accounting.payments", "accounting.settings")


def sync_scopes(kinds: Collection[str]) -> str:
    """What the document sync needs beside the close: to write the kinds that are on, and to read what they stand on.

    Items are written with accounting.settings, whatever Xero's page says (xero.md section 6, scope trap).

    Args:
        kinds: words of SYNC_KINDS that are on; none: what the close needs.
    """
    if not kinds:
        return SCOPES
    writing = {_WRITING.get(kind, "accounting.invoices") for kind in kinds}
    wanted = [one if one in writing else f"{one}.read" for one in _READING]
    kept = [one for one in SCOPES.split() if one.removesuffix(".read") not in _READING]
    return " ".join([*kept, *wanted])


def person_scopes(kinds: Collection[str] = ()) -> str:
    """For a person who signs in: also a refresh token, and what can be done without."""
    wanted = sync_scopes(kinds).split()
    optional = [one for one in OPTIONAL_SCOPES.split() if not {one, one.removesuffix(".read")} & {*wanted}]
    return " ".join(["offline_access", *wanted, *optional])


def missing_scopes(access_token: str, needed: str) -> list[str]:
    """Scopes that a token lacks, as far as it tells which it has; a scope that writes reads, too.

    Args:
        access_token: a JWT of Xero's, whose claim `scope` lists them; of anything else nothing is known.
        needed: scopes, a space between them.
    """
    try:
        payload = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        held = claims["scope"]
    except (IndexError, ValueError, KeyError, TypeError):
        return []
    granted = set(held.split() if isinstance(held, str) else held)
    return [one for one in needed.split() if one not in granted and one.removesuffix(".read") not in granted]

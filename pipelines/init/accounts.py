"""Ranks the accounts of Xero's chart for a role: by type, by name, and by what items and the source use already."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mappings.xero_accounts import XeroAccount, account_types, can_serve
from pipelines.init.account_words import ROLE_WORDS, RoleWords
from pipelines.init.decisions import Choice, Option
from pipelines.init.facts import Cin7Facts, XeroFacts

SURE = 70
"""Points from which a name is plain."""

CLEARLY_MORE = 15
"""Points that the first one has to be ahead of the next."""

AGAINST = 60
TYPE_POINTS = 12
USED_POINTS = 40

REQUIRED = ("stock_on_hand", "cogs")


@dataclass(frozen=True)
class Candidate:
    """An account that can serve, and what speaks for it."""

    account: XeroAccount
    points: int
    reason: str

    @property
    def option(self) -> Option:
        """As something to choose."""
        return Option(self.account.code, label_of(self.account), self.reason)


def label_of(account: XeroAccount) -> str:
    """Code, name and type."""
    return f"{account.code} {account.name} ({account.type})"


def rank(
    role: str,
    words: RoleWords,
    chart: Mapping[str, XeroAccount],
    used: Mapping[str, str],
    excluded: Collection[str] = (),
) -> list[Candidate]:
    """Accounts that can serve a role and for which something speaks, the best first; none of Xero's system accounts.

    Args:
        role: decides which types may serve.
        words: how such accounts are named.
        chart: accounts by code.
        used: what uses an account already, in words, by code.
        excluded: codes that have another purpose.
    """
    able = [
        account
        for account in chart.values()
        if account.status == "ACTIVE"
        and account.code not in excluded
        and not account.system_account
        and can_serve(role, account)
    ]
    found = [one for account in able if (one := _weigh(account, words, used.get(account.code))).points > 0]
    return sorted(found, key=lambda one: (-one.points, one.account.code))


def _weigh(account: XeroAccount, words: RoleWords, used: str | None) -> Candidate:
    """Points and reason of one account."""
    name = plain(account.name)
    said = max((word for word in words.speaks if has(name, word)), key=lambda word: words.speaks[word], default=None)
    points = words.speaks[said] - min(len(name.split()), 9) if said else 0
    points -= AGAINST * any(has(name, word) for word in words.against)
    points += USED_POINTS if used else 0
    if points > 0 and account.type in words.types:
        points += TYPE_POINTS - 4 * words.types.index(account.type)
    parts = [f'its name says "{said}"' if said else "", used or "", f"type {account.type}"]
    return Candidate(account, points, ", ".join(part for part in parts if part))


def plain(text: str) -> str:
    """Small letters, words apart by one blank."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def has(name: str, word: str) -> bool:
    """Whether a plain name holds the word at the beginning of one of its own, so that `sample` finds samples."""
    return re.search(rf"\b{re.escape(plain(word))}", name) is not None


def is_plain(found: list[Candidate]) -> bool:
    """Whether the first candidate is the obvious one."""
    if not found or found[0].points < SURE:
        return False
    return len(found) == 1 or found[0].points - found[1].points >= CLEARLY_MORE


def role_choice(role: str, xero: XeroFacts, cin7: Cin7Facts, stock: str | None, fallback: Option | None) -> Choice:
    """The choice of the account of one role.

    Args:
        role: of accounts.yaml.
        xero: chart and items.
        cin7: what the source itself books on.
        stock: the account of stock on hand, once it is chosen: no other role may have it.
        fallback: taken where no account is named for the role.
    """
    found = rank(role, ROLE_WORDS[role], xero.chart, _used(role, xero, cin7), [stock] if stock else [])
    options = [one.option for one in found]
    is_certain = is_plain(found)
    doubt = ""
    if not options and role in REQUIRED:
        options, is_certain = _only_one(role, xero, stock)
        doubt = "no account is named like it"
    elif not is_certain:
        doubt = f"{len(found)} accounts are named like it" if len(found) > 1 else "its name says little"
    if not options and fallback is not None:
        options, is_certain, doubt = [fallback], True, ""
    if not options:
        doubt = doubt_of(role)
    words = role.replace("_", " ").replace("cogs", "cost of goods sold")
    return Choice(
        key=f"accounts.{role}",
        question=f"Which account is for {words}?",
        options=options,
        is_certain=is_certain,
        is_optional=role not in REQUIRED,
        needs_answer=role in REQUIRED and not found and not is_certain,
        more=able_options(role, xero, stock),
        doubt=doubt,
    )


def doubt_of(role: str) -> str:
    """What follows where a role has no account."""
    if role == "late_cost":
        return "late costs go to the COGS account of the sale itself"
    return "no account of a type that fits is named like it"


def _used(role: str, xero: XeroFacts, cin7: Cin7Facts) -> dict[str, str]:
    """What uses an account for this role already: items in Xero, products in the source."""
    used = {code: f"{count:,} products are on it in Cin7" for code, count in cin7.account_uses.get(role, {}).items()}
    if role == "stock_on_hand":
        for code, count in xero.purchase_accounts.items():
            used.setdefault(code, f"{count:,} items of Xero are bought on it")
    return used


def _only_one(role: str, xero: XeroFacts, stock: str | None) -> tuple[list[Option], bool]:
    """Every account that can serve, where no name helps; certain where it is the only one of the usual type."""
    able = able_options(role, xero, stock)
    usual = [one for one in able if xero.chart[one.value].type == account_types(role)[0]] or able
    if len(usual) != 1:
        return usual, False
    reason = f"the only account of type {xero.chart[usual[0].value].type} that may be used"
    return [Option(usual[0].value, usual[0].label, reason)], True


def able_options(role: str, xero: XeroFacts, stock: str | None) -> list[Option]:
    """Every account that can serve a role, by code."""
    able = [one for one in xero.chart.values() if one.status == "ACTIVE" and one.code != stock and can_serve(role, one)]
    return [Option(one.code, label_of(one)) for one in sorted(able, key=lambda one: one.code)]

"""The YAML of a proposal: every key with the reason of its value as a comment."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.init.adjustments import BY_ACCOUNT
from pipelines.init.decisions import Option
from pipelines.init.documents import document_lines
from pipelines.init.proposal import OTHER_ROLES, Proposal
from pipelines.init.tracking import TrackingPlan

TEMPLATES = Path(__file__).resolve().parents[2] / "mappings"
"""Mappings that come with tieout: schemas for editors, and the sources to start from."""

LATE = "the account of the sale itself"


def render(proposal: Proposal) -> dict[str, str]:
    """Text of each mapping file by name, in the order in which they are read.

    Args:
        proposal: what was decided.

    Returns:
        The eight files without .yaml; the source is a file of its own (`render_source`).
    """
    return {
        "accounts": _file("accounts", ACCOUNTS_HEAD, _accounts(proposal)),
        "taxes": _file("taxes", TAXES_HEAD, _taxes(proposal)),
        "tracking": _file("tracking", TRACKING_HEAD, _tracking(proposal)),
        "landed_costs": _file("landed_costs", CHARGES_HEAD, _charges(proposal)),
        "adjustments": _file("adjustments", REASONS_HEAD, _adjustments(proposal)),
        "corrections": _file("corrections", CORRECTIONS_HEAD, ["corrections: []"]),
        "close": _file("close", CLOSE_HEAD.format(org=comment(proposal.xero.organisation)), _close(proposal)),
        "documents": _file(
            "documents",
            DOCUMENTS_HEAD,
            [
                comment_line(line)
                for line in document_lines(proposal.xero, proposal.first_period.value, proposal.cin7.account_uses)
            ],
        ),
    }


def render_source(
    source: str, time_zone: str | None, charges: Mapping[str, Option] = MappingProxyType({})
) -> str | None:
    """The source's YAML that comes with tieout; None where there is none of that name.

    Args:
        source: its name.
        time_zone: of the company; None: as it stands in the file.
        charges: account by kind of charge: those of the select `charge_account`, where the file has one.
    """
    file = TEMPLATES / "sources" / f"{source}.yaml"
    if not file.is_file():
        return None
    text = _with_charges(file.read_text(encoding="utf-8"), charges)
    return re.sub(r"(?m)^(  time_zone: ).*$", rf"\g<1>{time_zone}", text, count=1) if time_zone else text


def _with_charges(text: str, charges: Mapping[str, Option]) -> str:
    """The accounts of charges in place of those of the file; one account is one kind of charge."""
    kinds: dict[str, str] = {}
    for name, option in charges.items():
        if not name.startswith(BY_ACCOUNT):
            kinds.setdefault(option.value, name)
    if not kinds:
        return text
    values = ", ".join(f"({_sql(code)}, {_sql(name)})" for code, name in kinds.items())
    pattern = r"(with charge_account\(code, charge_type\) as \(\s*values ).*"
    return re.sub(pattern, lambda found: found[1] + values, text, count=1)


def _sql(value: str) -> str:
    """A text as SQL takes it."""
    return "'" + value.replace("'", "''") + "'"


def quoted(value: str) -> str:
    """A text as YAML takes it in double quotes."""
    return json.dumps(value, ensure_ascii=False)


def comment(text: str) -> str:
    """A text that stays on its comment line."""
    return " ".join(part for part in re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", text).split())


def comment_line(line: str) -> str:
    """A line whose words, which may come from Xero, cannot break out of it."""
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + comment(line)


def _file(name: str, head: str, lines: Iterator[str] | list[str]) -> str:
    """Modeline for editors, what the file is, and its content."""
    about = "".join(f"# {line}\n" if line else "#\n" for line in head.strip().split("\n"))
    body = "\n".join(lines)
    return f"# yaml-language-server: $schema=./{name}.schema.json\n#\n{about}\n{body}\n"


def _accounts(proposal: Proposal) -> Iterator[str]:
    yield "accounts:"
    for role in ("stock_on_hand", "cogs"):
        yield _role(role, proposal.accounts[role])
    for role in OTHER_ROLES:
        yield _role(role, proposal.accounts.get(role))
    yield ""
    yield "# Rules serve lines that have everything they name, such as"
    yield '#   - { role: cogs, channel: Wholesale, account: "311" }'
    if proposal.unreasoned is None:
        yield "rules: []"
        return
    account = proposal.unreasoned
    yield "rules:"
    yield f"  # Adjustments that give no reason: {comment(account.label)}, {comment(account.reason)}"
    kinds = "[adjustment, valuation]"
    yield f"  - {{ role: adjustment, journal_kind: {kinds}, account: {quoted(account.value)} }}"


def _role(role: str, option: Option | None) -> str:
    if option is None:
        why = LATE if role == "late_cost" else "no account of Xero is named for it, and nothing has needed it yet"
        return f'  # {role}: "..." # left out: {why}'
    return f"  {role}: {quoted(option.value)} # {comment(option.label)}: {comment(option.reason)}"


def _taxes(proposal: Proposal) -> Iterator[str]:
    tax_type = proposal.tax_type
    if tax_type is None:
        yield "tax_types: {} # no tax type of Xero may stand on every account; journals are NoTax by themselves"
        return
    yield "tax_types:"
    yield f"  default: {tax_type.value} # {comment(tax_type.reason)}"


def _tracking(proposal: Proposal) -> Iterator[str]:
    if not proposal.tracking:
        yield "tracked_roles: []"
        yield "categories: [] # none of Xero's tracking categories fits what Cin7 has"
        return
    yield "tracked_roles: [cogs, late_cost] # adjustments have no channel, and stock on hand stays one figure"
    yield ""
    yield "categories:"
    for plan in proposal.tracking:
        yield from _category(plan)


def _category(plan: TrackingPlan) -> Iterator[str]:
    yield f"  - name: {quoted(plan.category.name)}"
    yield f"    by: {plan.by} # {comment(plan.reason)}"
    if plan.options:
        yield "    options:"
        yield from (f"      {quoted(value)}: {quoted(option)}" for value, option in plan.options.items())
    if plan.otherwise is not None:
        yield f"    otherwise: {quoted(plan.otherwise)} # every other {plan.by}, also one that is new in Cin7"
    used = {*plan.options.values(), plan.otherwise}
    idle = [comment(option) for option in plan.category.options if option not in used]
    if idle:
        yield f"    # Options that nothing is mapped to: {', '.join(idle)}"


def _charges(proposal: Proposal) -> Iterator[str]:
    yield "charges:" if proposal.charges else "charges: {}"
    for name, option in proposal.charges.items():
        basis = "basis: value"
        why = f"{comment(option.label)}: {comment(option.reason)}"
        yield f"  {quoted(name)}: {{ account: {quoted(option.value)}, {basis} }} # {why}"
    for name in proposal.missing_charges:
        yield f'  # {comment(quoted(name))}: {{ account: "...", basis: value }} # no account of Xero is named like it'


def _adjustments(proposal: Proposal) -> Iterator[str]:
    if not proposal.reasons:
        yield "reasons: {} # no adjustment has given a reason yet"
        return
    yield "reasons:"
    for reason, option in proposal.reasons.items():
        why = f"{comment(option.label)}: {comment(option.reason)}"
        yield f"  {quoted(reason)}: {{ account: {quoted(option.value)} }} # {why}"


def _close(proposal: Proposal) -> Iterator[str]:
    recognition, xero = proposal.recognition, proposal.xero
    statuses = ", ".join(recognition.accounting_statuses)
    yield "close:"
    yield f"  source: {proposal.cin7.source} # mappings/sources/{proposal.cin7.source}.yaml"
    yield f"  first_period: {proposal.first_period.value} # {comment(proposal.first_period.reason)}"
    yield f"  base_currency: {xero.base_currency} # the currency of Xero's books"
    yield ""
    yield "  inventory_method: perpetual # COGS and adjustments are journals; periodic: they are not"
    yield "  costing:"
    yield "    method: fifo # what Cin7 does by default; or moving_average, periodic_average (IAS 2.25)"
    yield "    pool: sku # one cost everywhere; sku_location: a cost of its own at each location"
    yield ""
    yield f"  # {comment(recognition.reason)}"
    yield "  recognition:"
    yield f"    date: {recognition.date} # invoice_date, or moved_date: the day of dispatch"
    yield f"    require_invoice: {_flag(value=recognition.require_invoice)}"
    yield f"    require_full_shipment: {_flag(value=recognition.require_full_shipment)}"
    yield f"    accounting_statuses: [{statuses}] # [] takes every status"
    yield ""
    yield "  negative_stock: stop # or list: report it and go on"
    yield ""
    yield "  journals:"
    yield "    status: POSTED # or DRAFT, for somebody to post by hand in Xero"
    yield "    show_on_cash_basis: false # stock journals stay out of cash-basis reports"
    yield ""
    yield "  approval:"
    yield "    required: false # true: another person has to approve each plan"


def _flag(*, value: bool) -> str:
    return "true" if value else "false"


ACCOUNTS_HEAD = """
Which Xero account each side of a journal goes to. Codes are text: keep the quotes.
Proposed by tieout init from Xero's chart; behind each account stands why. `tieout check` compares them with Xero."""
TAXES_HEAD = """
Tax type of journal lines: Xero's code, not its name."""
TRACKING_HEAD = """
Tracking options of journal lines. A value without an option stops the close, unless the category says `otherwise`."""
CHARGES_HEAD = """
Freight, customs and other charges that become part of the cost of goods (IAS 2.11). `account` is the one that the
carrier's bills are coded to: the landed cost journal empties it into stock. basis: value, quantity, weight, volume,
equal."""
REASONS_HEAD = """
The other side of stock adjustments, by reason as Cin7 spells it. A reason that is not here stops the close, with the
line to add."""
CORRECTIONS_HEAD = """
Exceptions that somebody has looked at, so that a close may pass them by: id, accepts, subjects, reason, owner,
status."""
DOCUMENTS_HEAD = """
Which trade documents go to Xero, and how; closing a month never needs it. Proposed by tieout init with every kind off:
`tieout plan --documents` shows what switching one on would send. Every key: KEYS.md of tieout."""
CLOSE_HEAD = """
What a close does: source, first month, accounting policies. Proposed by tieout init for {org}."""

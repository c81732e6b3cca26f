"""What no single key of documents.yaml shows: kinds that need another one, groups that never get a document."""

from collections.abc import Iterator

from mappings.documents_shape import DocumentsFile, SentKinds
from mappings.findings import Place
from mappings.wording import quote

NEEDS = {
    "payments": ("sales_invoices", "sales_credits", "bills", "supplier_credits", "sales_deposits", "purchase_deposits"),
    "allocations": ("sales_credits", "supplier_credits", "sales_deposits", "purchase_deposits"),
}
"""Kinds that can be sent only with at least one of these."""

SALES = ("sales_invoices", "sales_credits", "sales_deposits")
PURCHASES = ("bills", "supplier_credits", "purchase_deposits", "purchase_orders")


def find_document_contradictions(content: DocumentsFile) -> Iterator[tuple[Place, str, str]]:
    """Place, finding and fix of everything in documents.yaml that contradicts itself."""
    yield from _lonely_kinds(content)
    yield from _missing_accounts(content)
    yield from _missing_taxes(content)
    yield from _idle_groups(content)
    yield from _schedules(content)


def _sent(kinds: SentKinds, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in kinds.sent]


def _lonely_kinds(content: DocumentsFile) -> Iterator[tuple[Place, str, str]]:
    """Kinds that depend on others which are off."""
    for name, needed in NEEDS.items():
        settings = content.kinds.sent.get(name)
        if settings is not None and not _sent(content.kinds, needed):
            yield (
                settings.place,
                f"{name} are sent, and nothing that they belong to",
                f"Add one of: {', '.join(needed)}",
            )
    payments = content.kinds.sent.get("payments")
    if payments is not None and content.payments.push and not content.payment_accounts:
        fix = 'Write the bank account under payment_accounts, such as default: "090"'
        yield payments.place, "payments are sent, and payment_accounts names no account", fix
    if content.payments.push and payments is None:
        yield content.payments.place, "payments.push is true, and kinds.payments is off", "Add payments under kinds"


def _missing_accounts(content: DocumentsFile) -> Iterator[tuple[Place, str, str]]:
    """Kinds whose lines can have no account: neither a default nor a rule gives one."""
    needs = {
        "revenue": ("sales_invoices", "sales_credits"),
        "sales_deposit": ("sales_deposits",),
        "purchase_deposit": ("purchase_deposits",),
    }
    ruled = {rule.role for rule in content.rules}
    for role, kinds in needs.items():
        sent = _sent(content.kinds, kinds)
        if sent and getattr(content.accounts, role) is None and role not in ruled:
            place = content.kinds.sent[sent[0]].place
            yield place, f"{sent[0]} are sent, and accounts.{role} is missing", f'Write it, such as {role}: "200"'


def _missing_taxes(content: DocumentsFile) -> Iterator[tuple[Place, str, str]]:
    """A side that is sent without a single tax type."""
    for side, kinds in (("sales", SALES), ("purchases", PURCHASES)):
        sent = _sent(content.kinds, kinds)
        if sent and not getattr(content.tax_types, side):
            place = content.kinds.sent[sent[0]].place
            fix = f'Write tax_types.{side}, such as {{"15%": OUTPUT2, exempt: NONE}}'
            yield place, f"{sent[0]} are sent, and tax_types.{side} is empty", fix


def _idle_groups(content: DocumentsFile) -> Iterator[tuple[Place, str, str]]:
    """Rules of consolidation that an earlier one always beats, and kinds that are not sent."""
    seen: list[tuple[set[str], set[str], int]] = []
    for rule in content.consolidate:
        channels, kinds = {str(channel) for channel in rule.channels}, set(rule.kinds)
        wider = [line for others, before, line in seen if ("*" in others or channels <= others) and kinds <= before]
        if wider:
            yield (
                rule.place,
                f"the rule gets no document: the one on line {wider[0]} takes them",
                "Put it above that one",
            )
        for kind in rule.kinds:
            if kind not in content.kinds.sent:
                yield rule.place, f"{quote(kind)} are put together and not sent", f"Add {kind} under kinds"
        seen.append((channels, kinds, rule.place.line))


def _schedules(content: DocumentsFile) -> Iterator[tuple[Place, str, str]]:
    """Schedules that say two things or nothing, or are for a kind that is off."""
    for kind, schedule in (content.schedule or {}).items():
        if (schedule.every is None) == (schedule.cron is None):
            yield schedule.place, f"the schedule of {kind} needs either every or cron", 'Write every: "30 minutes"'
        if kind not in content.kinds.sent:
            yield schedule.place, f"{quote(kind)} have a schedule and are not sent", f"Add {kind} under kinds"

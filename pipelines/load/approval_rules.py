"""Who has to approve a plan: another person than its preparer, and for large amounts somebody who may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.load.plan_store import StoredPlan
from schemas.posting_choices import ApprovalLimit, ApprovalRules


@dataclass(frozen=True)
class Approver:
    """One approval: the name that was given, and the login of the machine that it was given on."""

    name: str
    login: str
    host: str

    def is_preparer(self, plan: StoredPlan, rules: ApprovalRules) -> bool:
        """Whether it is the person who made the plan: by login, or where people share one by the names they gave."""
        own, preparer = (self.name, plan.preparer) if rules.trust_names else (self.login, plan.prepared_by)
        return own.strip().casefold() == preparer.strip().casefold()

    def is_named(self, limit: ApprovalLimit) -> bool:
        """Whether a limit names this person, by name or by login."""
        return {self.name.casefold(), self.login.casefold()} & {one.casefold() for one in limit.approvers} != set()


def missing_approvals(
    plan: StoredPlan, approvers: Sequence[Approver], changed: Mapping[str, Decimal], rules: ApprovalRules
) -> list[str]:
    """What still stands in the way of a plan, a sentence each; empty: it may be applied.

    Args:
        plan: what is to be posted.
        approvers: who approved exactly this plan.
        changed: what it moves on each account, without signs, in base currency.
        rules: `approval` of close.yaml.
    """
    counting = [one for one in approvers if not (rules.differs and one.is_preparer(plan, rules))]
    if not counting:
        others = f" other than {plan.preparer}, who made it" if rules.differs else ""
        return [f"it waits for the approval of a person{others}"]
    return [
        f"{amount:,.2f} on {limit.where} is more than {limit.above:,.2f}: it needs {' or '.join(limit.approvers)}"
        for limit in rules.limits
        if (amount := _amount_of(limit, changed)) > limit.above and not any(one.is_named(limit) for one in counting)
    ]


def _amount_of(limit: ApprovalLimit, changed: Mapping[str, Decimal]) -> Decimal:
    """What a limit looks at: its accounts, or all; half of all, because every journal moves two sides."""
    if limit.accounts:
        return sum((changed.get(code, Decimal(0)) for code in limit.accounts), Decimal(0))
    return sum(changed.values(), Decimal(0)) / 2

"""All mappings of a company together: as frames for the transforms, and as one hash for the plan."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from mappings.close_shape import CloseFile
from mappings.containers import keys_of
from mappings.kinds import PlacedText
from mappings.shapes import (
    AccountsFile,
    AdjustmentsFile,
    CorrectionsFile,
    LandedCostsFile,
    RoleAccounts,
    TaxesFile,
    TrackingFile,
)
from schemas.maps import MappingTables


@dataclass(frozen=True)
class Mappings:
    """The seven files, read and without contradiction; every part knows where it was written."""

    accounts: AccountsFile
    taxes: TaxesFile
    tracking: TrackingFile
    landed_costs: LandedCostsFile
    adjustments: AdjustmentsFile
    corrections: CorrectionsFile
    close: CloseFile

    def tables(self, period: date | None = None, entity: str | None = None) -> MappingTables:
        """The mappings as frames: the AccountRules, TaxRules and TrackingRules in force, and ChargeTypes."""
        from mappings.tables import mapping_tables  # noqa: PLC0415 - it imports Mappings

        return mapping_tables(self, period, entity)

    def content_hash(self) -> str:
        """sha256 over what the files say, defaults written out: layout, comments and order of keys do not count."""
        content = {entry.name: _plain(getattr(self, entry.name)) for entry in dataclasses.fields(self)}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class AccountUse:
    """One account code in the mappings and the role that it serves."""

    role: str
    account: PlacedText


def account_uses(mappings: Mappings) -> list[AccountUse]:
    """Every account code of the mappings with its role, in the order of the files."""
    by_role = mappings.accounts.accounts
    return [
        *(AccountUse(role, code) for role, code in role_accounts(by_role).items()),
        *(AccountUse(rule.role, rule.account) for rule in mappings.accounts.rules),
        *(AccountUse("landed_cost_clearing", charge.account) for charge in mappings.landed_costs.charges.values()),
        *(AccountUse("adjustment", reason.account) for reason in mappings.adjustments.reasons.values()),
    ]


def role_accounts(accounts: RoleAccounts) -> dict[str, PlacedText]:
    """The default account of each role that has one."""
    given = {name: getattr(accounts, one.field_name) for name, one in keys_of(RoleAccounts).items()}
    return {role: code for role, code in given.items() if code is not None}


def _plain(value: object) -> object:
    """What JSON can hold, without places."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [entry.name for entry in dataclasses.fields(value) if entry.compare]
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value

"""The next step of an exception holds the YAML to add, also for odd names and for nothing at all."""

import pytest

from pipelines.steps.exception_words import SENTENCES, next_step

STEPS = {
    ("unmapped_tracking", "Region: Hamilton"): (
        'Add to mappings/tracking.yaml, category "Region", under options:  "Hamilton": "..."  '
        '(for every other value too:  otherwise: "...")'
    ),
    ("unmapped_tracking", "Region: (none)"): 'Add to mappings/tracking.yaml, category "Region":  otherwise: "..."',
    ("unmapped_reason", 'Sent as "gift"'): (
        'Add to mappings/adjustments.yaml under reasons:  "Sent as \\"gift\\"": {account: "..."}'
    ),
    ("unmapped_reason", "(none)"): (
        "Add to mappings/accounts.yaml under rules:  "
        '- {role: adjustment, journal_kind: [adjustment, valuation], account: "..."}'
    ),
    ("unmapped_charge", "air freight"): (
        'Add to mappings/landed_costs.yaml under charges:  "air freight": {account: "...", basis: value}'
    ),
    ("unmapped_account", "rounding"): 'Add to mappings/accounts.yaml under accounts:  rounding: "..."',
}


@pytest.mark.parametrize(("kind", "subject"), STEPS)
def test_the_step_holds_the_yaml_to_add(kind: str, subject: str) -> None:
    assert next_step(kind, subject) == STEPS[kind, subject]


def test_every_kind_has_a_step() -> None:
    assert all(next_step(kind, "A: B", '"A"') for kind in SENTENCES)

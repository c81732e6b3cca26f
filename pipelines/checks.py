"""Checks settings, mappings, the source and, where it can be reached, Xero: nothing is written."""

from mappings.xero_checks import check_against_xero
from pipelines.errors import DataProblem
from pipelines.extract.source_yaml import read_source
from pipelines.load.mirror_rows import account_row, frame_of, tax_rate_row, tracking_rows
from pipelines.load.xero_client import connect
from pipelines.settings import Settings
from pipelines.steps.context import load_mappings
from schemas.problems import Problem


def check_everything(settings: Settings) -> list[str]:
    """Check what a close would check first.

    Returns:
        One sentence for each thing that holds.

    Raises:
        DataProblem: every problem of mappings, source and Xero's chart (exit 3).
        UsageProblem: credentials are missing (exit 2). Incomplete: Xero cannot be reached (exit 7).
    """
    mappings = load_mappings(settings)
    held = [f"Mappings in {settings.mappings} hold."]
    source = read_source(settings.mappings / "sources" / f"{mappings.close.source}.yaml")
    held.append(f"Source {source.name}: {len(source.inputs)} inputs, {len(source.tables)} core tables.")
    with connect(settings) as client:
        organisation = client.organisation()
        problems = _currency_problems(str(organisation["BaseCurrency"]), mappings.close.policy.base_currency, settings)
        options = [row for category in client.tracking_categories() for row in tracking_rows(category)]
        problems += check_against_xero(
            mappings,
            frame_of("xero.accounts", map(account_row, client.accounts())),
            frame_of("xero.tax_rates", map(tax_rate_row, client.tax_rates())),
            frame_of("xero.tracking_options", options),
        )
    if problems:
        raise DataProblem(f"{organisation['Name']} in Xero does not take these mappings.", problems)
    return [
        *held,
        f"Xero: {organisation['Name']}, {organisation['BaseCurrency']}; every account, tax type and option fits.",
    ]


def _currency_problems(in_xero: str, in_mappings: str, settings: Settings) -> list[Problem]:
    if in_xero == in_mappings:
        return []
    where = str(settings.mappings / "close.yaml")
    return [
        Problem(
            where,
            f"close.base_currency is {in_mappings}, Xero's books are in {in_xero}",
            f"Write base_currency: {in_xero}",
        )
    ]

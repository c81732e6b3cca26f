"""Checks settings, mappings, the source, a closed month and, where it can be reached, Xero: nothing is written."""

from dataclasses import dataclass, field
from datetime import date

from mappings.case_shapes import Case
from mappings.cases import FOLDER, read_cases
from mappings.mapping_set import Mappings
from mappings.xero_checks import check_against_xero
from pipelines.errors import DataProblem, TieoutError
from pipelines.extract.source_yaml import read_source
from pipelines.kept_months import latest_month, read_entries
from pipelines.load.mirror_rows import account_row, frame_of, tax_rate_row, tracking_rows
from pipelines.load.xero_client import connect
from pipelines.mapping_cases import run_cases
from pipelines.mapping_coverage import Coverage, IdleRule, measure_coverage
from pipelines.settings import Settings
from pipelines.steps.context import load_mappings
from pipelines.warehouse import open_published
from schemas.problems import Problem


@dataclass
class Checked:
    """What was looked at: sentences about what holds, and problems."""

    held: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    coverage: Coverage | None = None

    @property
    def idle_rules(self) -> tuple[IdleRule, ...]:
        """Rules that decided nothing in the month that was looked at: information, no failure."""
        return self.coverage.idle_rules if self.coverage is not None else ()


def check_everything(settings: Settings, period: date | None = None) -> Checked:
    """Check what a close would check first, and what the rules as they are now make of a month that was closed.

    Args:
        settings: which mappings, warehouse and organisation in Xero.
        period: first day of the month to map again; None: the latest one that the warehouse holds, if any.

    Returns:
        One sentence for each thing that holds, and the rules that decided nothing.

    Raises:
        DataProblem: every problem of mappings, source, coverage and Xero's chart (exit 3).
        UsageProblem: credentials are missing, or the warehouse does not hold the month (exit 2).
        Incomplete: Xero cannot be reached (exit 7).
    """
    cases, problems = read_cases(settings.mappings)
    mappings = _read_mappings(settings, problems)
    checked = Checked([f"Mappings in {settings.mappings} hold."], problems)
    source = read_source(settings.mappings / "sources" / f"{mappings.close.source}.yaml")
    checked.held.append(f"Source {source.name}: {len(source.inputs)} inputs, {len(source.tables)} core tables.")
    _check_cases(checked, cases, settings, mappings)
    _check_month(checked, settings, mappings, period)
    own_problems = len(checked.problems)
    try:
        organisation = _check_xero(checked, settings, mappings)
    except TieoutError as error:
        if not own_problems:
            raise
        unasked = Problem("Xero", f"was not asked: {error.summary.splitlines()[0]}")
        raise DataProblem(_summary(settings), [*checked.problems, unasked]) from None
    if checked.problems:
        summary = _summary(settings) if own_problems else f"{organisation} in Xero does not take these mappings."
        raise DataProblem(summary, checked.problems)
    return checked


def _summary(settings: Settings) -> str:
    return f"The mappings in {settings.mappings} do not do what they have to. Nothing was changed."


def _read_mappings(settings: Settings, case_problems: list[Problem]) -> Mappings:
    """The mappings, or their problems together with those of their tests."""
    try:
        return load_mappings(settings)
    except DataProblem as error:
        raise DataProblem(error.summary, [*error.problems, *case_problems]) from None


def _check_cases(checked: Checked, cases: list[Case], settings: Settings, mappings: Mappings) -> None:
    """Run the tests of the mappings, if there are any."""
    failed = run_cases(cases, mappings, settings.organisation)
    checked.problems += failed
    if cases and not failed:
        checked.held.append(f"Tests in {settings.mappings / FOLDER} pass: {len(cases):,} cases.")


def _check_month(checked: Checked, settings: Settings, mappings: Mappings, period: date | None) -> None:
    """Map a closed month again: everything has to be covered."""
    month = period or latest_month(settings)
    if month is None:
        return
    with open_published(settings) as warehouse:
        entries = read_entries(warehouse, month, month)
    checked.coverage = measure_coverage(entries, mappings, settings.mappings, settings.organisation)
    checked.problems += checked.coverage.gaps
    checked.held.append(checked.coverage.sentence)


def _check_xero(checked: Checked, settings: Settings, mappings: Mappings) -> str:
    """Compare with Xero's own tables; the organisation's name."""
    with connect(settings) as client:
        organisation = client.organisation()
        currency, name = str(organisation["BaseCurrency"]), str(organisation["Name"])
        checked.problems += _currency_problems(currency, mappings.close.policy.base_currency, settings)
        options = [row for category in client.tracking_categories() for row in tracking_rows(category)]
        checked.problems += check_against_xero(
            mappings,
            frame_of("xero.accounts", map(account_row, client.accounts())),
            frame_of("xero.tax_rates", map(tax_rate_row, client.tax_rates())),
            frame_of("xero.tracking_options", options),
        )
    checked.held.append(f"Xero: {name}, {currency}; every account, tax type and option fits.")
    return name


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

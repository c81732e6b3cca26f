"""Checks settings, mappings, the source, a closed month and, where it can be reached, Xero: nothing is written."""

from dataclasses import dataclass, field
from datetime import date

from mappings.case_shapes import Case
from mappings.cases import FOLDER, read_cases
from mappings.documents_checks import check_documents_against_xero
from mappings.documents_shape import DocumentsFile
from mappings.mapping_set import Mappings
from mappings.xero_checks import check_against_xero, check_currencies, find_tracked_goods
from pipelines.errors import DataProblem, TieoutError
from pipelines.extract.side_files import find_missing_files
from pipelines.extract.source_yaml import read_source
from pipelines.init.core_facts import read_core_tables
from pipelines.init.facts import XeroFacts
from pipelines.init.xero_facts import read_xero
from pipelines.kept_months import latest_month, read_entries
from pipelines.load.xero_client import connect
from pipelines.mapping.cases import run_cases
from pipelines.mapping.coverage import Coverage, IdleRule, measure_coverage
from pipelines.settings import Settings
from pipelines.steps.context import load_mappings
from pipelines.sync.checking import describe_kinds
from pipelines.sync.scopes import check_scopes
from pipelines.sync.wanted import load_documents
from pipelines.warehouse import open_published
from schemas.problems import Problem


@dataclass
class Checked:
    """What was looked at: sentences about what holds, and problems."""

    held: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    """What a person should look at and what stops nothing."""
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
    checked.warnings += [missing.problem for missing in find_missing_files(source, settings.data)]
    documents = _read_documents(checked, settings)
    _check_cases(checked, cases, settings, mappings)
    _check_month(checked, settings, mappings, period)
    own_problems = len(checked.problems)
    try:
        organisation = _check_xero(checked, settings, mappings, documents)
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


def _read_documents(checked: Checked, settings: Settings) -> DocumentsFile | None:
    """documents.yaml, where there is one; what is wrong with it is among the problems."""
    try:
        documents = load_documents(settings)
    except DataProblem as error:
        checked.problems += error.problems
        return None
    if documents is not None:
        checked.held.append(describe_kinds(documents))
    return documents


def _check_xero(checked: Checked, settings: Settings, mappings: Mappings, documents: DocumentsFile | None) -> str:
    """Compare with Xero's own tables; the organisation's name."""
    with connect(settings) as client:
        xero = read_xero(client)
    checked.problems += check_currencies(mappings, xero.organisation, xero.base_currency, xero.currencies)
    checked.problems += check_against_xero(mappings, xero.accounts, xero.tax_rates, xero.tracking_options)
    if documents is not None:
        checked.problems += check_documents_against_xero(
            documents, mappings, xero.accounts, xero.tax_rates, xero.payment_accounts
        )
        checked.warnings += check_scopes(settings, documents.kinds_on)
    checked.warnings += find_tracked_goods(mappings, xero.tracked_items, xero.accounts)
    checked.warnings += [*_foreign_documents(settings, xero), *(Problem("Xero", words) for words in xero.unread)]
    checked.held.append(f"Xero: {xero.organisation}, {xero.base_currency}; every account, tax type and option fits.")
    return xero.organisation


def _foreign_documents(settings: Settings, xero: XeroFacts) -> list[Problem]:
    """Documents in currencies that are not switched on in Xero: their bills cannot be entered there."""
    found = read_core_tables(settings, None)
    absent = [code for code in (found.currencies if found else ()) if code not in xero.currencies]
    if not absent or any("currencies" in words for words in xero.unread):
        return []
    fix = f"Switch them on in Xero; there are: {', '.join(xero.currencies)}"
    return [Problem("core.bill_lines", f"documents are in {', '.join(absent)}, which Xero has not switched on", fix)]

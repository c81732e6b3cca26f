"""What comes back after documents were sent: paid amounts and balances into core, and payments into Cin7."""

from functools import partial

from pipelines.document_sync import DocumentRun, sync_documents
from pipelines.errors import UsageProblem
from pipelines.extract.source_shapes import ApiInput
from pipelines.extract.source_yaml import read_source
from pipelines.steps.run import CloseRun
from pipelines.sync.paid_back import read_paid_back
from pipelines.sync.source_answers import open_writer
from pipelines.sync.source_writing import Shape, Written, core_payment, omni_payment, write_payments


def sync_both_ways(sync: DocumentRun) -> None:
    """Plan, post and compare; then read back what was paid, and write it into the source where the settings say so."""
    sync_documents(sync)
    update_source(sync)


def update_source(sync: DocumentRun) -> None:
    """The steps that go the other way, as far as documents.yaml has them (payments.pull, payments.update_source)."""
    payments = sync.documents.payments
    if payments.pull or payments.update_source:
        sync.run.step("Read payments and balances back", _read_back, is_safe_to_retry=True)
    if payments.update_source:
        sync.run.step("Write payments into Cin7", lambda _: _write(sync))


def _read_back(run: CloseRun) -> None:
    read_paid_back(run.warehouse)


def _write(sync: DocumentRun) -> None:
    write_back(sync)


def write_back(sync: DocumentRun) -> Written:
    """Payments of people in Xero into Cin7, each once.

    Raises:
        UsageProblem: the source is no Cin7 (exit 2). Incomplete: Cin7 gave no answer (exit 7).
    """
    settings = sync.run.close.settings
    source = read_source(settings.mappings / "sources" / f"{sync.run.close.mappings.close.source}.yaml")
    apis = sorted({one.api for one in source.inputs.values() if isinstance(one, ApiInput)})
    if len(apis) != 1:
        raise UsageProblem(
            f"payments.update_source of documents.yaml is on, and the source {source.name} reads "
            f"{' and '.join(apis) or 'files'}: payments can be written into Cin7 Omni or Core only. Set it to false."
        )
    assumed = {str(name): str(one.value) for name, one in source.assumptions.items()}
    zone = str(source.content.source.time_zone)
    shapes: dict[str, Shape] = {
        "omni": omni_payment(zone, shifts_days=assumed.get("business_dates") != "days"),
        "core": core_payment,
    }

    def tell(done: int, total: int, what: str) -> None:
        sync.run.progress(done, total, what)

    return write_payments(sync.run.warehouse, partial(open_writer, settings, apis[0]), shapes[apis[0]], tell)

"""`tieout`, killed with SIGKILL at a given step: STEP COUNT, then the arguments of the command line.

The kill is one of the process itself, at the n-th time that it comes by a step of its own; steps inside the server are
the test's business. Requests hold two journals, so that a month makes many, and nobody waits.
"""

import os
import sys
from functools import partial

from pipelines import document_sync, month_end
from pipelines.cli import main
from pipelines.load import apply, batches
from pipelines.load.outbox import Outbox
from pipelines.load.post_log import export_plan
from pipelines.load.read_back import read_back
from pipelines.load.recording import Recorder
from pipelines.load.xero_client import XeroClient
from pipelines.sync import apply as sync_apply
from pipelines.sync.read_back import read_back_state
from pipelines.sync.recording import SyncRecorder
from tests.pipelines.dying import Death

SMALL_BATCH = 2
SYNC_BATCH = 12
"""Documents a request of the document sync: the sample company has some hundred."""


def arm(step: str, count: int) -> None:
    """Put a trap at each step; the one that is named springs at its count-th time."""
    watched = Death(step, count).at
    for name in ("create_manual_journals", "end_manual_journal", "attach_file", "add_history", "write_documents"):
        setattr(XeroClient, name, watched("request", getattr(XeroClient, name)))
    Outbox.save = watched("commit", Outbox.save)  # type: ignore[method-assign]
    Recorder.__call__ = watched("record", Recorder.__call__)  # type: ignore[method-assign]
    SyncRecorder.__call__ = watched("record", SyncRecorder.__call__)  # type: ignore[method-assign]
    setattr(sync_apply, "read_back_state", watched("read back", read_back_state))  # noqa: B010
    setattr(sync_apply, "export_plan", watched("export plan", export_plan))  # noqa: B010
    for name, function in (("read_back", read_back), ("export_plan", export_plan)):
        setattr(apply, name, watched(name.replace("_", " "), function))


def run() -> None:
    """Arm, then do what the arguments say."""
    step, count, *arguments = sys.argv[1:]
    batches.MOST_DOCUMENTS = SYNC_BATCH if "documents" in os.environ.get("KILLED", "") else SMALL_BATCH
    setattr(document_sync, "SyncMeans", partial(sync_apply.SyncMeans, pause=lambda _: None))  # noqa: B010
    setattr(month_end, "apply_plan", partial(apply.apply_plan, pause=lambda _: None))  # noqa: B010
    arm(step, int(count))
    sys.argv = ["tieout", *arguments]
    main()


if __name__ == "__main__":
    run()

"""The one way from Python into the compiled loop: one function, so that all of it is compiled once."""

from numpy import int8
from numpy.typing import NDArray

from transforms.costing.kernel.compiling import entry
from transforms.costing.kernel.layout import DONE, Ledger, Table
from transforms.costing.kernel.owed import learn_from_pass
from transforms.costing.kernel.passes import begin_pass, end_pass, run_pass
from transforms.costing.kernel.separate import settle_separately

SEPARATE, BEGIN_FIRST_PASS, BEGIN_PASS, PASS, END_PASS, LEARN = range(6)


@entry
def run(
    ledger: Ledger, starts: Table, outcome: NDArray[int8], task: int, first: int, last: int
) -> tuple[int, int]:  # fmt: skip
    """Do one task.

    Args:
        ledger: the tables.
        starts: first move of each pool, and the end of the last one.
        outcome: what is certain of each pool, written by SEPARATE.
        task: SEPARATE settles pools first to last on their own; the others are the parts of a pass (`passes`): begin
            it, settle, end it, and learn from it, the `first` since circles were cut.
        first: see task.
        last: see task.

    Returns:
        DONE or which table has to grow; and the pool to go on with (SEPARATE), or 1 if something was learned (LEARN).
    """
    if task == SEPARATE:
        return settle_separately(ledger, starts, outcome, first, last)
    if task == PASS:
        return run_pass(ledger), 0
    if task == END_PASS:
        end_pass(ledger)
    elif task == LEARN:
        return DONE, 1 if learn_from_pass(ledger, first) else 0
    else:
        begin_pass(ledger, task == BEGIN_FIRST_PASS)
    return DONE, 0

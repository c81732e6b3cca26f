"""The one way from Python into the compiled loop: one function, so that all of it is compiled once."""

from numpy import int8
from numpy.typing import NDArray

from transforms.costing.kernel.compiling import entry
from transforms.costing.kernel.layout import DEBTS_ROOM, DONE, LAYERS_ROOM, PIECES_ROOM, POOLS, Ledger, Table, Tables
from transforms.costing.kernel.owed import learn_from_pass
from transforms.costing.kernel.passes import begin_pass, end_pass, run_pass
from transforms.costing.kernel.pointers import address
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
    flags = ledger.flags
    flags[POOLS], flags[DEBTS_ROOM] = len(ledger.pools), len(ledger.debts)
    flags[LAYERS_ROOM], flags[PIECES_ROOM] = len(ledger.layers), len(ledger.pieces)
    tables = Tables(
        address(ledger.action),
        address(ledger.units),
        address(ledger.own),
        address(ledger.own_rest),
        address(ledger.late),
        address(ledger.late_rest),
        address(ledger.unit_cost),
        address(ledger.standard),
        address(ledger.slot),
        address(ledger.flags),
        address(ledger.pools),
        address(ledger.layers),
        address(ledger.pieces),
        address(ledger.debts),
        address(ledger.slots),
        address(ledger.links),
        address(ledger.stack),
        address(ledger.cents),
        address(ledger.unit_millionths),
        address(ledger.provisional),
        address(ledger.is_provisional),
        address(ledger.expensed),
        address(ledger.problem),
        address(starts),
        address(outcome),
    )
    if task == SEPARATE:
        return settle_separately(tables, first, last)
    if task == PASS:
        return run_pass(tables), 0
    if task == END_PASS:
        end_pass(tables)
    elif task == LEARN:
        return DONE, 1 if learn_from_pass(tables, first) else 0
    else:
        begin_pass(tables, task == BEGIN_FIRST_PASS)
    return DONE, 0

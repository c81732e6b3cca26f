"""Tables as bare addresses: an array that is passed on in compiled code counts who holds it, at every call.

Those counts are shared by all threads, and cost more than the work on a move. An address is one word, and counts
nothing; whoever calls the loop holds the arrays as long as it runs.
"""

from collections.abc import Callable
from typing import Any, cast

from numba import types
from numba.extending import intrinsic

Of = Any
"""Something of numba's: a type, a builder of code, a value in it."""


def _address(typing: Of, array: Of) -> Of:
    """Make the code that finds the address of an array's first number."""

    def generate(context: Of, builder: Of, signature: Of, arguments: Of) -> Of:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    pointer: Of = types.CPointer
    return pointer(array.dtype)(array), generate


def _row(typing: Of, table: Of, at: Of) -> Of:
    """Make the code that finds the address of a number in a table."""

    def generate(context: Of, builder: Of, signature: Of, arguments: Of) -> Of:
        return builder.gep(arguments[0], [arguments[1]], inbounds=True)

    return table(table, types.int64), generate


address = cast(Callable[[Of], Of], intrinsic(_address))
"""The address of an array's first number, in compiled code: `address(array)[7]` is the eighth."""

row = cast(Callable[[Of, int], Of], intrinsic(_row))
"""The address of a number of a table, in compiled code: where one of its records begins."""

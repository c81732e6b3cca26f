"""The first day on which two running balances differ, found by halving the days between: few balances are read."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal


def first_day_of_difference(difference: Callable[[date], Decimal], opening_day: date, cut_off: date) -> date | None:
    """The day on which a difference began that still stands at the cut-off.

    Args:
        difference: what two balances differ by at the end of a day, in base currency; each call may cost a request.
        opening_day: a day on which the balances are compared first: what differs then began on or before it.
        cut_off: last day.

    Returns:
        A day whose end shows a difference while the day before shows none; the opening day where it differs already;
        None where the cut-off does not differ. A difference that came, went and came again may give a later coming.
        It takes at most two calls more than the logarithm of the number of days.
    """
    if not difference(cut_off):
        return None
    if difference(opening_day):
        return opening_day
    equal, different = opening_day, cut_off
    while (different - equal).days > 1:
        middle = equal + timedelta(days=(different - equal).days // 2)
        if difference(middle):
            different = middle
        else:
            equal = middle
    return different

"""Comments on the flux: kept with the close, on the lines they name, by the person who wrote them."""

import pytest

from tests.sample_company import Company


def test_a_comment_is_kept_and_the_lines_without_one_are_told(closed: Company) -> None:
    said = closed.tieout("comment", "2026-10", "Two pallets late", "--category", "Tents", "--as", "Ada", "--json")
    assert said.exit_code == 0, said.message
    assert said.json["lines"] == 6
    left = said.json["open"]
    assert left
    assert {one["category"] for one in left} == {"Clothing"}
    again = closed.tieout("comment", "2026-10", "Three pallets late", "--category", "Tents", "--as", "Ada")
    assert "Kept for 6 lines of 2026-10." in again.out
    rows = closed.query("select category, branch, comment_text, commented_by from close.flux_comments").rows()
    assert rows == [("Tents", None, "Three pallets late", "Ada")]
    wrong = closed.tieout("comment", "2026-10", "x", "--branch", "Auklnd", "--as", "Ada")
    assert wrong.exit_code == 2
    assert "branch: Auckland, Christchurch, Wellington" in wrong.message
    empty = closed.tieout("comment", "2026-10", " ", "--as", "Ada")
    assert (empty.exit_code, empty.message) == (
        2, 'A comment needs words and a name: tieout comment PERIOD "why" --as NAME',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("comment", "2026-09", "x", "--as", "Ada"), "There is no flux of 2026-09 against last month."),
        (("pack", "2026-09"), "The warehouse holds no figures of 2026-09."),
    ],
)
def test_before_the_close_there_is_nothing_to_say(untouched: Company, arguments: tuple[str, ...], message: str) -> None:
    stopped = untouched.tieout(*arguments)
    assert stopped.exit_code == 2
    assert stopped.message.startswith(message)

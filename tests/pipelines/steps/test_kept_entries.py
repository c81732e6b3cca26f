"""A closed month keeps what its journals are the sum of, so that it can be mapped again."""

from pipelines.settings import Settings
from pipelines.warehouse import open_published


def test_the_kept_entries_of_every_month_sum_to_its_lines(closed_settings: Settings) -> None:
    with open_published(closed_settings) as warehouse:
        differing = warehouse.query(
            """
            with kept as (select period, journal_key, role, sum(entry_amount) as amount
                          from close.journal_entries group by all),
                 lines as (select period, journal_key, role, sum(line_amount) as amount
                           from close.journal_lines group by all)
            select journal_key, role, kept.amount as kept_amount, lines.amount as line_amount
            from kept full join lines using (period, journal_key, role)
            where coalesce(kept.amount, 0) is distinct from coalesce(lines.amount, 0)
            """
        )
        months = warehouse.query("select distinct period from close.journal_entries").height

    assert differing.rows() == []
    assert months == 2

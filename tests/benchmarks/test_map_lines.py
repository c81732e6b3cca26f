"""The benchmark of the mapping rules measures rules that decide as a plain loop does."""

from tests.benchmarks.map_lines import as_text, measure


def test_the_figures_of_a_small_run_can_be_read() -> None:
    figures = measure(line_count=3_000, rule_count=70, repeats=1)

    assert (figures["lines"], figures["rules"]) == (3_000, 70)
    assert figures["ratio_to_plain_join"] > 0
    assert as_text(figures).startswith("# Mapping: 70 rules over 3,000 lines (")

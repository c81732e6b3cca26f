"""Rules with lists and patterns: the same answer as trying them one after the other."""

from fnmatch import fnmatchcase

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.rule_lists import WORD_BITS, decide, match, matching_rules

Rule = dict[str, list[str] | None]
Line = dict[str, str | None]

ATTRIBUTES = ["sku", "channel", "brand"]


def rule_table(rules: list[Rule]) -> pl.DataFrame:
    columns = {name: pl.Series([rule.get(name) for rule in rules], dtype=pl.List(pl.String)) for name in ATTRIBUTES}
    return pl.DataFrame({**columns, "outcome": [f"rule {place}" for place in range(len(rules))]})


def line_table(lines: list[Line], attributes: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: line.get(name) for name in attributes} for line in lines], schema=dict.fromkeys(attributes, pl.String)
    ).with_row_index("place")


def that_match(line: Line, rules: list[Rule]) -> list[int]:
    """As a person would: every condition of the rule, one after the other."""

    def fits(rule: Rule, name: str) -> bool:
        conditions, value = rule.get(name), line.get(name)
        return conditions is None or (value is not None and any(fnmatchcase(value, one) for one in conditions))

    return [place for place, rule in enumerate(rules) if all(fits(rule, name) for name in ATTRIBUTES)]


VALUES = st.sampled_from([None, "A", "AB", "ABC", "B", "BA", "", "ä.b"])
CONDITION = st.none() | st.lists(
    st.sampled_from(["A", "AB", "A*", "*B", "?B", "*", "??", "B", "ä.*", "A.*"]), min_size=1
)
RULES = st.lists(st.fixed_dictionaries(dict.fromkeys(ATTRIBUTES, CONDITION)), max_size=8)
LINES = st.lists(st.fixed_dictionaries(dict.fromkeys(ATTRIBUTES, VALUES)), max_size=8)


@settings(max_examples=100, deadline=None)
@given(rules=RULES, lines=LINES, given_attributes=st.sets(st.sampled_from(ATTRIBUTES)))
def test_bits_find_what_a_loop_finds(rules: list[Rule], lines: list[Line], given_attributes: set[str]) -> None:
    attributes = [name for name in ATTRIBUTES if name in given_attributes]
    table, rows = rule_table(rules), line_table(lines, attributes)
    by_hand = [that_match({name: line[name] for name in attributes}, rules) for line in lines]

    matched = match(rows.lazy(), table, ATTRIBUTES).collect().sort("place")
    decided = decide(rows.lazy(), table, ATTRIBUTES, "outcome").collect().sort("place")

    assert matching_rules(matched) == by_hand
    assert decided["outcome"].to_list() == [f"rule {found[0]}" if found else None for found in by_hand]
    assert decided.columns == [*rows.columns, "outcome"]


def test_more_rules_than_one_number_has_bits() -> None:
    many = 3 * WORD_BITS + 5
    rules: list[Rule] = [{"sku": [f"S{place}"]} for place in range(many)]
    lines: list[Line] = [{"sku": f"S{place}"} for place in (0, WORD_BITS - 1, WORD_BITS, many - 1, many)]

    decided = decide(line_table(lines, ATTRIBUTES).lazy(), rule_table(rules), ATTRIBUTES, "outcome").collect()

    names = dict(zip(decided["sku"], decided["outcome"], strict=True))
    assert names == {f"S{place}": f"rule {place}" if place < many else None for place in (0, 62, 63, many - 1, many)}


def test_a_pattern_is_no_regular_expression() -> None:
    rules: list[Rule] = [{"sku": ["A.C*"]}, {"sku": ["(x|y)+"]}]
    lines: list[Line] = [{"sku": "ABC"}, {"sku": "A.C-9"}, {"sku": "(x|y)+"}, {"sku": "A.C\nnew line"}]

    decided = decide(line_table(lines, ATTRIBUTES).lazy(), rule_table(rules), ATTRIBUTES, "outcome").collect()

    assert decided.sort("place")["outcome"].to_list() == [None, "rule 0", "rule 1", "rule 0"]

"""Each way in which a mapping file can be broken YAML, or YAML that says something else than its writer meant."""

# ruff: noqa: E501 - a message stands on one line, as the terminal shows it

from collections.abc import Callable
from pathlib import Path

import pytest

from mappings.reader import MappingProblems, read_mappings
from tests.mappings.broken_file import Case, expect_messages

CASES = [
    Case(
        "octal_code",
        "accounts",
        'accounts:\n  stock_on_hand: 0630\n  cogs: "310"\n',
        [
            'mappings/accounts.yaml:2:18: accounts.stock_on_hand is the number 408 (YAML read 0630 as octal). Quote it: "0630"',
        ],
    ),
    Case(
        "plain_number_code",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: 310}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is the number 310. Quote it: "310"',
        ],
    ),
    Case(
        "hexadecimal_code",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: 0x1F}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is the number 31 (YAML read 0x1F as hexadecimal). Quote it: "0x1F"',
        ],
    ),
    Case(
        "base_60_code",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: 12:30}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is the number 750 (YAML read 12:30 as base 60, like hours and minutes). Quote it: "12:30"',
        ],
    ),
    Case(
        "underscored_number",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: 3_10}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is the number 310 (YAML read 3_10 as a number). Quote it: "3_10"',
        ],
    ),
    Case(
        "decimal_number",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: 310.10}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is the number 310.10. Quote it: "310.10"',
        ],
    ),
    Case(
        "signed_number",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: +310}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is the number 310 (YAML read +310 as a number). Quote it: "+310"',
        ],
    ),
    Case(
        "infinite",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: .inf}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is the number inf (YAML read .inf as a number). Quote it: ".inf"',
        ],
    ),
    Case(
        "endless_number",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: ' + "9" * 5000 + "}\n",
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is a number (YAML read 999999999999999999999999999999999999999999999999999999999... as one). Write a Xero account code, quoted, of at most 10 characters, such as "310"',
        ],
    ),
    Case(
        "endless_hexadecimal",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: 0x' + "9" * 5000 + "}\n",
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is a number (YAML read 0x9999999999999999999999999999999999999999999999999999999... as one). Write a Xero account code, quoted, of at most 10 characters, such as "310"',
        ],
    ),
    Case(
        "code_too_long",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: "31000000000"}\n',
        [
            'mappings/accounts.yaml:1:40: accounts.cogs is "31000000000". Write a Xero account code, quoted, of at most 10 characters, such as "310"',
        ],
    ),
    Case(
        "code_with_space",
        "accounts",
        'accounts: {stock_on_hand: "630 ", cogs: "310"}\n',
        [
            'mappings/accounts.yaml:1:27: accounts.stock_on_hand is "630 ". Write a Xero account code, quoted, of at most 10 characters, such as "310"',
        ],
    ),
    Case(
        "code_empty",
        "accounts",
        'accounts:\n  stock_on_hand: ""\n  cogs:\n',
        [
            'mappings/accounts.yaml:2:18: accounts.stock_on_hand is an empty text. Write a Xero account code, quoted, of at most 10 characters, such as "310"',
            'mappings/accounts.yaml:3:8: accounts.cogs is empty. Write a Xero account code, quoted, of at most 10 characters, such as "310"',
        ],
    ),
    Case(
        "code_null",
        "accounts",
        'accounts: {stock_on_hand: ~, cogs: "310"}\n',
        [
            'mappings/accounts.yaml:1:27: accounts.stock_on_hand is nothing (YAML read ~ as null). Write a Xero account code, quoted, of at most 10 characters, such as "310"',
        ],
    ),
    Case(
        "code_list",
        "accounts",
        'accounts: {stock_on_hand: ["630"], cogs: {code: "310"}}\n',
        [
            'mappings/accounts.yaml:1:27: accounts.stock_on_hand is a list. Write a Xero account code, quoted, of at most 10 characters, such as "310"',
            'mappings/accounts.yaml:1:42: accounts.cogs is a mapping. Write a Xero account code, quoted, of at most 10 characters, such as "310"',
        ],
    ),
    Case(
        "anchor",
        "accounts",
        'accounts: &a\n  stock_on_hand: "630"\n  cogs: *b\n',
        [
            "mappings/accounts.yaml:1:11: &a is an anchor. Write each value out: anchors and aliases are not read",
            "mappings/accounts.yaml:3:9: *b repeats another part of the file. Write the value out: anchors and aliases are not read",
        ],
    ),
    Case(
        "bomb",
        "accounts",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        [
            'mappings/accounts.yaml:1:1: unknown key "a". Write one of: accounts, precedence, rules',
            'mappings/accounts.yaml:1:1: the file has no "accounts". Add it: Account of each role',
            "mappings/accounts.yaml:1:4: &a is an anchor. Write each value out: anchors and aliases are not read",
            'mappings/accounts.yaml:2:1: unknown key "b". Write one of: accounts, precedence, rules',
            "mappings/accounts.yaml:2:4: &b is an anchor. Write each value out: anchors and aliases are not read",
            "mappings/accounts.yaml:2:8: *a repeats another part of the file. Write the value out: anchors and aliases are not read",
            "mappings/accounts.yaml:2:12: *a repeats another part of the file. Write the value out: anchors and aliases are not read",
            'mappings/accounts.yaml:3:1: unknown key "c". Write one of: accounts, precedence, rules',
            "mappings/accounts.yaml:3:5: *b repeats another part of the file. Write the value out: anchors and aliases are not read",
            "mappings/accounts.yaml:3:9: *b repeats another part of the file. Write the value out: anchors and aliases are not read",
        ],
    ),
    Case(
        "merge",
        "accounts",
        'accounts:\n  <<: {cogs: "310"}\n  stock_on_hand: "630"\n  cogs: "310"\n',
        [
            "mappings/accounts.yaml:2:3: a key of accounts is << (YAML would copy other keys in). Write the keys out",
        ],
    ),
    Case(
        "tag",
        "accounts",
        'accounts:\n  stock_on_hand: !!str 630\n  cogs: !!python/name:os.system "310"\n',
        [
            'mappings/accounts.yaml:2:18: the tag "tag:yaml.org,2002:str" is not read. Delete it; quote a value that is text',
            'mappings/accounts.yaml:3:9: the tag "tag:yaml.org,2002:python/name:os.system" is not read. Delete it; quote a value that is text',
        ],
    ),
    Case(
        "tab",
        "accounts",
        'accounts:\n\tcogs: "310"\n',
        [
            "mappings/accounts.yaml:2:1: not YAML: a tab stands where only spaces may. Indent with spaces",
        ],
    ),
    Case(
        "indent",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n    cogs: "310"\n',
        [
            "mappings/accounts.yaml:3:5: not YAML: this does not continue what stands above. Begin all keys of a block in the same column, and put nothing behind a closing quote",
        ],
    ),
    Case(
        "dedent",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n cogs: "310"\n',
        [
            "mappings/accounts.yaml:3:2: not YAML: this does not continue what stands above. Begin all keys of a block in the same column, and put nothing behind a closing quote",
        ],
    ),
    Case(
        "colon",
        "adjustments",
        'reasons:\n  Lost: at sea: {account: "429"}\n',
        [
            'mappings/adjustments.yaml:2:15: not YAML: a second ": " in one value, or a line that is indented too far. Quote a text that holds ": "',
        ],
    ),
    Case(
        "no_space",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs:"310"\n',
        [
            "mappings/accounts.yaml:3:3: not YAML: a line that is no key with a value. Write key: value, with a space in between",
        ],
    ),
    Case(
        "open_quote",
        "accounts",
        'accounts:\n  stock_on_hand: "630\n  cogs: "310"\n',
        [
            "mappings/accounts.yaml:3:10: not YAML: this does not continue what stands above. Begin all keys of a block in the same column, and put nothing behind a closing quote",
        ],
    ),
    Case(
        "open_bracket",
        "corrections",
        "corrections: [\n",
        [
            "mappings/corrections.yaml:2:1: not YAML: the file ends inside brackets. Close them",
        ],
    ),
    Case(
        "two_docs",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\n---\naccounts:\n  stock_on_hand: "630"\n  cogs: "310"\n',
        [
            "mappings/accounts.yaml:4:1: not YAML: a second document begins. Delete the line ---",
        ],
    ),
    Case(
        "merge_marks",
        "accounts",
        'accounts:\n<<<<<<< HEAD\n  cogs: "310"\n=======\n  cogs: "311"\n>>>>>>> main\n',
        [
            "mappings/accounts.yaml:2:1: not YAML: a merge left two versions here."
            " Keep one of them, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>",
        ],
    ),
    Case(
        "deep",
        "adjustments",
        "reasons: " + "[" * 500 + "\n",
        [
            "mappings/adjustments.yaml:1:29: not YAML: nested deeper than 20 levels",
        ],
    ),
    Case(
        "control",
        "accounts",
        'accounts:\n  cogs: "3\x0010"\n',
        [
            "mappings/accounts.yaml:2:11: U+0000 is a character that YAML does not allow. Delete it",
        ],
    ),
    Case(
        "escape",
        "accounts",
        'accounts:\n  cogs: "\\UFFFFFFFF"\n',
        [
            "mappings/accounts.yaml:2:12: not YAML: an escape or a number that stands for nothing. Write the character itself",
        ],
    ),
    Case(
        "directive",
        "accounts",
        '%YAML 3.0\n---\naccounts:\n  stock_on_hand: "630"\n  cogs: "310"\n',
        [
            "mappings/accounts.yaml:1:1: not YAML: directives, the lines that begin with %, are not read. Delete them",
        ],
    ),
    Case(
        "at",
        "accounts",
        "accounts:\n  cogs: @310\n",
        [
            "mappings/accounts.yaml:2:9: not YAML: a text begins with a character that means something in YAML. Quote the text",
        ],
    ),
    Case(
        "complex_key",
        "accounts",
        "? [a, b]\n: 1\n",
        [
            'mappings/accounts.yaml:1:1: the file has no "accounts". Add it: Account of each role',
            "mappings/accounts.yaml:1:3: a key of the file is a list. Write a text",
        ],
    ),
    Case(
        "latin1",
        "adjustments",
        b'reasons:\n  Verlust K\xf6ln: {account: "429"}\n',
        [
            "mappings/adjustments.yaml:2:12: byte 0xF6 is not UTF-8. Save the file as UTF-8",
        ],
    ),
    Case(
        "utf16",
        "adjustments",
        b"\xff\xfer\x00e\x00a\x00s\x00o\x00n\x00s\x00:\x00 \x00{\x00}\x00\n\x00",
        [
            "mappings/adjustments.yaml:1:1: byte 0xFF is not UTF-8. Save the file as UTF-8",
        ],
    ),
    Case(
        "nul",
        "adjustments",
        b"\x00\x01\x02",
        [
            "mappings/adjustments.yaml:1:1: U+0000 is a character that YAML does not allow. Delete it",
        ],
    ),
    Case(
        "large",
        "adjustments",
        b"#" * 1_000_001,
        [
            "mappings/adjustments.yaml: the file is larger than 1,000,000 bytes. Is it the right one?",
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_broken_file_is_explained(case: Case, company: Callable[..., Path]) -> None:
    expect_messages(case, company)


def test_all_files_are_reported_at_once_in_their_order(company: Callable[..., Path]) -> None:
    folder = company(close="close: {}\n", accounts="accounts: {cogs: 310}\n", taxes="tax_types: [NONE]\n")
    (folder / "tracking.yaml").unlink()
    (folder / "adjustment.yaml").write_text("reasons: {}\n")

    with pytest.raises(MappingProblems) as refused:
        read_mappings(folder)

    assert str(refused.value).splitlines() == [
        'mappings/accounts.yaml:1:11: accounts has no "stock_on_hand". Add it: Stock on hand, a CURRENT account: the one that the tie-out proves',
        'mappings/accounts.yaml:1:18: accounts.cogs is the number 310. Quote it: "310"',
        "mappings/taxes.yaml:1:12: tax_types is a list. Write keys with values under it, or {} for none",
        "mappings/tracking.yaml: the file is missing. Create it with the key categories: At most two, as in Xero; [] for none",
        'mappings/close.yaml:1:8: close has no "source". Add it: The source that is closed: a file in mappings/sources, without .yaml',
        'mappings/close.yaml:1:8: close has no "first_period". Add it: First month that tieout closes (YYYY-MM); what moved before is in Xero\'s opening balance',
        "mappings/adjustment.yaml: nothing reads this file",
        "    Did you mean adjustments.yaml?",
    ]


def test_a_missing_folder_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(MappingProblems) as refused:
        read_mappings(tmp_path / "nowhere")

    assert str(refused.value).splitlines() == [
        "nowhere: there is no such folder",
        "    Set TIEOUT_MAPPINGS to the folder that holds accounts.yaml and its sisters",
    ]


def test_a_file_that_is_wrong_all_over_ends_after_a_hundred_messages(company: Callable[..., Path]) -> None:
    folder = company(adjustments="reasons:\n" + "".join(f'  {number}: {{account: "429"}}\n' for number in range(150)))

    with pytest.raises(MappingProblems) as refused:
        read_mappings(folder)

    assert len(refused.value.problems) == 101
    assert str(refused.value.problems[-1]) == "mappings/adjustments.yaml: and 50 more problems"


@pytest.mark.parametrize("text", ["\ufeff{}", "{}"], ids=["byte order mark", "none"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_line_ends_make_no_difference(
    text: str, line_end: str, company: Callable[..., Path]
) -> None:
    good = 'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\n'
    plain = read_mappings(company(accounts=good)).accounts

    other = read_mappings(company(accounts=text.format(good).replace("\n", line_end))).accounts

    assert other == plain
    assert other.accounts.cogs.defined_at == plain.accounts.cogs.defined_at == "mappings/accounts.yaml:3:9"

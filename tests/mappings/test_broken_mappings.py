"""Each way in which a mapping file can be good YAML and no good mapping: keys, rules, values, what fits together."""

# ruff: noqa: E501 - a message stands on one line, as the terminal shows it

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mappings.broken_file import Case, expect_messages

CASES = [
    Case(
        "unknown_key",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\n  purchase_price_varience: "498"\n',
        [
            'mappings/accounts.yaml:4:3: unknown key "purchase_price_varience". Did you mean "purchase_price_variance"?',
        ],
    ),
    Case(
        "unknown_key_far",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nzebra: 1\n',
        [
            'mappings/accounts.yaml:4:1: unknown key "zebra". Write one of: accounts, precedence, rules',
        ],
    ),
    Case(
        "duplicate_key",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\n  cogs: "311"\n',
        [
            'mappings/accounts.yaml:4:3: duplicate key "cogs", first on line 3. Keep one of them',
        ],
    ),
    Case(
        "missing_keys",
        "accounts",
        'accounts: {rounding: "499"}\n',
        [
            'mappings/accounts.yaml:1:11: accounts has no "stock_on_hand". Add it: Stock on hand, a CURRENT account: the one that the tie-out proves',
            'mappings/accounts.yaml:1:11: accounts has no "cogs". Add it: Cost of goods sold',
        ],
    ),
    Case(
        "missing_top",
        "accounts",
        "rules: []\n",
        [
            'mappings/accounts.yaml:1:1: the file has no "accounts". Add it: Account of each role',
        ],
    ),
    Case(
        "empty",
        "accounts",
        "",
        [
            "mappings/accounts.yaml:1:1: the file is empty. Begin with the key accounts: Account of each role",
        ],
    ),
    Case(
        "only_comments",
        "accounts",
        "# nothing yet\n\n",
        [
            "mappings/accounts.yaml:1:1: the file is empty. Begin with the key accounts: Account of each role",
        ],
    ),
    Case(
        "null_value",
        "adjustments",
        "reasons:\n  # none yet\n",
        [
            "mappings/adjustments.yaml:1:9: reasons is empty. Write keys with values under it, or {} for none",
        ],
    ),
    Case(
        "list_top",
        "accounts",
        "- accounts\n",
        [
            "mappings/accounts.yaml:1:1: the file is a list. Write its keys: accounts, precedence, rules",
        ],
    ),
    Case(
        "text_top",
        "accounts",
        "accounts\n",
        [
            'mappings/accounts.yaml:1:1: the file is the text "accounts". Write its keys: accounts, precedence, rules',
        ],
    ),
    Case(
        "rule_without_condition",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n  - {role: cogs, account: "311"}\n',
        [
            "mappings/accounts.yaml:5:5: the rule for cogs has no condition. Write cogs under accounts, or add one of: order_account, charge_type, reason, sku, customer, supplier, party, customer_group, location, channel, category, brand, journal_kind, currency",
        ],
    ),
    Case(
        "rule_never_wins",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n  - {role: cogs, channel: Web, account: "311"}\n  - {role: cogs, channel: Web, category: A, account: "312"}\n',
        [
            "mappings/accounts.yaml:6:5: the rule for cogs never wins: the one on line 5 matches first. Put it above that one, or delete it",
        ],
    ),
    Case(
        "rule_never_wins_by_pattern",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n  - {role: cogs, sku: [KIT-1, "B*"], account: "312"}\n'
        '  - {role: cogs, sku: "KIT-*", account: "311"}\n  - {role: cogs, sku: [KIT-2, "KIT-3*"], from: 2026-10, account: "313"}\n',
        [
            "mappings/accounts.yaml:7:5: the rule for cogs never wins: the one on line 6 matches first. Put it above that one, or delete it",
        ],
    ),
    Case(
        "rule_level_decides_who_never_wins",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nprecedence: [category, branch, line, product, contact, default]\nrules:\n'
        '  - {role: cogs, channel: Web, sku: A, account: "311"}\n  - {role: cogs, channel: Web, account: "312"}\n'
        '  - {role: cogs, channel: Web, sku: [A], account: "313"}\n',
        [
            "mappings/accounts.yaml:8:5: the rule for cogs never wins: the one on line 6 matches first. Put it above that one, or delete it",
        ],
    ),
    Case(
        "rule_backward_months",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n  - {role: cogs, sku: A, from: 2026-10, to: 2026-09, account: "311"}\n',
        [
            "mappings/accounts.yaml:5:5: the rule for cogs serves no month: from 2026-10 to 2026-09. Swap from and to",
        ],
    ),
    Case(
        "rule_empty_list",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n  - {role: cogs, sku: [], currency: nzd, journal_kind: [cogs, sales], account: "311"}\n',
        [
            "mappings/accounts.yaml:5:23: rules[].sku has 0 entries. Write at least 1",
            'mappings/accounts.yaml:5:37: rules[].currency is "nzd". Write an ISO 4217 code in capitals, such as NZD',
            'mappings/accounts.yaml:5:63: rules[].journal_kind[] is "sales". Write one of: cogs, landed_cost, adjustment, production, valuation, cut_off',
        ],
    ),
    Case(
        "precedence_short",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nprecedence: [line, sku, line]\n',
        [
            "mappings/accounts.yaml:4:13: precedence has 3 entries. Write at least 6",
            'mappings/accounts.yaml:4:20: precedence[] is "sku". Write one of: line, product, contact, branch, category, default',
            'mappings/accounts.yaml:4:25: precedence names "line" twice. Keep one of them',
        ],
    ),
    Case(
        "tax_rule_without_condition",
        "taxes",
        "tax_types: {}\nrules:\n  - {role: cogs, tax_type: NONE}\n  - {tax_type: NONE}\n",
        [
            "mappings/taxes.yaml:3:5: the rule for cogs has no condition. Write cogs under tax_types, or add one of: order_account, charge_type, reason, sku, customer, supplier, party, customer_group, location, channel, category, brand, journal_kind, currency",
            "mappings/taxes.yaml:4:5: the rule has no condition. Write it under tax_types, or add one of: order_account, charge_type, reason, sku, customer, supplier, party, customer_group, location, channel, category, brand, journal_kind, currency",
        ],
    ),
    Case(
        "tracking_options_by_nothing",
        "tracking",
        "tracked_roles: [cogs]\ncategories:\n  - {name: Region, options: {Auckland: North}}\n  - {name: Channel}\n",
        [
            'mappings/tracking.yaml:3:5: category "Region" has options and no `by`. Write what chooses them, such as by: location',
            'mappings/tracking.yaml:4:5: category "Channel" gives no option. Write `by` and `options`, `rules`, or `otherwise`',
        ],
    ),
    Case(
        "rule_role",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n  - {role: cost_of_goods, channel: Web, account: "311"}\n',
        [
            'mappings/accounts.yaml:5:12: rules[].role is "cost_of_goods". Write one of: stock_on_hand, cogs, late_cost, landed_cost_clearing, adjustment, production_clearing, rounding, exchange_difference, purchase_price_variance, purchase_return_variance, opening_difference, goods_received_not_invoiced, goods_in_transit, shipped_not_invoiced',
        ],
    ),
    Case(
        "rules_mapping",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules: {role: cogs}\n',
        [
            "mappings/accounts.yaml:4:8: rules is a mapping. Write a list, or [] for none",
        ],
    ),
    Case(
        "stock_account_twice",
        "adjustments",
        'reasons:\n  Damaged: {account: "630"}\n',
        [
            'mappings/adjustments.yaml:2:22: account "630" is stock on hand too (mappings/accounts.yaml:2:18). Give adjustment another account: a journal between an account and itself moves nothing',
        ],
    ),
    Case(
        "two_stock_accounts_one_cogs",
        "accounts",
        'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\nrules:\n  - {role: stock_on_hand, category: Made, account: "310"}\n',
        [
            'mappings/accounts.yaml:3:9: account "310" is stock on hand too (mappings/accounts.yaml:5:52). Give cogs another account: a journal between an account and itself moves nothing',
        ],
    ),
    Case(
        "tax_lower",
        "taxes",
        "tax_types: {default: none}\n",
        [
            'mappings/taxes.yaml:1:22: tax_types.default is "none". Write Xero\'s code of a tax type in capitals, such as NONE or INPUT2',
        ],
    ),
    Case(
        "tax_name",
        "taxes",
        "tax_types: {default: 15% GST on Expenses}\n",
        [
            'mappings/taxes.yaml:1:22: tax_types.default is "15% GST on Expenses". Write Xero\'s code of a tax type in capitals, such as NONE or INPUT2',
        ],
    ),
    Case(
        "tax_role",
        "taxes",
        "tax_types: {cog: NONE}\n",
        [
            'mappings/taxes.yaml:1:13: a key of tax_types is "cog". Did you mean "cogs"?',
        ],
    ),
    Case(
        "tax_no",
        "taxes",
        "tax_types: {default: No}\n",
        [
            "mappings/taxes.yaml:1:22: tax_types.default is false (YAML read No as false). Write Xero's code of a tax type in capitals, such as NONE or INPUT2",
        ],
    ),
    Case(
        "three_categories",
        "tracking",
        "tracked_roles: [cogs]\ncategories:\n  - {name: A, by: channel, options: {}}\n  - {name: B, by: channel, options: {}}\n  - {name: C, by: channel, options: {}}\n",
        [
            "mappings/tracking.yaml:5:5: categories has 3 entries. At most 2 are allowed",
        ],
    ),
    Case(
        "category_twice",
        "tracking",
        "tracked_roles: [cogs]\ncategories:\n  - {name: Region, by: location, options: {}}\n  - {name: Region, by: channel, options: {}}\n",
        [
            'mappings/tracking.yaml:4:12: tracking category "Region" stands on line 3 already. Rename one of them',
        ],
    ),
    Case(
        "by",
        "tracking",
        "tracked_roles: [cogs, cogs]\ncategories:\n  - {name: Region, by: branch, options: {}}\n",
        [
            'mappings/tracking.yaml:1:23: tracked_roles names "cogs" twice. Keep one of them',
            'mappings/tracking.yaml:3:24: categories[].by is "branch". Did you mean "location"?',
        ],
    ),
    Case(
        "no_roles",
        "tracking",
        "categories:\n  - {name: Region, by: location, options: {}}\n",
        [
            "mappings/tracking.yaml:1:1: tracked_roles names no role, so no line gets an option. Write: tracked_roles: [cogs]",
        ],
    ),
    Case(
        "option_bool",
        "tracking",
        "tracked_roles: [cogs]\ncategories:\n  - name: Online\n    by: channel\n    options: {Web: yes, no: Shop, 707: X}\n",
        [
            'mappings/tracking.yaml:5:20: categories[].options.Web is true (YAML read yes as true). Quote it: "yes"',
            'mappings/tracking.yaml:5:25: a key of categories[].options is false (YAML read no as false). Quote it: "no"',
            'mappings/tracking.yaml:5:35: a key of categories[].options is the number 707. Quote it: "707"',
        ],
    ),
    Case(
        "option_long",
        "tracking",
        "tracked_roles: [cogs]\ncategories:\n  - {name: Region, by: location, options: {A: " + "x" * 101 + "}}\n",
        [
            'mappings/tracking.yaml:3:47: categories[].options.A is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...". Write a name of at most 100 characters, as in Xero',
        ],
    ),
    Case(
        "basis",
        "landed_costs",
        'charges: {freight: {account: "425", basis: Value}}\n',
        [
            'mappings/landed_costs.yaml:1:44: charges.freight.basis is "Value". Did you mean "value"?',
        ],
    ),
    Case(
        "places",
        "landed_costs",
        'charges: {freight: {account: "425", places: 02}, customs: {account: "426", places: 7}, levy: {account: "427", places: "2"}}\n',
        [
            "mappings/landed_costs.yaml:1:45: charges.freight.places is the number 2 (YAML read 02 as octal). Write a whole number from 2 to 6, without quotes",
            "mappings/landed_costs.yaml:1:84: charges.customs.places is the number 7. Write a whole number from 2 to 6, without quotes",
            'mappings/landed_costs.yaml:1:119: charges.levy.places is the text "2". Write a whole number from 2 to 6, without quotes',
        ],
    ),
    Case(
        "reason_key_date",
        "adjustments",
        'reasons:\n  2026-09-30: {account: "429"}\n  ~: {account: "429"}\n  "": {account: "429"}\n',
        [
            'mappings/adjustments.yaml:2:3: a key of reasons is a date (YAML read 2026-09-30 as one). Quote it: "2026-09-30"',
            "mappings/adjustments.yaml:3:3: a key of reasons is nothing (YAML read ~ as null). Write a text",
            "mappings/adjustments.yaml:4:3: a key of reasons is an empty text. Write a text",
        ],
    ),
    Case(
        "reason_scalar",
        "adjustments",
        'reasons:\n  Damaged in transit: "429"\n',
        [
            'mappings/adjustments.yaml:2:23: reasons."Damaged in transit" is the text "429". Write its keys: account',
        ],
    ),
    Case(
        "accepts",
        "corrections",
        'corrections:\n  - {id: C-1, accepts: missing_costs, subjects: ["707"], reason: Gift, owner: Ana, status: open}\n',
        [
            'mappings/corrections.yaml:2:24: corrections[].accepts is "missing_costs". Did you mean "missing_cost"?',
        ],
    ),
    Case(
        "subject_number",
        "corrections",
        'corrections:\n  - {id: C-1, accepts: missing_cost, subjects: [707, "8", "8"], reason: Gift, owner: Ana, status: open}\n',
        [
            'mappings/corrections.yaml:2:49: corrections[].subjects[] is the number 707. Quote it: "707"',
            'mappings/corrections.yaml:2:59: corrections[].subjects names "8" twice. Keep one of them',
        ],
    ),
    Case(
        "no_subjects",
        "corrections",
        "corrections:\n  - {id: C-1, accepts: missing_cost, subjects: [], reason: Gift, owner: Ana, status: open}\n",
        [
            "mappings/corrections.yaml:2:48: corrections[].subjects has 0 entries. Write at least 1",
        ],
    ),
    Case(
        "id_twice",
        "corrections",
        'corrections:\n  - {id: C-1, accepts: missing_cost, subjects: ["707"], reason: Gift, owner: Ana, status: open}\n  - {id: C-1, accepts: missing_cost, subjects: ["707"], reason: Gift, owner: Ana, status: open}\n',
        [
            'mappings/corrections.yaml:3:10: id "C-1" stands on line 2 already. Rename one of them',
        ],
    ),
    Case(
        "backward",
        "corrections",
        'corrections:\n  - {id: C-1, accepts: missing_cost, subjects: ["707"], reason: Gift, owner: Ana, status: open, from: 2026-10, to: 2026-09}\n',
        [
            'mappings/corrections.yaml:2:5: correction "C-1" serves no month: from 2026-10 to 2026-09. Swap from and to',
        ],
    ),
    Case(
        "from_day",
        "corrections",
        'corrections:\n  - {id: C-1, accepts: missing_cost, subjects: ["707"], reason: Gift, owner: Ana, status: open, from: 2026-10-01, to: 2026-13}\n',
        [
            "mappings/corrections.yaml:2:103: corrections[].from is a date (YAML read 2026-10-01 as one). Write a month as YYYY-MM, such as 2026-10",
            'mappings/corrections.yaml:2:119: corrections[].to is the text "2026-13". Write a month as YYYY-MM, such as 2026-10',
        ],
    ),
    Case(
        "corrections_lines",
        "corrections",
        'corrections:\n  - {id: C-1, reason: "a\\nb", owner: "\\ud800", status: closed}\n',
        [
            'mappings/corrections.yaml:2:5: corrections[] has no "accepts". Add it: Kind of exception that it settles',
            'mappings/corrections.yaml:2:5: corrections[] has no "subjects". Add it: What the exceptions name: SKUs, reasons, currencies; each must occur',
            "mappings/corrections.yaml:2:23: corrections[].reason holds a line break. Delete it",
            "mappings/corrections.yaml:2:38: corrections[].owner holds the invisible character U+D800. Delete it",
            'mappings/corrections.yaml:2:56: corrections[].status is "closed". Write one of: open, accepted',
        ],
    ),
    Case(
        "first_period_day",
        "close",
        "close:\n  source: omni\n  first_period: 2026-09-01\n",
        [
            "mappings/close.yaml:3:17: close.first_period is a date (YAML read 2026-09-01 as one). Write a month as YYYY-MM, such as 2026-10",
        ],
    ),
    Case(
        "first_period_number",
        "close",
        "close:\n  source: omni\n  first_period: 202609\n",
        [
            "mappings/close.yaml:3:17: close.first_period is the number 202609. Write a month as YYYY-MM, such as 2026-10",
        ],
    ),
    Case(
        "method",
        "close",
        "close:\n  source: omni\n  first_period: 2026-09\n  costing: {method: FIFO, pool: location}\n",
        [
            'mappings/close.yaml:4:21: close.costing.method is "FIFO". Did you mean "fifo"?',
            'mappings/close.yaml:4:33: close.costing.pool is "location". Did you mean "sku_location"?',
        ],
    ),
    Case(
        "flag_yes",
        "close",
        "close:\n  source: omni\n  first_period: 2026-09\n  approval: {required: yes}\n  journals: {show_on_cash_basis: 'false', stale_after_days: 0}\n",
        [
            "mappings/close.yaml:4:24: close.approval.required is true (YAML read yes as true). Write true or false, without quotes",
            'mappings/close.yaml:5:34: close.journals.show_on_cash_basis is the text "false". Write true or false, without quotes',
            "mappings/close.yaml:5:61: close.journals.stale_after_days is the number 0. Write a whole number from 1 to 366, without quotes",
        ],
    ),
    Case(
        "source_path",
        "close",
        "close:\n  source: mappings/sources/omni.yaml\n  first_period: 2026-09\n",
        [
            'mappings/close.yaml:2:11: close.source is "mappings/sources/omni.yaml". Write small letters, digits and _, beginning with a letter',
        ],
    ),
    Case(
        "currency",
        "close",
        "close:\n  source: omni\n  first_period: 2026-09\n  base_currency: nzd\n",
        [
            'mappings/close.yaml:4:18: close.base_currency is "nzd". Write an ISO 4217 code in capitals, such as NZD',
        ],
    ),
    Case(
        "status_list",
        "close",
        "close:\n  source: omni\n  first_period: 2026-09\n  recognition: {accounting_statuses: imported}\n",
        [
            'mappings/close.yaml:4:38: close.recognition.accounting_statuses is the text "imported". Write a list, or [] for none',
        ],
    ),
    Case(
        "stock_account_by_something_that_goods_have_only_when_they_move",
        "accounts",
        'accounts: {stock_on_hand: "630", cogs: "310"}\nrules:\n  - {role: stock_on_hand, sku: A, account: "631"}\n  - {role: stock_on_hand, sku: B, channel: Web, account: "632"}\n',
        [
            "mappings/accounts.yaml:4:5: the rule for stock_on_hand asks for channel, which goods on the shelf do not have. Ask for sku, category, brand or location: goods leave the account they came in on",
        ],
    ),
    Case(
        "opening_difference_twice_and_as_a_number",
        "close",
        "close: {source: omni, first_period: 2026-09}\nopening_differences:\n"
        '  - {account: "630", amount: 12.34, reason: Counted, owner: me}\n'
        '  - {account: "630", amount: "12.3", reason: Counted, owner: me}\n',
        [
            'mappings/close.yaml:3:30: opening_differences[].amount is the number 12.34. Quote it: "12.34"',
            'mappings/close.yaml:4:30: opening_differences[].amount is "12.3". Write an amount with two places, quoted, such as "-12.34"',
        ],
    ),
    Case(
        "opening_difference_of_one_account_twice",
        "close",
        "close: {source: omni, first_period: 2026-09}\nopening_differences:\n"
        '  - {account: "630", amount: "12.34", reason: Counted, owner: me}\n'
        '  - {account: "630", amount: "-1.00", reason: Counted, owner: me}\n',
        [
            'mappings/close.yaml:4:15: opening difference of account "630" stands on line 3 already. Rename one of them',
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_broken_file_is_explained(case: Case, company: Callable[..., Path]) -> None:
    expect_messages(case, company)

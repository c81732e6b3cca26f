"""Every trap of cin7.md sections 1, 2 and 5 has a test that names its section: the list, and a test that it holds.

A row is a section, what may go wrong there, and the test that shows what happens instead. The test names the section
in its name (`_cin7_1_5`, `_section_2_2`) or in a docstring (of its own or of its module): cin7.md section 1.5.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.reference_data import CIN7_FACTS, needs

ROOT = Path(__file__).parents[1]

TRAPS = """
1.1 | an API v2 exists for one resource only, and maybe not there | pipelines/extract/test_cin7_client.py::test_bills_of_materials_come_from_v2_or_where_that_is_not_there_from_v1_and_the_report_says_so_cin7_1_1
1.1 | user name and key of a person, or of nobody: 401 | pipelines/extract/test_cin7_client.py::test_a_refusal_says_what_to_do
1.1 | a module that is not granted: 403 | pipelines/extract/test_api_sources.py::test_without_permission_for_an_optional_input_the_extract_goes_on_and_says_so_cin7_1_1
1.1 | 3 calls a second, 60 a minute, then 429 | pipelines/extract/test_cin7_client.py::test_a_server_with_limits_is_read_completely
1.1 | 429 with Retry-After, or without | pipelines/extract/test_cin7_client.py::test_a_hiccup_is_tried_again_and_a_wait_that_is_asked_for_is_kept
1.1 | 5,000 calls a day, of one connection | pipelines/extract/api/test_calls.py::test_calls_of_earlier_runs_count_until_a_day_has_passed
1.1 | a day that is used up is not slept on | pipelines/extract/test_cin7_client.py::test_a_used_up_day_ends_the_call_at_once
1.1 | lists are bare arrays; anything else is no list | pipelines/extract/test_cin7_client.py::test_an_answer_without_rows_is_incomplete
1.1 | camelCase or PascalCase on the wire | data/test_omni_sale_selects.py::test_field_names_of_any_case_are_read_once_they_are_spelled
1.1 | a void is irreversible and may have moved goods | data/test_omni_traps.py::test_drafts_and_voids_that_received_goods_are_listed_cin7_1_6
1.2 | pages of 250 until a short or an empty one | pipelines/extract/test_cin7_client.py::test_a_full_last_page_is_followed_by_an_empty_one
1.2 | quotes in where, and a stable order | data/test_omni_traps.py::test_a_key_with_an_apostrophe_is_doubled_and_a_question_is_sorted_by_what_it_follows_cin7_1_2
1.2 | no snapshot: a row is edited while pages are read | pipelines/extract/api/test_reading.py::test_a_document_edited_while_pages_are_read_is_not_lost_nor_is_its_neighbour
1.2 | no snapshot: a row is deleted while pages are read | pipelines/extract/api/test_reading.py::test_a_document_deleted_while_pages_are_read_takes_no_other_with_it
1.2 | a cost changes and modifiedDate does not | pipelines/extract/api/test_reading.py::test_a_change_of_cost_alone_is_seen
1.2 | comparisons may be joined by or | pipelines/sandbox/cin7/test_app.py::test_comparisons_may_be_joined_by_or_and_and_binds_closer
1.3 | a local midnight lies in the UTC month before | data/test_omni_sale_selects.py::test_an_instant_at_a_months_end_becomes_the_day_of_the_account
1.3 | an instant without Z, with fractions, or none at all | data/test_omni_sale_selects.py::test_an_instant_becomes_a_day_once
1.3 | the days of a backfill are days of the account | pipelines/extract/api/test_reading.py::test_the_days_of_a_backfill_begin_at_midnight_of_the_account
1.4 | no COGS from the API: Cin7's report stands beside ours | pipelines/comparing/test_compare_command.py::test_a_cogs_breakdown_stands_beside_our_documents
1.4 | no landed costs: a file brings them | data/test_omni_traps.py::test_import_costs_on_a_branch_transfer_come_from_a_file_and_find_it_by_its_reference_cin7_1_8
1.4 | no supplier credits and no deposits: files bring them | data/test_omni_trade.py::test_supplier_credits_and_deposits_come_from_files_and_belong_to_their_orders
1.4 | no dates of single receipts | data/test_omni_traps.py::test_an_order_received_in_part_has_no_day_so_it_is_open_and_listed_or_takes_the_day_it_was_due_cin7_5
1.5 | every field may be null | data/test_omni_selects.py::test_every_field_may_be_null_or_missing
1.5 | status in any case, and words nobody documents | data/test_omni_sale_selects.py::test_a_status_is_read_in_any_case
1.5 | accountingImportStatus in any case | data/test_omni_sale_selects.py::test_an_accounting_status_is_read_in_any_case
1.5 | an enum value that nobody knows is loud | pipelines/extract/api/test_reading.py::test_unknown_fields_and_values_are_kept_and_reported_once
1.5 | customFields have the tenant's own names | pipelines/extract/test_cin7_client.py::test_field_names_are_matched_without_case_and_the_tenants_own_are_kept
1.5 | unitCost of a sale is not its cost | data/test_omni_traps.py::test_the_unit_cost_on_a_sale_is_never_read_cin7_1_5
1.5 | taxRate 15 and 0.15; discount is of the line | data/test_omni_sale_selects.py::test_revenue_is_net_and_in_base_currency
1.5 | currencyRate 0 or null | data/test_omni_traps.py::test_a_rate_of_nothing_is_base_currency_only_where_the_currency_is_cin7_1_5
1.5 | kits: a parent and its child lines | data/test_omni_sale_selects.py::test_of_a_kit_its_parts_leave_stock_and_not_the_kit_itself
1.5 | batches and serials in stockMovements | data/test_omni_traps.py::test_batches_of_a_sale_are_lines_of_their_own_where_that_is_asked_for_cin7_1_5
1.5 | a line without a code is a comment | data/test_omni_sale_selects.py::test_a_line_without_code_is_a_comment_and_a_quantity_that_is_no_number_is_kept_to_be_refused
1.5 | taxStatus as a number, or one that nobody knows | data/test_omni_traps.py::test_a_tax_status_counts_as_a_number_too_and_an_unknown_one_is_refused_cin7_1_5
1.5 | rates of yen and rupiah, and what is no rate | data/test_omni_trade.py::test_a_rate_of_any_size_is_read_and_what_is_no_rate_is_refused_section_1_5
1.5 | a negative line of a sale is an exchange | data/test_omni_traps.py::test_a_negative_line_of_a_sale_is_an_exchange_and_comes_back_cin7_1_5
1.6 | unitPrice is the cost in the document's currency, with tax or without, before freight | data/test_omni_stock_selects.py::test_a_purchase_price_is_without_gst_and_with_the_orders_own_freight
1.6 | tax that does not come back | data/test_omni_stock_selects.py::test_tax_that_does_not_come_back_is_part_of_the_cost
1.6 | drafts and voids are no receipts | data/test_omni_stock_selects.py::test_drafts_and_voids_of_purchases_are_no_receipts
1.6 | prices with tax whose rate is missing | data/test_omni_traps.py::test_prices_with_tax_whose_rate_is_not_known_are_refused_cin7_1_6
1.6 | freight that is no number | data/test_omni_traps.py::test_an_amount_of_the_order_that_is_no_number_refuses_its_lines_cin7_1_6
1.6 | received in full with less than was ordered | data/test_omni_traps.py::test_freight_is_carried_by_what_came_once_the_order_is_received_in_full_cin7_1_6
1.6 | received in full, and nobody says how many | data/test_omni_traps.py::test_an_order_received_in_full_that_does_not_say_how_many_came_is_listed_cin7_1_6
1.7 | a return is a negative qty, linked by salesReference | data/test_omni_sale_selects.py::test_a_return_is_positive_and_finds_the_line_that_it_reverses
1.7 | a credit that takes nothing back | data/test_omni_sale_selects.py::test_a_credit_that_takes_nothing_back_is_no_return
1.7 | a positive credit line that moved units | data/test_omni_traps.py::test_a_credit_line_with_a_positive_quantity_that_moved_units_is_listed_cin7_1_7
1.7 | qty moved has to equal qty; both dates | transforms/test_left_out.py::test_a_return_has_reasons_of_its_own_cin7_3a
1.8 | adjustments count with both dates, and have no status | data/test_omni_stock_selects.py::test_an_adjustment_counts_when_it_is_complete_and_a_cost_of_nothing_is_none
1.8 | adjustments that moved stock and do not count | data/test_omni_traps.py::test_an_adjustment_without_accounting_date_or_approval_is_listed_when_it_moved_stock_cin7_1_8
1.8 | import costs of branch transfers are not exposed | transforms/test_charged_goods.py::test_freight_between_branches_is_cost_of_what_was_moved_cin7_3b
1.8 | stock is quantities of today, by option and size | data/test_omni_stock_selects.py::test_stock_of_today_is_named_by_the_code_of_its_option_and_size
1.8 | services, kits and older codes of options | data/test_omni_stock_selects.py::test_an_option_is_a_sku_and_services_and_kits_are_no_stock
1.8 | a component for the job or for a unit | data/test_omni_traps.py::test_whether_a_component_is_for_the_job_or_for_a_unit_is_a_setting_cin7_1_8
1.8 | payments of any orderType | data/test_omni_trade.py::test_a_payment_finds_its_document_and_says_where_it_came_from
1.8 | types of contacts and payments that nobody knows | pipelines/extract/test_documented_values.py::test_contacts_and_payments_of_omni_tell_unknown_values_cin7_1_8
1.8 | a transfer that arrived and never left | data/test_omni_traps.py::test_a_transfer_that_arrived_without_a_dispatched_date_left_on_that_day_cin7_1_8
1.8 | a contact's accountingIntegrationId | data/test_omni_trade.py::test_a_contact_has_its_accounts_email_first_and_the_id_that_cin7_stores
2.1 | two headers, and version 2 in the path | pipelines/extract/core_api/test_core_client.py::test_both_headers_and_the_path_of_version_2_are_sent_section_2_1
2.1 | 429 or 503 for the same limit | pipelines/extract/core_api/test_core_client.py::test_429_and_503_are_both_waited_out_with_and_without_retry_after_section_2_1
2.1 | Retry-After in words | pipelines/extract/core_api/test_core_client.py::test_retry_after_is_read_in_words_section_2_1
2.1 | an envelope with Total; 1 to 1000 rows | pipelines/extract/core_api/test_core_client.py::test_pages_go_on_until_total_section_2_1
2.1 | a page with status 200 on a wrong path | pipelines/extract/core_api/test_core_client.py::test_a_web_page_with_status_200_is_an_error_section_2_1
2.1 | a module that the account lacks | pipelines/extract/core_api/test_core_extract.py::test_an_account_without_a_module_is_extracted_without_it_and_the_report_says_so_section_2_1
2.1 | 400 where nothing matches | pipelines/extract/core_api/test_core_client.py::test_a_list_that_matches_nothing_is_a_400_and_no_error_section_2_1
2.1 | dates are local midnights: never shifted | data/test_core_sale_selects.py::test_a_sale_leaves_on_its_shipment_date_and_no_date_is_ever_shifted_section_3b
2.1 | lists have headers only | pipelines/extract/api/test_documents.py::test_a_document_is_asked_for_when_its_row_in_the_list_has_changed
2.2 | transactions: no key, no filter but the day | pipelines/extract/api/test_documents.py::test_days_of_rows_without_a_key_are_read_again_and_equal_rows_count
2.2 | statuses in any case, and unknown ones | data/test_core_sale_selects.py::test_a_status_counts_in_any_case_section_2_2
2.2 | voided invoices stay in the sale | data/test_core_sale_selects.py::test_a_voided_invoice_stays_in_the_sale_and_does_not_count_section_2_2
2.2 | the latest shipment dates the cost | data/test_core_sale_selects.py::test_the_latest_shipment_of_a_fulfilment_dates_it_section_3b
2.2 | goods come back by Restock, money by the credit note | data/test_core_sale_selects.py::test_goods_come_back_by_restock_and_not_by_the_credit_note_section_2_2
2.2 | batches of pick lines and of restocks | data/test_core_sale_selects.py::test_each_batch_that_was_picked_is_a_line_and_comes_back_as_itself_section_2_2
2.2 | drop shipments never are in stock | data/test_core_sale_selects.py::test_what_does_not_count_though_goods_moved_is_listed_drop_shipments_too_section_3b
2.2 | receipts in parts, each with a card | data/test_core_purchase_selects.py::test_a_purchase_is_received_in_parts_and_the_rest_is_still_open_section_2_2
2.2 | additional charges in the price or beside it | data/test_core_purchase_selects.py::test_a_discount_and_charges_coded_to_stock_are_in_the_price_by_value_section_3b
2.2 | landed costs show up in manual journals | data/test_core_purchase_selects.py::test_allocated_freight_shows_up_in_the_manual_journals_of_the_goods_section_3b
2.2 | Unstock names the card | data/test_core_purchase_selects.py::test_goods_sent_back_name_the_card_they_came_with_section_2_2
2.2 | adjustments give new quantities, not changes | data/test_core_stock_selects.py::test_an_adjustment_gives_new_quantities_and_not_changes_section_2_2
2.2 | stocktakes come under the name of adjustments | pipelines/extract/core_api/test_core_client.py::test_the_list_of_stocktakes_comes_under_the_name_of_adjustments_section_2_2
2.2 | a transfer is on its way between two days | data/test_core_stock_selects.py::test_a_transfer_is_in_transit_between_departure_and_completion_section_2_2
2.2 | journals on a transfer, by Cost, Quantity, Weight or Volume | data/test_core_stock_selects.py::test_freight_on_a_transfer_is_a_charge_on_what_it_moves_section_2_2
2.2 | entries of goods in transit are no cost | data/test_core_stock_selects.py::test_entries_of_goods_in_transit_are_no_charge_and_an_unknown_account_is_told_by_name_section_2_2
2.2 | assemblies and production runs | data/test_core_stock_selects.py::test_an_assembly_and_a_production_run_make_their_output_of_components_section_2_2
2.2 | labour and resources with an expense account | data/test_core_stock_selects.py::test_labour_of_an_assembly_and_resources_of_a_run_are_charges_on_what_they_make_section_2_2
2.2 | disassembly: Cost of each part | data/test_core_stock_selects.py::test_what_is_taken_apart_goes_into_its_parts_by_their_share_of_the_cost_section_2_2
2.2 | StockOnHand is money | data/test_core_stock_selects.py::test_stock_on_hand_of_availability_is_money_and_on_hand_is_units_section_2_2
2.2 | statuses of parts that nobody knows | pipelines/extract/test_documented_values.py::test_parts_of_core_documents_tell_unknown_values_section_2_2
2.2 | a new quantity without the old one | data/test_core_stock_selects.py::test_a_new_quantity_without_the_old_one_is_refused_section_2_2
2.2 | new units of one SKU at two costs | data/test_core_stock_selects.py::test_new_units_of_one_sku_at_two_costs_are_two_lines_section_2_2
2.2 | OnHand of nothing | data/test_core_stock_selects.py::test_nothing_on_hand_is_no_units_and_not_a_row_to_refuse_section_2_2
2.2 | a line that does not state its tax | data/test_core_purchase_selects.py::test_the_tax_of_a_price_with_tax_is_stated_or_that_of_its_rule_section_2_2
2.2 | an exchange within a sale | data/test_core_sale_selects.py::test_a_negative_line_of_a_sale_is_an_exchange_and_comes_back_section_2_2
2.2 | every field may be null | data/test_core_stock_selects.py::test_documents_of_nulls_break_no_select_section_2_2
5.1 | what unitCost of a sale becomes; which stamp a cost moves | data/test_omni_traps.py::test_the_unit_cost_on_a_sale_is_never_read_cin7_1_5
5.2 | time zone and time part of business dates | data/test_omni_traps.py::test_whether_business_dates_are_instants_is_a_setting_cin7_5
5.3 | kits: which lines leave stock | data/test_omni_traps.py::test_whether_a_kit_or_its_parts_leave_stock_is_a_setting_cin7_5
5.4 | partial receipts | data/test_omni_traps.py::test_an_order_received_in_part_has_no_day_so_it_is_open_and_listed_or_takes_the_day_it_was_due_cin7_5
5.5 | the cost of a return: that of its sale, where that is known | transforms/test_left_out.py::test_both_directions_have_their_value_for_sales_and_for_returns
5.6 | bounds of the days of transactions | pipelines/extract/core_api/test_core_client.py::test_days_of_transactions_are_whole_whatever_the_bounds_mean_section_5
5.6 | the largest page | pipelines/extract/core_api/test_core_client.py::test_a_server_that_gives_smaller_pages_than_asked_for_is_read_to_its_end_section_5
5.6 | entries that were undone | data/test_core_stock_selects.py::test_equal_entries_of_core_are_two_and_an_undone_one_is_negative_section_5
5.7 | 429 or 503, of the application or the account | pipelines/extract/core_api/test_core_client.py::test_429_and_503_are_both_waited_out_with_and_without_retry_after_section_2_1
"""  # noqa: E501 - a row a line
ROWS = [tuple(part.strip() for part in row.split("|")) for row in TRAPS.strip().splitlines()]
_IN_NAME = re.compile(r"_(?:cin7|section)_(\d)_?(\d|[ab])?(?=_|$)")
_IN_TEXT = re.compile(r"(?<![\d.])(\d)(?:\.(\d)|([AB]))?(?![\d.]\d)")


@cache
def _module(path: str) -> ast.Module:
    return ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))


def _named(name: str, *docstrings: str | None) -> set[str]:
    """Sections that a test names: 1.5, 3A, 5."""
    found = {f"{major}{'.' if minor.isdigit() else ''}{minor.upper()}" for major, minor in _IN_NAME.findall(name)}
    for text in docstrings:
        said = re.findall(r"cin7\.md[^:;]*", text or "")
        found |= {f"{a}.{b}" if b else f"{a}{c}" for one in said for a, b, c in _IN_TEXT.findall(one)}
    return found


@pytest.mark.parametrize(("section", "trap", "test"), ROWS, ids=[f"{row[0]} {row[1][:40]}" for row in ROWS])
def test_a_trap_has_a_test_that_names_its_section(section: str, trap: str, test: str) -> None:
    path, _, name = test.partition("::")
    module = _module(path)
    found = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert found, f"{trap}: there is no {test}"
    named = _named(name, ast.get_docstring(found[0]), ast.get_docstring(module))
    wanted = "5" if section.startswith("5.") else section
    assert wanted in named, f"{test} does not name section {section} ({trap}), but {sorted(named)}"


@needs(CIN7_FACTS, "the facts about Cin7", "CIN7_FACTS")
def test_each_section_and_each_open_question_of_the_facts_has_its_traps() -> None:
    text = CIN7_FACTS.read_text(encoding="utf-8")
    sections = {section for section in re.findall(r"^### (\d\.\d) ", text, re.MULTILINE) if section[0] in "12"}
    questions = re.findall(r"^(\d)\. ", text[text.index("## 5. Open questions") :], re.MULTILINE)
    assert {row[0] for row in ROWS} == sections | {f"5.{number}" for number in questions}

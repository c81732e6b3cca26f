"""Who a contact of the source is in Xero."""

import pytest

from schemas.sync_policy import KindSent
from tests.transforms.sync.trade import Row, codes, company, money, one, policy, want
from transforms.sync.wanted import WantedSync

XERO_1, XERO_2, XERO_3 = (f"{n}0000000-0000-0000-0000-000000000000" for n in "123")


def linked(
    ours: list[Row], theirs: list[Row], decisions: dict[str, str] | None = None, **tables: list[Row]
) -> WantedSync:
    """Wanted documents where each contact of ours has an invoice."""
    rows: list[Row] = [{"document_id": str(n), "contact_id": one["contact_id"]} for n, one in enumerate(ours, start=1)]
    lines: list[Row] = [{"document_id": row["document_id"], "line_amount": "10.00"} for row in rows]
    inputs = company(contacts=ours, xero_contacts=theirs, documents=rows, lines=lines, **tables)
    return want(inputs, policy_=policy(contact_decisions=decisions or {}))


def matches(wanted: WantedSync) -> list[tuple[object, ...]]:
    return wanted.contacts.select("contact_key", "xero_contact_id", "matched_by").rows()


def test_a_contact_is_matched_by_stored_id_then_number_tax_number_email_and_name() -> None:
    ours: list[Row] = [
        {"contact_id": "a", "contact_name": "Wrong name", "xero_contact_id": XERO_1.upper()},
        {"contact_id": "b", "contact_number": "C-77"},
        {"contact_id": "c", "tax_number": "GST 12-345-678", "contact_name": "Other"},
        {"contact_id": "d", "accounts_email": "Pay@D.example"},
        {"contact_id": "e", "contact_name": "  eve   LTD"},
        {"contact_id": "f", "contact_name": "Fresh"},
    ]
    theirs: list[Row] = [
        {"contact_id": XERO_1, "contact_name": "One"},
        {"contact_id": XERO_2, "account_number": "c-77", "contact_name": "Two"},
        {"contact_id": XERO_3, "tax_number": "gst12345678", "contact_name": "Three"},
        {"contact_id": "4", "email": "pay@d.example"},
        {"contact_id": "5", "contact_name": "Eve Ltd"},
        {"contact_id": "6", "contact_name": "Unrelated"},
    ]
    assert matches(linked(ours, theirs)) == [
        ("a", XERO_1, "stored_id"), ("b", XERO_2, "contact_number"), ("c", XERO_3, "tax_number"), ("d", "4", "email"),
        ("e", "5", "name"), ("f", None, "new"),
    ]  # fmt: skip


def test_only_contacts_with_a_document_are_sent_with_one_email_each() -> None:
    ours: list[Row] = [
        {"contact_id": "a", "accounts_email": "ap@a.example; boss@a.example", "email": "info@a.example"},
        {"contact_id": "b", "accounts_email": " none ", "email": "x@b.example,y@b.example"},
        {"contact_id": "c", "email": "Shop c@c.example d@c.example", "contact_name": "C <Trade>  Ltd " + "x" * 300},
    ]
    wanted = linked(ours, [])
    assert wanted.contacts["email"].to_list() == ["ap@a.example", "x@b.example", "c@c.example"]
    name = wanted.contacts["contact_name"][2]
    assert name.startswith("C Trade Ltd xxx")
    assert len(name) == 255
    assert wanted.contacts["contact_number"].to_list() == ["CIN7-a", "CIN7-b", "CIN7-c"]

    idle = want(company(documents=[{"document_id": "1"}], lines=[{"document_id": "1", "line_amount": "1.00"}]))
    assert idle.contacts["contact_key"].to_list() == ["Acme"], "Depot has no document"


def test_an_ambiguous_contact_waits_with_its_candidates_and_holds_its_documents_until_somebody_decides() -> None:
    ours: list[Row] = [{"contact_id": "a", "contact_name": "Smith", "email": "s@s.example"}, {"contact_id": "b"}]
    theirs: list[Row] = [
        {"contact_id": XERO_1, "contact_name": "Smith East", "email": "s@s.example"},
        {"contact_id": XERO_2, "contact_name": "Smith West", "email": "S@s.example"},
    ]
    waiting = linked(ours, theirs)
    assert codes(waiting) == [("ambiguous_contact", "a"), ("contact_waits", "sales_invoice:1")]
    assert one(waiting.errors, kind="contact")["reason"] == (
        f"Smith fits 2 contacts in Xero by email: Smith East {XERO_1}; Smith West {XERO_2}"
    )
    row = one(waiting.contacts, contact_key="a")
    assert (row["xero_contact_id"], row["matched_by"], row["candidate_count"]) == (None, None, 2)
    assert waiting.documents["contact_key"].to_list() == ["b"]

    decided = linked(ours, theirs, {"a": XERO_2})
    assert matches(decided)[0] == ("a", XERO_2, "decision")
    assert decided.documents.height == 2
    absent = linked(ours, theirs, {"b": XERO_3})
    assert ("unknown_decision", "b") in codes(absent)
    fresh = linked(ours, theirs, {"a": "new"})
    assert matches(fresh)[0] == ("a", None, "new")
    assert fresh.errors.is_empty()


def test_two_customers_that_fit_one_contact_by_chance_both_wait_but_a_company_with_one_tax_number_is_one() -> None:
    ours: list[Row] = [
        {"contact_id": "a", "contact_name": "Park East", "email": "pay@park.example"},
        {"contact_id": "b", "contact_name": "Park West", "email": "pay@park.example"},
        {"contact_id": "c", "contact_name": "Branch 1", "tax_number": "99"},
        {"contact_id": "d", "contact_name": "Branch 2", "tax_number": "99"},
    ]
    theirs: list[Row] = [
        {"contact_id": XERO_1, "contact_name": "Park", "email": "pay@park.example"},
        {"contact_id": XERO_2, "tax_number": "99"},
    ]
    wanted = linked(ours, theirs)
    assert [code for code, key in codes(wanted) if key in ("a", "b")] == ["ambiguous_contact"] * 2
    assert "and so does Park West b" in one(wanted.errors, document_key="a")["reason"]
    assert wanted.documents["contact_key"].to_list() == ["c", "d"]


def test_merged_contacts_are_followed_and_archived_ones_reported() -> None:
    ours: list[Row] = [
        {"contact_id": "a", "xero_contact_id": XERO_1},
        {"contact_id": "b", "contact_name": "Gone"},
        {"contact_id": "c", "contact_name": "Back"},
    ]
    theirs: list[Row] = [
        {"contact_id": XERO_1, "contact_status": "ARCHIVED", "merged_to_contact_id": XERO_2},
        {"contact_id": XERO_2, "contact_status": "ARCHIVED", "merged_to_contact_id": XERO_3},
        {"contact_id": XERO_3},
        {"contact_id": "4", "contact_name": "Gone", "contact_status": "ARCHIVED"},
        {"contact_id": "5", "contact_name": "Back", "contact_status": "ARCHIVED"},
        {"contact_id": "6", "contact_name": "BACK"},
    ]
    wanted = linked(ours, theirs)
    assert matches(wanted) == [("a", XERO_3, "stored_id"), ("b", None, None), ("c", "6", "name")]
    assert codes(wanted) == [("archived_contact", "b"), ("contact_waits", "sales_invoice:2")]


def test_names_that_two_of_ours_share_are_told_apart_and_a_customer_who_supplies_is_one_contact() -> None:
    ours: list[Row] = [
        {"contact_id": "1", "contact_name": "John Smith", "contact_number": "JS-1"},
        {"contact_id": "2", "contact_name": "john smith", "contact_number": "JS-2"},
        {"contact_id": "3", "contact_name": "Both Ltd"},
        {"contact_id": "4", "contact_name": "Both  Ltd", "kind": "supplier"},
    ]
    wanted = linked(ours, [])
    names = dict(wanted.contacts.select("contact_key", "contact_name").rows())
    assert names == {"1": "John Smith", "2": "john smith (JS-2)", "3": "Both Ltd"}
    assert wanted.documents["contact_key"].to_list() == ["1", "2", "3", "3"]
    assert wanted.errors.is_empty()


def test_a_contact_that_was_linked_before_stays_linked_whatever_it_is_called_now() -> None:
    ours: list[Row] = [{"contact_id": "a", "contact_name": "New name", "email": "x@y.example"}]
    theirs: list[Row] = [{"contact_id": XERO_1}, {"contact_id": XERO_2, "email": "x@y.example"}]
    synced: list[Row] = [{"document_key": "a", "kind": "contact", "xero_id": XERO_1}]
    assert matches(linked(ours, theirs, synced=synced)) == [("a", XERO_1, "stored_id")]


@pytest.mark.parametrize(
    ("sends", "expected"), [(True, []), (False, [("contact_waits", "sales_invoice:1"), ("unlinked_contact", "Acme")])]
)
def test_contacts_that_are_not_sent_are_only_linked(sends: bool, expected: list[tuple[str, str]]) -> None:
    kinds = {"sales_invoice": KindSent(), **({"contact": KindSent()} if sends else {})}
    inputs = company(
        documents=[{"document_id": "1", "total_amount": "1.15"}], lines=[{"document_id": "1", "line_amount": "1.00"}]
    )
    wanted = want(inputs, policy_=policy(kinds=kinds))
    assert codes(wanted) == expected
    assert wanted.documents["total_amount"].to_list() == (money("1.15") if sends else [])


def test_documents_of_contacts_that_the_source_does_not_list_or_name_wait() -> None:
    rows: list[Row] = [{"document_id": "1", "contact_id": "ghost"}, {"document_id": "2", "contact_id": None}]
    lines: list[Row] = [{"document_id": "1", "line_amount": "1.00"}, {"document_id": "2", "line_amount": "1.00"}]
    wanted = want(company(documents=rows, lines=lines))
    assert codes(wanted) == [
        ("contact_waits", "sales_invoice:1"), ("no_contact", "sales_invoice:2"), ("unknown_contact", "ghost"),
    ]  # fmt: skip
    assert wanted.documents.is_empty()

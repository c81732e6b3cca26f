"""When documents are due."""

from datetime import date

from tests.transforms.sync.trade import Row, codes, company, mapped, one, want

LINE = {"document_id": "1", "line_amount": "100.00"}


CASES = [
    ("2026-10-05", 30, "DAYSAFTERBILLDATE", "2026-11-04"),
    ("2026-10-05", 14, "DAYSAFTERBILLMONTH", "2026-11-14"),
    ("2027-01-31", 30, "DAYSAFTERBILLMONTH", "2027-03-02"),  # the month ends on the 31st, February has 28 days
    ("2026-10-05", 20, "OFFOLLOWINGMONTH", "2026-11-20"),
    ("2027-01-15", 31, "OFFOLLOWINGMONTH", "2027-02-28"),  # a day that February lacks is its last one
    ("2028-01-15", 30, "OFFOLLOWINGMONTH", "2028-02-29"),
    ("2026-12-15", 31, "OFFOLLOWINGMONTH", "2027-01-31"),
    ("2026-11-05", 31, "OFCURRENTMONTH", "2026-11-30"),
    ("2026-10-25", 20, "OFCURRENTMONTH", "2026-10-25"),  # the 20th has gone by: due at once
]


def test_a_due_date_follows_from_the_orders_payment_terms() -> None:
    rows: list[Row] = [
        {"document_id": str(n), "document_date": case[0], "payment_terms": f" Our  Terms {n}"}
        for n, case in enumerate(CASES)
    ]
    terms = [
        {"payment_terms": f"our terms {n}", "days": days, "term_type": term}
        for n, (_, days, term, _) in enumerate(CASES)
    ]
    lines: list[Row] = [LINE | {"document_id": str(n)} for n in range(len(CASES))]
    wanted = want(company(documents=rows, lines=lines), mapped(terms=terms))
    assert wanted.documents["due_date"].to_list() == [date.fromisoformat(case[3]) for case in CASES]


def test_terms_in_plain_words_need_no_rule() -> None:
    said = {
        "30 days": "2026-11-04",
        "Net 30 days": "2026-11-04",
        "14 days from end of month": "2026-11-14",
        "20th of the following month": "2026-11-20",
        "COD": "2026-10-05",
    }
    rows: list[Row] = [{"document_id": str(n), "payment_terms": words} for n, words in enumerate(said)]
    wanted = want(company(documents=rows, lines=[LINE | {"document_id": str(n)} for n in range(len(said))]))
    assert wanted.documents["due_date"].to_list() == [date.fromisoformat(due) for due in said.values()]


def test_the_day_that_the_source_states_comes_before_any_terms() -> None:
    document = {"document_id": "1", "due_date": date(2026, 12, 1), "payment_terms": "whenever"}
    assert one(want(company(documents=[document], lines=[LINE])).documents)["due_date"] == date(2026, 12, 1)


def test_a_document_without_terms_takes_those_of_its_contact_and_one_without_any_is_due_at_once() -> None:
    contacts = [{"contact_id": "Acme", "payment_terms": "7 days"}, {"contact_id": "Bold"}]
    rows: list[Row] = [{"document_id": "1"}, {"document_id": "2", "contact_id": "Bold"}]
    lines: list[Row] = [LINE, LINE | {"document_id": "2"}]
    wanted = want(company(contacts=contacts, documents=rows, lines=lines))
    assert wanted.documents["due_date"].to_list() == [date(2026, 10, 12), date(2026, 10, 5)]


def test_terms_without_a_rule_hold_the_document_back_and_name_the_line_to_add() -> None:
    wanted = want(company(documents=[{"document_id": "1", "payment_terms": "when we feel like it"}], lines=[LINE]))
    assert codes(wanted) == [("payment_terms", "sales_invoice:1")]
    assert one(wanted.errors)["reason"] == 'the payment terms "when we feel like it" have no rule'
    assert 'payment_terms of documents.yaml: "when we feel like it": {days: 30}' in one(wanted.errors)["next_step"]
    assert wanted.documents.is_empty()

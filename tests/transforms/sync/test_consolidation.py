"""Sales put together: worked examples, and what no grouping may lose."""

from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.sync_policy import Consolidation, KindSent
from tests.transforms.sync.trade import Row, codes, company, hold_models, mapped, money, one, policy, want
from transforms.sync.wanted import WantedSync, want_documents

DAILY = policy(consolidations=(Consolidation(("Store", "Pop*"), "day", "Store sales"),))
MONTHLY = policy(consolidations=(Consolidation(("*",), "month", "All sales", rate="average"),))


def order(key: str, total: str | None = None, **changed: object) -> Row:
    return {"document_id": key, "channel": "Store", "total_amount": total, "contact_id": None, **changed}


def line(key: str, amount: str, **changed: object) -> Row:
    return {"document_id": key, "line_amount": amount, **changed}


def test_a_days_orders_of_a_channel_become_one_document_of_the_summary_contact() -> None:
    # goods 100.00 + 50.00 = 150.00 and tax 15.00 + 7.50 = 22.50; freight 9.90 and 1.49; rounding 0.01: 183.90
    rows: list[Row] = [
        order("1", "126.39"),
        order("2", "57.50", due_date=date(2026, 10, 20)),
        order("3", "11.50", channel="Web", contact_id="Acme"),
    ]
    lines: list[Row] = [line("1", "100.00"), line("1", "9.90", kind="freight"), line("2", "50.00"), line("3", "10.00")]
    rows[0] = order("1", "126.40")  # lines come to 126.39
    wanted = want(company(documents=rows, lines=lines), policy_=DAILY)
    group = one(wanted.documents, contact_key="summary:Store sales")
    assert group["document_key"] == "sales_invoice:group:Store sales:2026-10-05-Store-NZD-EXC:1"
    assert group["xero_number"] == "SO-2026-10-05-Store-NZD-EXC-1"
    assert [group["net_amount"], group["tax_amount"], group["total_amount"]] == money("159.91", "23.99", "183.90")
    assert group["source_total_amount"] == money("183.90")[0]
    assert (group["order_count"], group["source_document_id"], group["due_date"]) == (2, None, date(2026, 10, 20))
    own = wanted.lines.filter(document_key=group["document_key"])
    assert own.select("line_kind", "description", "quantity", "line_amount", "tax_amount").rows() == [
        ("goods", "Sales, 2 orders", 1, *money("150.00", "22.50")),
        ("freight", "Freight, 1 order", 1, *money("9.90", "1.49")),
        ("rounding", "Rounding, 1 order", 1, *money("0.01", "0.00")),
    ]
    drilled = wanted.line_sources.filter(document_key=group["document_key"], line_number=1)
    assert drilled.select("source_document_id", "source_line_id", "line_amount", "tax_amount").rows() == [
        ("1", "1-1", *money("100.00", "15.00")), ("2", "2-3", *money("50.00", "7.50")),
    ]  # fmt: skip
    contacts = wanted.contacts.select("contact_key", "contact_name", "matched_by").rows()
    assert contacts == [("Acme", "Acme", "new"), ("summary:Store sales", "Store sales", "new")]
    assert wanted.errors.is_empty()


def test_groups_share_day_currency_tax_mode_channel_and_rate() -> None:
    rows: list[Row] = [
        order("1"),
        order("2", document_date="2026-10-06"),
        order("3", tax_mode="inclusive"),
        order("4", channel="Pop-up"),
        order("5", currency_code="USD", currency_rate="1.70"),
        order("6", currency_code="USD", currency_rate="1.75"),
        order("7", currency_code="USD", currency_rate="1.70"),
    ]
    wanted = want(company(documents=rows, lines=[line(str(n), "10.00") for n in range(1, 8)]), policy_=DAILY)
    assert dict(wanted.documents.select("xero_number", "order_count").rows()) == {
        "SO-2026-10-05-Store-NZD-EXC-1": 1, "SO-2026-10-06-Store-NZD-EXC-1": 1, "SO-2026-10-05-Store-NZD-INC-1": 1,
        "SO-2026-10-05-Pop-up-NZD-EXC-1": 1, "SO-2026-10-05-Store-USD-EXC-1.7-1": 2,
        "SO-2026-10-05-Store-USD-EXC-1.75-1": 1,
    }  # fmt: skip


def test_a_month_can_take_the_average_of_its_rates_weighted_by_the_totals() -> None:
    # (115.00 x 1.70 + 230.00 x 1.76) / 345.00 = 1.74
    rows: list[Row] = [
        order("1", "115.00", currency_code="USD", currency_rate="1.70"),
        order("2", "230.00", currency_code="USD", currency_rate="1.76", document_date="2026-10-28", channel="Store"),
    ]
    wanted = want(company(documents=rows, lines=[line("1", "100.00"), line("2", "200.00")]), policy_=MONTHLY)
    group = one(wanted.documents)
    assert str(group["currency_rate"]) == "1.74000000"
    assert (group["document_date"], group["order_count"]) == (date(2026, 10, 31), 2)


def test_what_was_sent_by_itself_has_a_deposit_or_is_bought_stays_by_itself() -> None:
    rows: list[Row] = [
        order("1"),
        order("2", contact_id="Acme"),
        order("3", contact_id="Acme"),
        order("D", kind="sales_deposit", contact_id="Acme", original_document_id="3"),
        order("B", kind="bill", contact_id="Depot", supplier_reference="R"),
    ]
    lines: list[Row] = [line(key, "10.00") for key in ("1", "2", "3", "D", "B")]
    synced = [{"document_key": "sales_invoice:2", "kind": "sales_invoice"}]
    wanted = want(company(documents=rows, lines=lines, synced=synced), policy_=DAILY)
    assert wanted.documents.filter(pl.col("source_document_id").is_null())["order_count"].to_list() == [1]
    assert wanted.documents.filter(pl.col("source_document_id").is_not_null())["document_key"].to_list() == [
        "bill:B", "sales_deposit:D", "sales_deposit_reversal:D", "sales_invoice:2", "sales_invoice:3",
    ]  # fmt: skip


def test_an_order_that_comes_later_changes_the_groups_content_and_not_its_keys() -> None:
    rows: list[Row] = [order("1", "115.00"), order("2", "115.00")]
    lines: list[Row] = [line("1", "100.00"), line("2", "100.00")]
    first = want(company(documents=rows[:1], lines=lines[:1]), policy_=DAILY)
    later = want(company(documents=rows, lines=lines), policy_=DAILY)
    for name in ("document_key", "xero_number", "contact_key"):
        assert later.documents[name].to_list() == first.documents[name].to_list()
    assert one(later.documents)["total_amount"] == 2 * one(first.documents)["total_amount"]


def test_payments_and_credits_of_members_go_to_the_group_and_an_order_that_waits_is_not_in_it() -> None:
    rows: list[Row] = [
        order("1", "115.00"),
        order("2", "57.50"),
        order("C", "11.50", kind="sales_credit", original_document_id="1"),
        order("X", "1.00"),
    ]
    lines: list[Row] = [line("1", "100.00"), line("2", "50.00"), line("C", "10.00"), line("X", "900.00")]
    payments: list[Row] = [
        {"payment_id": "p", "document_id": "1", "amount": "103.50"},
        {"payment_id": "q", "document_id": "2", "amount": "60.00"},
    ]
    wanted = want(company(documents=rows, lines=lines, payments=payments), policy_=DAILY)
    invoice, credit = (one(wanted.documents, kind=kind) for kind in ("sales_invoice", "sales_credit"))
    assert (credit["xero_number"], invoice["order_count"]) == ("CR-2026-10-05-Store-NZD-EXC-1", 2)
    assert wanted.payments.select("document_key", "amount").rows() == [(invoice["document_key"], *money("103.50"))]
    assert codes(wanted) == [("over_payment", "payment:q"), ("total_differs", "sales_invoice:X")]
    allocation = one(wanted.allocations)
    assert (allocation["credit_key"], allocation["invoice_key"]) == (credit["document_key"], invoice["document_key"])
    assert allocation["amount"] == money("11.50")[0]


def test_more_than_500_lines_make_further_documents() -> None:
    lines: list[Row] = [line("1", "1.00", sku=f"S{n:04}") for n in range(1_100)] + [line("1", "-5.00", kind="discount")]
    products: list[Row] = [{"sku": f"S{n:04}"} for n in range(1_100)]
    kinds = {**policy().kinds, "item": KindSent()}
    paid: list[Row] = [{"payment_id": "p", "document_id": "1", "amount": "1000.00"}]
    wanted = want(
        company(documents=[order("1", "1259.25")], lines=lines, products=products, payments=paid),
        policy_=policy(consolidations=DAILY.consolidations, kinds=kinds),
    )
    assert wanted.documents["xero_number"].to_list() == [f"SO-2026-10-05-Store-NZD-EXC-{n}" for n in (1, 2, 3)]
    assert wanted.lines.group_by("document_key").len().sort("document_key")["len"].to_list() == [500, 500, 101]
    assert wanted.documents["total_amount"].sum() == Decimal("1259.25")  # 1,100 x 0.15 = 165.00, less 0.75
    # the first document has 499 lines of 1.15 and the discount of 5.75: 568.10; the payment fills one after the other
    assert wanted.documents["total_amount"].to_list() == money("568.10", "575.00", "116.15")
    assert wanted.payments.select("payment_key", "amount").rows() == [
        ("payment:p", *money("568.10")), ("payment:p:2", *money("431.90")),
    ]  # fmt: skip
    assert wanted.documents["source_total_amount"].to_list() == [None, None, None], "no part has a total of its own"


ORDERS = st.lists(
    st.tuples(
        st.sampled_from(["sales_invoice", "sales_credit"]),
        st.sampled_from(["Store", "Web", None]),
        st.sampled_from(["inclusive", "exclusive", "exempt"]),
        st.sampled_from([None, "USD"]),
        st.integers(1, 3),
        st.lists(
            st.tuples(st.decimals("0.01", "999", places=2), st.sampled_from(["0.15", "0", "0.125"])),
            min_size=1,
            max_size=4,
        ),
        st.sampled_from(["0", "0.01", "-0.02"]),
    ),
    min_size=1,
    max_size=8,
)


def _company(orders: list[tuple[object, ...]], seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows: list[Row] = []
    lines: list[Row] = []
    for key, (kind, channel, mode, currency, day, amounts, off) in enumerate(orders):
        assert isinstance(amounts, list)
        total = Decimal(0)
        for amount, rate in amounts:
            tax = (
                (amount * Decimal(rate)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
                if mode == "exclusive"
                else Decimal(0)
            )
            lines.append(line(str(key), str(amount), tax_rate=rate, line_id=f"{key}-{len(lines)}"))
            total += amount + tax
        extra = {"currency_code": currency, "currency_rate": "1.7" if currency else None}
        stated = max(total + Decimal(str(off)), Decimal("0.01"))
        rows.append(
            order(
                str(key),
                str(stated),
                kind=kind,
                channel=channel,
                tax_mode=mode,
                contact_id="Acme",
                document_date=f"2026-10-0{day}",
                **extra,
            )
        )
    numbered = [one | {"position": place} for place, one in enumerate(lines)]
    inputs = company(documents=rows, lines=numbered)
    documents, lines_ = (one.sample(fraction=1, shuffle=True, seed=seed) for one in (inputs.documents, inputs.lines))
    return documents, lines_


TAXES = {"sales": {"15%": "OUTPUT2", "12.5%": "OUTPUT2", "0%": "ZERORATED", "exempt": "NONE"}, "purchases": {}}
MAPS = mapped(taxes=TAXES)


def _wanted(documents: pl.DataFrame, lines: pl.DataFrame, is_grouped: bool) -> WantedSync:
    base = company()
    inputs = type(base)(**{**vars(base), "documents": documents, "lines": lines})
    return want_documents(inputs, MAPS, DAILY if is_grouped else policy())


def _sums(wanted: WantedSync) -> pl.DataFrame:
    amounts = pl.col("net_amount", "tax_amount", "total_amount").sum()
    return (
        wanted.documents.group_by("kind", "currency_code", "tax_mode")
        .agg(amounts)
        .sort("kind", "currency_code", "tax_mode")
    )


@settings(max_examples=5, deadline=None)
@given(ORDERS, st.integers(0, 9))
def test_nothing_is_lost_whatever_is_put_together(orders: list[tuple[object, ...]], seed: int) -> None:
    documents, lines = _company(orders, seed)
    single, grouped = _wanted(documents, lines, is_grouped=False), _wanted(documents, lines, is_grouped=True)

    # net, tax and total are conserved per currency and tax mode
    assert _sums(single).equals(_sums(grouped))
    assert single.errors.equals(grouped.errors)
    for wanted in (single, grouped):
        hold_models(wanted)
        made = wanted.documents
        # lines and tax are the total, and the total is the source's
        sums = wanted.lines.group_by("document_key").agg(pl.col("line_amount", "tax_amount").sum())
        both = made.join(sums, on="document_key", how="full", suffix="_of_lines")
        on_top = pl.when(pl.col("tax_mode") == "inclusive").then(0).otherwise("tax_amount_of_lines")
        assert both.filter((pl.col("line_amount") + on_top).ne_missing(pl.col("total_amount"))).is_empty()
        assert both.filter(pl.col("tax_amount_of_lines").ne_missing(pl.col("tax_amount"))).is_empty()
        assert made.filter(pl.col("total_amount") != pl.col("source_total_amount")).is_empty()
        # the sources of each line are the line
        keys = ["document_key", "line_number"]
        parts = wanted.line_sources.group_by(keys).agg(pl.col("line_amount", "tax_amount").sum())
        gaps = wanted.lines.join(parts, on=keys, how="full", suffix="_of_parts").filter(
            pl.col("line_amount").ne_missing(pl.col("line_amount_of_parts"))
            | pl.col("tax_amount").ne_missing(pl.col("tax_amount_of_parts"))
        )
        assert gaps.is_empty()

    # rows in another order make the same documents, keys and lines
    again = _wanted(*_company(orders, seed + 17), is_grouped=True)
    for name in ("contacts", "documents", "lines", "line_sources", "allocations", "errors"):
        assert getattr(again, name).equals(getattr(grouped, name)), name


def test_a_group_that_stands_in_xero_is_left_alone_while_one_of_its_orders_waits() -> None:
    rows = [order("1", "115.00"), order("2", "1.00")]
    lines = [line("1", "100.00"), line("2", "50.00")]
    key = "sales_invoice:group:Store sales:2026-10-05-Store-NZD-EXC:1"
    fresh = want(company(documents=rows, lines=lines), policy_=DAILY)
    assert one(fresh.documents)["order_count"] == 1

    standing: list[Row] = [{"document_key": key, "kind": "sales_invoice"}]
    held = want(company(documents=rows, lines=lines, synced=standing), policy_=DAILY)
    assert held.documents.is_empty()
    assert held.lines.is_empty()
    assert codes(held) == [("member_waits", key), ("total_differs", "sales_invoice:2")]

"""Finds the journal that a person names: by its tag in Xero, or by a part of it."""

from datetime import date

from pipelines.errors import UsageProblem
from pipelines.load.manual_journals import tag_key
from pipelines.warehouse import Warehouse

_TAGS = """
    with tagged as (
      select journal_key, tag, status, null as plan_hash from post.documents
      union all
      select d.journal_key, d.tag, p.status, d.plan_hash from post.plan_documents d join post.plans p using (plan_hash)
      where d.tag is not null and d.tag not in (select tag from post.documents)
    )
    select *, regexp_replace(tag, '-v[0-9]+$', '') as without_version,
           regexp_replace(tag, '^[^-]*-', '') as without_organisation,
           regexp_replace(regexp_replace(tag, '-v[0-9]+$', ''), '^[^-]*-', '') as bare
    from tagged
"""
"""Every tag that stands in Xero, stood there, or is planned, with what is left of it when a part is left out."""

_ENDED = ("VOIDED", "DELETED")


def find_journal(warehouse: Warehouse, reference: str) -> tuple[str, date]:
    """Key and period of the journal that a tag names.

    Args:
        warehouse: holds close.journals and post.*.
        reference: a tag as in Xero's narration, or the same without organisation, version or both; or a journal's key.

    Raises:
        UsageProblem: no such journal, or the version that is named is not the one that counts (exit 2).
    """
    journals = dict(warehouse.query("select journal_key, period from close.journals").rows())
    key = _key_of_tag(warehouse, reference)
    if key is None:
        key = {tag_key(one): one for one in journals}.get(tag_key(reference))
    if key is None:
        raise UsageProblem(_unknown(warehouse, reference))
    if key not in journals:
        raise UsageProblem(
            f"{reference} stands in Xero, but the month as it was computed last has no such journal: it is going to be "
            "voided.\n    See why: tieout plan PERIOD"
        )
    return key, journals[key]


def _key_of_tag(warehouse: Warehouse, reference: str) -> str | None:
    """Key of the journal, where the reference is a tag or a part of one."""
    named = warehouse.query(
        f"{_TAGS} where ? in (tag, without_version, without_organisation, bare) order by plan_hash is not null",
        [reference],
    ).to_dicts()
    if not named:
        return None
    first = named[0]
    names_version = reference in (first["tag"], first["without_organisation"])
    if names_version and first["status"] in _ENDED:
        raise UsageProblem(_ended(warehouse, reference, str(first["journal_key"]), str(first["status"]).lower()))
    return str(first["journal_key"])


def _ended(warehouse: Warehouse, reference: str, journal_key: str, how: str) -> str:
    """A version that does not count any more, and the one that does."""
    standing = warehouse.query(
        "select tag from post.documents where journal_key = ? and status in ('POSTED', 'DRAFT')", [journal_key]
    )["tag"].to_list()
    instead = f"{standing[0]} stands in its place: tieout explain {standing[0]}" if standing else "Nothing replaced it."
    return f"{reference} is {how} in Xero, and its source rows are not kept.\n    {instead}"


def _unknown(warehouse: Warehouse, reference: str) -> str:
    near = warehouse.query(
        "select journal_key from close.journals order by jaro_winkler_similarity(journal_key, ?) desc limit 3",
        [reference.upper()],
    )["journal_key"].to_list()
    hint = f"Did you mean one of {', '.join(near)}?" if near else "Close a month first: tieout close PERIOD"
    return f'There is no journal "{reference}". {hint}'

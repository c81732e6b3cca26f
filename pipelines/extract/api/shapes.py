"""What an API is to the extract: resources, what can be asked of them, and pages of rows as received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from pipelines.extract.api.calls import Calls
from pipelines.extract.api.received_row import ReceivedRow

Paging = Literal["stamp", "number"]
"""`stamp`: the server sorts by the field that is followed, so the next question starts at the last row's stamp, and
neither an edit nor a deletion between two pages shifts a row past the reader. `number`: page 1, 2, 3 ... of the same
question; read once more from the start of the read where there was more than one page."""


@dataclass(frozen=True)
class Resource:
    """One list of an API, as a source YAML names it: `{omni: SalesOrders}`, `{core: saleList}`.

    Field names are matched without case; `a.b` is the field b of the nested row a.
    """

    name: str
    keys: tuple[str, ...]
    """Fields that identify a row. Empty: rows have no key, so a row is known by its content and how often it came
    (Core's /transactions); such a resource is always read whole or for whole days."""
    follows: tuple[str, ...] = ()
    """Fields with the instant of a change, each followed with a watermark of its own, such as modifiedDate and
    modifiedCOGSDate. Empty: the list is read whole each time, and a row that is not in it any more is deleted."""
    page_rows: int = 250
    paging: Paging = "number"
    created: str | None = None
    """Field with the instant of creation: a backfill reads what was created or changed on its days."""
    dated: str | None = None
    """Field with a row's day where the server filters by day and by nothing else (Core's /transactions): days are read
    whole, and a row of those days that did not come is deleted."""
    task: str | None = None
    """Field that names the document which a row comes from (Core's /transactions): a new row is a reason to ask for
    that one again."""
    is_swept: bool = False
    """Whether deleted rows are found by reading all keys: the server says nowhere what was deleted."""
    detail_of: str | None = None
    """The list whose rows each need a call of their own for the whole document (Core's sale of saleList). A document
    is asked for again when its row in the list has changed."""
    enums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Known values in any case by field, such as `status` or `lineItems.stockControl`; others are reported."""
    known_fields: frozenset[str] = frozenset()
    """Documented names in lower case, of all depths; others are reported as drift. Empty: those of `spelling`."""
    spelling: Mapping[str, str] = field(default_factory=dict)
    """Documented names of all depths by their lower case: names come in any case, the selects of a source see this
    spelling, Empty: names stay as they come."""
    free_fields: frozenset[str] = frozenset()
    """Fields, in lower case, whose inner names are the tenant's own, such as customFields."""
    personal: tuple[str, ...] = ()
    """Fields about people that a close does not need: a setting drops them before raw."""


@dataclass(frozen=True)
class Question:
    """What is asked of a resource; without anything: all rows."""

    follow: str | None = None
    """The field that `since`, `until` and `is_null` are about."""
    since: str | None = None
    """From this instant on, included, as the server writes it in UTC: 2026-10-01T00:00:00Z."""
    until: str | None = None
    """Before this instant."""
    is_null: bool = False
    """Rows that have nothing in the field."""
    first_day: date | None = None
    """Rows of these days only (Resource.dated), both included."""
    last_day: date | None = None
    keys_only: bool = False
    """The fields of the key are enough: a sweep."""
    keys: tuple[str, ...] = ()
    """These rows only, by the value of the (single) key field."""


@dataclass(frozen=True)
class Page:
    """One answer."""

    rows: Sequence[ReceivedRow]
    is_last: bool
    """Whether the question has no further page."""
    total: int | None = None
    """Rows of the whole question, where the server says so: a change of it between two pages means a re-read."""


class Api(Protocol):
    """A server that rows come from. Calls are made by several threads at once."""

    @property
    def name(self) -> str:
        """As the source YAML names it: omni, core."""

    @property
    def server(self) -> str:
        """Host of the server (hosts.name_server): rows of another server are not mixed with those that are there."""

    @property
    def calls(self) -> Calls:
        """Counts the calls and makes them wait; the extract tells it what earlier runs made."""

    @property
    def resources(self) -> Mapping[str, Resource]:
        """What can be read, by name."""

    @property
    def parallel(self) -> int:
        """How many calls at once make sense."""

    def page(self, resource: Resource, question: Question, number: int) -> Page:
        """One page of a question, numbered from 1; waits for its turn and tries again after a hiccup.

        Raises:
            UsageProblem: credentials, permission or address are wrong (exit 2).
            Incomplete: no answer, no rows in it, or the day's calls are used up (exit 7).
        """

    def detail(self, resource: Resource, key: str) -> ReceivedRow | None:
        """The whole document of a key; None where the server does not have it any more. Raises as `page` does."""

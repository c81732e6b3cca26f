"""Delivers one request: the same bytes under the same key until an answer comes, as long as Xero remembers the key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from pipelines.errors import TieoutError
from pipelines.load.mirror import Clock
from pipelines.load.outbox import OutboxRequest
from pipelines.load.xero_answers import LimitReached, NoAnswer, NotSent, RequestRefused, ServerFailed
from pipelines.load.xero_client import XeroClient

Pause = Callable[[float], None]
"""Waits some seconds."""

KEY_LIFE = timedelta(minutes=5)
"""How long the same key may be used: Xero keeps it six minutes from the first call (xero.md section 9); the sixth is
for the way there, because a key that has been forgotten makes a second journal."""

PAUSES = (0.0, 1.0, 3.0)
"""Seconds before each try."""

_LONGEST_LIMIT = 65.0


@dataclass(frozen=True)
class Delivery:
    """What became of a request: Xero's elements, or an error."""

    elements: list[dict[str, Any]] | None
    error: TieoutError | None = None
    is_without_effect: bool = False
    """Whether it is certain that Xero did nothing."""
    is_unanswered: bool = False
    """Whether it may have left and no answer came to any try."""

    @property
    def outcome(self) -> str:
        """In words, one line."""
        return self.error.summary.splitlines()[0] if self.error else "answered"


def deliver(client: XeroClient, request: OutboxRequest, *, may_have_left: bool, clock: Clock, pause: Pause) -> Delivery:
    """Send a request until it is answered.

    No answer, or a minute's limit: the same bytes and key again, which Xero answers from its memory if it did the work
    before. Any other error ends it; Xero keeps errors under the key too, so the caller looks up and takes a new key.

    Args:
        client: how.
        request: exact body, key and the time of first sending.
        may_have_left: whether the same request was sent before without an answer.
        clock: gives the present moment.
        pause: waits.
    """
    error: TieoutError | None = None
    for seconds in PAUSES:
        if error is not None:
            pause(error.wait_seconds if isinstance(error, LimitReached) else seconds)
        if clock() - request.first_sent_at > KEY_LIFE:
            break
        try:
            return Delivery(_send(client, request))
        except NoAnswer as lost:
            error, may_have_left = lost, True
        except NotSent as unsent:
            error = unsent
        except LimitReached as limit:
            error = limit
            if limit.is_day or limit.wait_seconds > _LONGEST_LIMIT:
                break
        except RequestRefused as refusal:
            # The verdict on exactly these bytes, whichever of the tries brought it.
            return Delivery(None, refusal, is_without_effect=True)
        except ServerFailed as failure:
            return Delivery(None, failure)
        except TieoutError as other:
            return Delivery(None, other, is_without_effect=not may_have_left, is_unanswered=may_have_left)
    lost_key = NoAnswer(f"No answer to {request.path} while Xero remembered its key. Run the same command again.")
    return Delivery(None, error or lost_key, is_without_effect=not may_have_left, is_unanswered=may_have_left)


def _send(client: XeroClient, request: OutboxRequest) -> list[dict[str, Any]]:
    key = request.idempotency_key
    if not request.path.startswith("/ManualJournals"):
        return client.write_documents(request.action, request.path, request.body, key)
    if request.action == "create":
        return client.create_manual_journals(request.body, key)
    _, _, journal_id, *rest = request.path.split("/")
    if request.action == "attach":
        return client.attach_file(journal_id, unquote(rest[-1]), request.body.encode(), "text/csv", key)
    if request.action == "note":
        return client.add_history(journal_id, request.body, key)
    return client.end_manual_journal(journal_id, request.body, key)

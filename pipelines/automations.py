"""Registers the Prefect automation that tells people when a close fails or does not start in time.

Run it once against a server: `python -m pipelines.automations [--notify BLOCK_TYPE/NAME]`, such as
`slack-webhook/finance`. Without a notification block the automation raises its event all the same: the UI shows it, and
other automations can follow it.
"""

import argparse
import sys
from datetime import timedelta
from typing import cast

from prefect.automations import Automation
from prefect.blocks.core import Block
from prefect.events.actions import DoNothing, SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.settings import get_current_settings

from pipelines.errors import TieoutError, UsageProblem

NAME = "tieout: a close failed or is late"
FLOW_NAME = "month-end"
BAD_STATES = {
    "prefect.flow-run.Failed",
    "prefect.flow-run.Crashed",
    "prefect.flow-run.TimedOut",
    "prefect.flow-run.Late",
}
SUBJECT = (
    "tieout: {{ flow_run.name }}{% if deployment %} ({{ deployment.name }}){% endif %} is {{ flow_run.state.name }}"
)
BODY = (
    "{{ flow_run.state.message or 'It should have started at ' ~ flow_run.expected_start_time ~ '.' }}\n\n"
    "{{ (flow_run | ui_url) or '' }}"
)


def describe_automation(notify: str | None = None) -> Automation:
    """The automation: any run of the flow month-end that fails, crashes, times out or starts late.

    Args:
        notify: notification block as BLOCK_TYPE/NAME; None raises the event only.

    Raises:
        UsageProblem: the server has no such block (exit 2).
    """
    trigger = EventTrigger(
        expect=BAD_STATES,
        match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
        match_related=ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": FLOW_NAME}),
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )
    return Automation(
        name=NAME,
        description="A month-end close or preview failed, crashed or did not start in time.",
        trigger=trigger,
        actions=[_notification(notify) if notify else DoNothing()],
    )


def register_automation(notify: str | None = None) -> Automation:
    """Create the automation, or bring the one of that name up to date.

    Raises:
        UsageProblem: no server is named, or it has no such block (exit 2).
    """
    if not get_current_settings().api.url:
        raise UsageProblem("An automation lives on a server, and none is named. Set PREFECT_API_URL.")
    wanted = describe_automation(notify)
    try:
        known = cast("Automation", Automation.read(name=NAME))  # a coroutine only inside an event loop
    except ValueError:
        return cast("Automation", wanted.create())
    wanted.id = known.id
    wanted.update()
    return wanted


def _notification(reference: str) -> SendNotification:
    """The action that sends through a notification block."""
    if "/" not in reference:
        raise UsageProblem(f"--notify {reference} is not BLOCK_TYPE/NAME, such as slack-webhook/finance.")
    try:
        block_id = cast("Block", Block.load(reference))._block_document_id
    except ValueError as error:
        raise UsageProblem(f"--notify {reference}: {error}") from None
    if block_id is None:
        raise UsageProblem(f"--notify {reference}: the block is not saved on this server.")
    return SendNotification(block_document_id=block_id, subject=SUBJECT, body=BODY)


def main() -> None:
    """Register from the command line."""
    parser = argparse.ArgumentParser(description="Register the automation that tells about failed and late closes.")
    parser.add_argument("--notify", metavar="BLOCK_TYPE/NAME", help="notification block, such as slack-webhook/finance")
    try:
        registered = register_automation(parser.parse_args().notify)
    except TieoutError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    print(f"Automation registered: {registered.name}")


if __name__ == "__main__":
    main()

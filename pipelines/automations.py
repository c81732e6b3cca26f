"""Registers the Prefect automation that tells people when a close fails or does not start in time.

Run it once against a server: `python -m pipelines.automations [--notify BLOCK_TYPE/NAME]`, such as
slack-webhook/finance. Without a notification block the automation still raises its event, which the UI shows and other
automations can follow.
"""

import argparse
from datetime import timedelta
from typing import cast

from pipelines.prefect_home import prepare_prefect
from pipelines.settings import load_settings

prepare_prefect(load_settings().home)  # Prefect reads the environment when it is imported

from prefect.automations import Automation  # noqa: E402
from prefect.blocks.core import Block  # noqa: E402
from prefect.events.actions import DoNothing, SendNotification  # noqa: E402
from prefect.events.schemas.automations import EventTrigger, Posture  # noqa: E402
from prefect.events.schemas.events import ResourceSpecification  # noqa: E402

NAME = "tieout: a close failed or is late"
BAD_STATES = {
    "prefect.flow-run.Failed",
    "prefect.flow-run.Crashed",
    "prefect.flow-run.TimedOut",
    "prefect.flow-run.Late",
}
SUBJECT = "tieout: {{ flow_run.name }} is {{ flow_run.state.name }}"
BODY = "{{ flow_run.state.message }}\n\n{{ flow_run | ui_url }}"


def describe_automation(notify: str | None = None) -> Automation:
    """The automation: any run of the flow month-end that fails, crashes, times out or starts late.

    Args:
        notify: notification block as BLOCK_TYPE/NAME; None raises the event only.
    """
    trigger = EventTrigger(
        expect=BAD_STATES,
        match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
        match_related=ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": "month-end"}),
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
    """Create the automation, or bring the one of that name up to date."""
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
    block_id = cast("Block", Block.load(reference))._block_document_id
    if block_id is None:
        raise ValueError(f"{reference} is not saved on this server")
    return SendNotification(block_document_id=block_id, subject=SUBJECT, body=BODY)


def main() -> None:
    """Register from the command line."""
    parser = argparse.ArgumentParser(description="Register the automation that tells about failed and late closes.")
    parser.add_argument("--notify", metavar="BLOCK_TYPE/NAME", help="notification block, such as slack-webhook/finance")
    registered = register_automation(parser.parse_args().notify)
    print(f"Automation registered: {registered.name}")


if __name__ == "__main__":
    main()

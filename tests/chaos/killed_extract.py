"""An extract that is killed with SIGKILL at a step of its own: STEP COUNT URL HOME SOURCE FOLDER.

Steps: `answer` (a call was answered), `commit` (before a page is committed), `committed` (after), `complete` (in the
middle of the transaction that lets readers see an input). Pages hold 40 rows, so that a small company makes many.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.extract import ExtractReport, extract_source, read_source
from pipelines.extract.api import reading_together
from pipelines.extract.api.batches import Batch
from pipelines.extract.api.landing import InputState
from pipelines.extract.api.raw_versions import RawVersions
from pipelines.extract.cin7_client import OmniClient
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.extract.connections import connect_apis
from pipelines.extract.core_api.client import CoreApi
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import open_warehouse

PAGE_ROWS = 40


def settings_of(url: str, home: Path, folder: Path) -> Settings:
    """Both servers at one address, and a warehouse of its own."""
    names = {"omni_username": "sandbox", "omni_key": "sandbox", "core_account_id": "sandbox", "core_key": "sandbox"}
    core = f"{url}/ExternalApi/v2"
    return load_settings(home=home, data=folder / "files", omni_url=url, core_url=core, threads=2, **names)


def extract(settings: Settings, source_file: Path) -> ExtractReport:
    """One extract with small pages."""
    source = read_source(source_file)
    reading_together.COMMIT_ROWS = 1  # every page, also where the next one is there already
    small = {name: replace(one, page_rows=PAGE_ROWS) for name, one in RESOURCES.items()}
    OmniClient.resources = property(lambda _: small)  # type: ignore[assignment]
    with open_warehouse(settings, publishes=False) as warehouse, connect_apis(source, settings) as apis:
        return extract_source(source, settings, warehouse, apis)


def arm(step: str, count: int) -> None:
    """Put a trap at each step; the one that is named springs at its count-th time."""
    left = [count]

    def come_by(name: str) -> None:
        if name == step:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(owner: type, method: str, before: str | None, after: str | None) -> None:
        original: Callable[..., Any] = getattr(owner, method)

        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            come_by(before or "")
            found = original(*given, **named)
            come_by(after or "")
            return found

        setattr(owner, method, call)

    watch(OmniClient, "page", None, "answer")
    watch(CoreApi, "page", None, "answer")
    watch(CoreApi, "detail", None, "answer")
    watch(RawVersions, "append", "commit", None)
    watch(Batch, "commit", None, "committed")
    watch(InputState, "complete", None, "complete")


if __name__ == "__main__":
    name, number, address, home_folder, source_path, data_folder = sys.argv[1:]
    arm(name, int(number))
    extract(settings_of(address, Path(home_folder), Path(data_folder)), Path(source_path))

"""A company whose every secret is marked, so that a test can look for them wherever the company leaves a trace."""

import base64
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr

from pipelines.sandbox.cin7.app import create_app
from pipelines.sandbox.xero.tokens import sign_access_token
from tests.sample_company import Company, running_company

CLIENT_SECRET = "marked-client-secret-7f3a"  # noqa: S105 -- made up, to be looked for
OMNI_KEY = "marked-omni-key-91bc"
CORE_KEY = "marked-core-key-02de"

SERVERS_OWN = {"books.sqlite", "books.sqlite-wal", "books.sqlite-shm", "tokens.json"}
"""What the local Xero keeps of tokens, and the file that is made to keep them."""


class Marks:
    """The secrets that were in use."""

    def __init__(self) -> None:
        basics = [f"sandbox:{secret}".encode() for secret in (CLIENT_SECRET, OMNI_KEY)]
        self.texts = [CLIENT_SECRET, OMNI_KEY, CORE_KEY, *(base64.b64encode(one).decode() for one in basics)]

    def signing(self, *arguments: Any, **options: Any) -> str:  # noqa: ANN401 whatever the local Xero gives
        """An access token of the local Xero, remembered."""
        token = sign_access_token(*arguments, **options)
        self.texts.append(token)
        return token

    def found_in(self, content: str | bytes) -> list[str]:
        """The secrets in a text or a file, shortened."""
        data = content.encode() if isinstance(content, str) else content
        return [mark[:24] for mark in self.texts if mark.encode() in data]

    def found_under(self, folder: Path) -> dict[str, list[str]]:
        """File -> secrets in it, for every file of a folder but those that are made to hold them."""
        files = [path for path in folder.rglob("*") if path.is_file() and path.name not in SERVERS_OWN]
        assert files
        return {str(path): found for path in files if (found := self.found_in(path.read_bytes()))}


@contextmanager
def marked_company(opened_home: Path, home: Path) -> Iterator[tuple[Company, Marks]]:
    """The company before its first close, with marked secrets at both ends; its servers run."""
    marks = Marks()
    shutil.copytree(opened_home, home)
    grants = "pipelines.sandbox.xero.token_grants"
    patches: list[tuple[str, object]] = [
        (f"{grants}.CLIENT_SECRET", CLIENT_SECRET),
        (f"{grants}.sign_access_token", marks.signing),
        ("pipelines.sandbox.cin7.serving.create_app", partial(create_app, key=OMNI_KEY)),
    ]
    with _patched(patches), running_company(home) as company:
        secrets = {"xero_client_secret": CLIENT_SECRET, "omni_key": OMNI_KEY, "core_key": CORE_KEY}
        settings = company.settings.model_copy(update={name: SecretStr(text) for name, text in secrets.items()})
        yield Company(settings, company.books), marks


@contextmanager
def _patched(patches: list[tuple[str, object]]) -> Iterator[None]:
    if not patches:
        yield
        return
    (target, value), *rest = patches
    with patch(target, value), _patched(rest):
        yield


def quoting(marks: Marks) -> Callable[..., None]:
    """A function that fails as a library does that quotes what it was given: every secret in use by then."""

    def fail(*_: object, **__: object) -> None:
        raise LookupError(f"cannot send {' '.join(marks.texts)}")

    return fail

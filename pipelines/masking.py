"""Keeps secrets out of every text that leaves this process: messages, logs, tables, traceback files.

No message of ours holds a secret. A library's may: h11 quotes a header that it cannot send, a URL error its address.
So each secret is remembered when it enters the process, and hidden wherever a foreign text passes through.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

HIDDEN = "**********"
"""What pydantic shows for a secret, too."""

SHORTEST = 12
"""Shorter ones are made-up, such as `sandbox`, and hiding them would spoil words that mean something else."""

_known: set[str] = set()


def remember(secret: str | SecretStr | None) -> None:
    """Hide this value from now on."""
    value = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    if value and len(value) >= SHORTEST:
        _known.add(value)


def remember_login(user: str | None, secret: SecretStr | None) -> None:
    """Hide a secret, also as it travels with its user's name in a Basic header."""
    remember(secret)
    if user and secret:
        remember(base64.b64encode(f"{user}:{secret.get_secret_value()}".encode()).decode())


def hide(text: str) -> str:
    """A text without any secret that this process knows; longest first, because one may hold another."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


class HiddenError(RuntimeError):
    """A foreign error whose own text holds a secret; this one says the same without it."""


@contextmanager
def hiding_secrets() -> Iterator[None]:
    """Let no error leave the block with a secret in its text, for whoever stores or shows it outside this process.

    Raises:
        HiddenError: in place of such an error; any other passes as it is.
    """
    try:
        yield
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        if hide(text) != text:
            raise HiddenError(hide(text)) from None
        raise

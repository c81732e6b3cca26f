"""Keeps secrets out of every text that leaves this process: messages, logs, tables, traceback files.

No message of ours holds a secret. A library's may: h11 quotes a header that it cannot send, a URL error its address.
So each secret is remembered when it enters the process, and hidden wherever a foreign text passes through.
"""

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


def hide(text: str) -> str:
    """A text without any secret that this process knows; longest first, because one may hold another."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text

"""Where a person's sign-in is kept: the keyring of the operating system, or a file that only this user can read."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import keyring
import typer
from filelock import FileLock, Timeout
from pydantic import SecretStr

from pipelines.errors import Incomplete, UsageProblem
from pipelines.load.xero_tokens import Token
from pipelines.masking import remember
from schemas.problems import Problem

SERVICE = "tieout"
FILE_NAME = "xero-tokens.json"
LOCK_WAIT = 90.0
"""Seconds; longer than another process can take to renew a token."""


@dataclass(frozen=True)
class Connection:
    """A person's sign-in, and the organisation that was chosen."""

    tenant_id: str
    tenant_name: str
    token: Token = field(repr=False)


class TokenStore:
    """The sign-in of one client at one token server.

    A keyring that takes and gives back is used; where there is none, or it refuses, a file with mode 0600 in the
    user's own folder for settings. A file that is named is used without asking any keyring.
    """

    def __init__(self, token_url: str, client_id: str, file: Path | None = None) -> None:
        self.account = f"{client_id} at {token_url}"
        self.file = file or Path(typer.get_app_dir(SERVICE)) / FILE_NAME
        self._uses_keyring = file is None

    def __repr__(self) -> str:
        return f"TokenStore({self.account!r}, file={str(self.file)!r})"

    def load(self) -> Connection | None:
        """What was kept, if anything.

        Raises:
            UsageProblem: the file can be read by others, or cannot be read at all (exit 2).
        """
        text = self._read_file().get(self.account) or self._read_keyring()
        return _decode(text) if text else None

    def save(self, connection: Connection) -> str:
        """Keep a sign-in; returns where, in words.

        Raises:
            UsageProblem: neither a keyring nor the file takes it (exit 2).
        """
        text = _encode(connection)
        if self._write_keyring(text):
            self._write_file(None)  # an older one in the file would win
            return f"the keyring ({_keyring_name()})"
        self._write_file(text)
        return (
            f"{self.file} (mode 0600: no keyring keeps it here)" if self._uses_keyring else f"{self.file} (mode 0600)"
        )

    def forget(self) -> bool:
        """Delete the sign-in; returns whether there was one."""
        found = self.load() is not None
        self._write_file(None)
        if self._uses_keyring:
            with suppress(Exception):  # a backend raises what it likes; load says whether anything is left
                keyring.delete_password(SERVICE, self.account)
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone with the sign-in among all processes and threads of this user, so that one of them renews it.

        Raises:
            Incomplete: another process holds it too long (exit 7).
        """
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = hashlib.sha256(self.account.encode()).hexdigest()[:16]
        try:
            with FileLock(self.file.with_name(f".{self.file.stem}-{name}.lock"), timeout=LOCK_WAIT):
                yield
        except Timeout:
            raise Incomplete(
                f"Another process has been renewing the sign-in to Xero for {LOCK_WAIT:.0f} s.\n"
                "    Run the same command again."
            ) from None

    def _read_keyring(self) -> str | None:
        if not self._uses_keyring:
            return None
        try:
            return keyring.get_password(SERVICE, self.account)
        except Exception:  # a backend raises what it likes: no keyring, locked, no D-Bus
            return None

    def _write_keyring(self, text: str) -> bool:
        """Whether a keyring has it now: some take everything and keep nothing."""
        if not self._uses_keyring:
            return False
        try:
            keyring.set_password(SERVICE, self.account, text)
        except Exception:  # as above; Windows refuses long ones with an error of its own
            return False
        return self._read_keyring() == text

    def _read_file(self) -> dict[str, str]:
        if not self.file.is_file():
            return {}
        mode = stat.S_IMODE(self.file.stat().st_mode)
        if os.name != "nt" and mode & 0o077:
            fix = f"Run: chmod 600 '{self.file}'"
            raise self._unreadable(f"others can read it (mode {mode:04o}), and it holds the sign-in to Xero", fix)
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
            return {str(name): json.dumps(entry) for name, entry in found.items()}
        except (OSError, ValueError, AttributeError):
            raise self._unreadable("it cannot be read", "Delete it and sign in again: tieout connect") from None

    def _write_file(self, text: str | None) -> None:
        """Put this account's entry into the file, or take it out; the file is replaced whole, never half written."""
        entries = {name: json.loads(entry) for name, entry in self._read_file().items() if name != self.account}
        if text is not None:
            entries[self.account] = json.loads(text)
        elif not self.file.is_file():
            return
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace_privately(self.file, json.dumps(entries))
        except OSError as error:
            fix = "Name a file that can be written: TIEOUT_XERO_TOKENS"
            raise self._unreadable(f"it cannot be written ({error.strerror})", fix) from None

    def _unreadable(self, found: str, fix: str) -> UsageProblem:
        return UsageProblem("The sign-in to Xero cannot be kept.", [Problem(str(self.file), found, fix)])


def _replace_privately(file: Path, text: str) -> None:
    """Write a file that no other user could read at any moment."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)


def _keyring_name() -> str:
    return str(getattr(keyring.get_keyring(), "name", "of the system"))


def _encode(connection: Connection) -> str:
    token = connection.token
    return json.dumps(
        {
            "tenant_id": connection.tenant_id,
            "tenant_name": connection.tenant_name,
            "access_token": token.access.get_secret_value(),
            "refresh_token": token.refresh.get_secret_value() if token.refresh else None,
            "ends_at": token.ends_at.isoformat(),
        }
    )


def _decode(text: str) -> Connection | None:
    """A sign-in from its text; None where another release wrote something else."""
    try:
        found = json.loads(text)
        refresh = SecretStr(found["refresh_token"]) if found["refresh_token"] else None
        token = Token(SecretStr(found["access_token"]), datetime.fromisoformat(found["ends_at"]), refresh)
    except (ValueError, KeyError, TypeError):
        return None
    remember(token.access)
    remember(token.refresh)
    return Connection(found["tenant_id"], found["tenant_name"], token)

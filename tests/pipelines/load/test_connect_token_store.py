"""Where a sign-in is kept: a keyring that works, or a file that only its user can read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from pipelines.errors import UsageProblem
from pipelines.load.token_store import SERVICE, TokenStore
from tests.pipelines.load.sign_ins import connection

URL = "https://identity.example/connect/token"


class MemoryKeyring(KeyringBackend):
    """A keyring that works."""

    priority = 1
    name = "Memory"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class LockedKeyring(MemoryKeyring):
    """A keyring that nobody is there to unlock."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(service, username)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's folder for settings, and the keyring as it was afterwards."""
    monkeypatch.setattr("typer.get_app_dir", lambda _: str(tmp_path / "settings"))
    before = keyring.get_keyring()
    yield tmp_path / "settings"
    keyring.set_keyring(before)


def test_a_keyring_that_works_keeps_the_sign_in_and_no_file_does(own_folder: Path) -> None:
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    store = TokenStore(URL, "id")

    assert store.save(connection()) == "the keyring (Memory)"
    kept = store.load()
    assert kept is not None
    assert (kept.tenant_id, kept.token.access.get_secret_value()) == ("tenant-1", "access-token")
    assert list(memory.entries) == [(SERVICE, f"id at {URL}")]
    assert not (own_folder / "xero-tokens.json").exists()

    assert store.forget()
    assert store.load() is None
    assert not store.forget()


@pytest.mark.parametrize("backend", [LockedKeyring, None], ids=["locked", "keeps-nothing"])
def test_without_a_keyring_that_keeps_a_private_file_is_written(
    own_folder: Path, backend: type[MemoryKeyring] | None
) -> None:
    if backend is not None:
        keyring.set_keyring(backend())
    store = TokenStore(URL, "id")
    file = own_folder / "xero-tokens.json"

    assert store.save(connection("one")) == f"{file} (mode 0600: no keyring keeps it here)"
    TokenStore(URL, "another").save(connection("two"))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_folder.stat().st_mode) == 0o700
    kept = store.load()
    assert kept is not None
    assert kept.token.access.get_secret_value() == "one"
    assert store.forget()
    assert TokenStore(URL, "another").load() is not None
    assert [path.name for path in own_folder.iterdir()] == ["xero-tokens.json"]


def test_a_keyring_that_works_again_takes_over_from_the_file(own_folder: Path) -> None:
    store = TokenStore(URL, "id")
    store.save(connection("in the file"))
    keyring.set_keyring(MemoryKeyring())

    store.save(connection("in the keyring"))

    kept = store.load()
    assert kept is not None
    assert kept.token.access.get_secret_value() == "in the keyring"
    assert "in the file" not in (own_folder / "xero-tokens.json").read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    store = TokenStore(URL, "id", tmp_path / "tokens.json")
    store.save(connection())
    store.file.chmod(0o644)

    with pytest.raises(UsageProblem, match=r"tokens.json: others can read it \(mode 0644\).*\n    Run: chmod 600"):
        store.load()


def test_a_file_that_is_no_sign_in_says_what_to_do(tmp_path: Path) -> None:
    store = TokenStore(URL, "id", tmp_path / "tokens.json")
    store.file.touch(0o600)

    with pytest.raises(UsageProblem, match="Delete it and sign in again: tieout connect"):
        store.load()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UsageProblem, match="Name a file that can be written: TIEOUT_XERO_TOKENS"):
        TokenStore(URL, "id", tmp_path / "file" / "tokens.json").save(connection())


def test_neither_a_sign_in_nor_its_store_shows_a_token(tmp_path: Path) -> None:
    store = TokenStore(URL, "id", tmp_path / "tokens.json")

    shown = repr((store, vars(store), connection(), connection().token))

    assert "access-token" not in shown
    assert "refresh-token" not in shown

"""Settings: environment over tieout.toml, every problem at once, no secret shown."""

import os
from pathlib import Path

import pytest

from pipelines.errors import UsageProblem
from pipelines.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("TIEOUT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TIEOUT_HOME", str(tmp_path))


def _write(folder: Path, text: str) -> Path:
    file = folder / "tieout.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_paths_start_at_home(tmp_path: Path) -> None:
    settings = load_settings()

    assert settings.mappings == tmp_path / "mappings"
    assert settings.data_dir == tmp_path / "data"
    assert settings.warehouse == tmp_path / "data" / "warehouse.duckdb"


def test_home_is_the_checkout_when_nothing_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIEOUT_HOME")

    assert load_settings().home == Path(__file__).parents[2]


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, 'organisation = "FILE"\ntime_zone = "Pacific/Auckland"\nthreads = 1\n')
    monkeypatch.setenv("TIEOUT_ORGANISATION", "ENV")
    monkeypatch.setenv("TIEOUT_THREADS", "2")

    settings = load_settings(threads=3, organisation=None)

    assert (settings.time_zone, settings.organisation, settings.threads) == ("Pacific/Auckland", "ENV", 3)


def test_relative_paths_start_at_home_and_those_of_the_command_line_where_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("TIEOUT_WAREHOUSE", "here/w.duckdb")

    settings = load_settings(mappings=Path("there"))

    assert settings.warehouse == tmp_path / "here" / "w.duckdb"
    assert settings.mappings == elsewhere / "there"


def test_every_problem_is_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _write(
        tmp_path,
        'thread = 3\nmemory = "lots"\nxero_url = "xero"\n[sources]\nomni = "x"\n',
    )
    monkeypatch.setenv("TIEOUT_WAREHUSE", "x")
    monkeypatch.setenv("TIEOUT_TIME_ZONE", "Pacific/Aukland")
    monkeypatch.setenv("TIEOUT_ORGANISATION", "ACME Ltd")

    with pytest.raises(UsageProblem) as caught:
        load_settings(threads=0)

    assert caught.value.exit_code == 2
    assert str(caught.value) == (
        "The settings do not hold.\n"
        "environment variable TIEOUT_WAREHUSE: unknown setting\n"
        '    Did you mean "TIEOUT_WAREHOUSE"?\n'
        f'{file}:1: unknown key "thread"\n'
        '    Did you mean "threads"?\n'
        f'{file}:4: unknown key "sources"\n'
        "    See `Settings` in the README.\n"
        "command line, threads: input should be greater than or equal to 1\n"
        "    threads: Threads that DuckDB may use; default all.\n"
        f'{file}:2: expected an amount such as "4GB", found "lots"\n'
        '    memory: Memory that DuckDB may use, such as "4GB"; default four fifths of the machine.\n'
        'environment variable TIEOUT_ORGANISATION: expected 1 to 16 letters and digits, found "ACME Ltd"\n'
        "    organisation: Prefix of the tags that find our journals in Xero.\n"
        "environment variable TIEOUT_TIME_ZONE: "
        'unknown time zone "Pacific/Aukland". Did you mean "Pacific/Auckland"?\n'
        "    time_zone: The organisation's time zone: when its months begin and end.\n"
        f'{file}:3: expected an address such as "https://api.xero.com"\n'
        "    xero_url: Xero's API."
    )


def test_a_home_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="does not exist") as caught:
        load_settings(home=tmp_path / "nowhere")

    assert caught.value.problems[0].where == "command line, home"


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    file = _write(tmp_path, "time_zone = Pacific/Auckland\n")

    with pytest.raises(UsageProblem, match="cannot be read as TOML") as caught:
        load_settings()

    assert caught.value.problems[0].where == str(file)


def test_home_cannot_stand_in_its_own_file(tmp_path: Path) -> None:
    _write(tmp_path, 'home = "/elsewhere"\n')

    with pytest.raises(UsageProblem, match="Set TIEOUT_HOME instead"):
        load_settings()


def test_a_secret_in_the_file_of_a_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    file = _write(tmp_path, '\nomni_key = "abc"\n')

    with pytest.raises(UsageProblem) as caught:
        load_settings()

    assert [str(problem) for problem in caught.value.problems] == [
        f"{file}:2: omni_key is a secret, and this file lies in a repository\n"
        "    Set TIEOUT_OMNI_KEY in the environment and delete the line; replace a secret that was committed."
    ]


def test_secrets_never_show(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XERO_CLIENT_SECRET", "OMNI_KEY", "CORE_KEY"):
        monkeypatch.setenv(f"TIEOUT_{name}", "hush-hush")

    settings = load_settings()

    assert settings.omni_key is not None
    assert settings.omni_key.get_secret_value() == "hush-hush"
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_problem_beside_a_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_OMNI_KEY", "hush-hush")
    monkeypatch.setenv("TIEOUT_THREADS", "many")

    with pytest.raises(UsageProblem) as caught:
        load_settings()

    assert "hush" not in str(caught.value)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_THREADS", "")

    assert load_settings().threads is None


def test_addresses_lose_their_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_XERO_URL", "http://127.0.0.1:8080/")

    assert load_settings().xero_url == "http://127.0.0.1:8080"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []

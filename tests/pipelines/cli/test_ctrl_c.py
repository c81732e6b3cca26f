"""Ctrl-C before a command has begun: no traceback, and the exit code that a shell expects."""

import os
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.cli import app
from tests.sample_company import ROOT, await_end, start_tieout

INTERRUPT_AT_IMPORT = """
import signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts with & ignore it
sys.meta_path.insert(0, Finder())
"""
"""As sitecustomize.py: the process gets SIGINT while it imports a module."""


@pytest.mark.parametrize("module", ["pipelines.cli.app", "typer", "pipelines.cli.sync_command"])
def test_ctrl_c_while_python_imports_ends_with_one_sentence(tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPT_AT_IMPORT.format(module=module), encoding="utf-8")
    process = start_tieout(
        "status", environment={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}, folder=tmp_path
    )
    out, err = await_end(process, 60)

    assert (process.returncode, out, err) == (130, "", "Stopped before anything was begun.\n")


def test_ctrl_c_while_commands_are_put_together_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 130
    assert capsys.readouterr().err == "Stopped before anything was begun.\n"

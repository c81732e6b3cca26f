"""Processes that tests start."""

import subprocess
import sys

import pytest

from tests.sample_company import await_end


def test_a_process_that_goes_on_is_ended_with_its_test() -> None:
    waits = "import threading; threading.Event().wait()"
    process = subprocess.Popen([sys.executable, "-c", waits], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        await_end(process, 0.05)

    assert process.returncode is not None

"""Runs a command as a process of its own and says what it took."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Taken:
    """What a run took."""

    seconds: float
    """By the clock, from the start of the process to its end."""
    cpu_seconds: float
    peak_gigabytes: float
    """The most memory that it held at one time."""


def run_python(*arguments: object) -> Taken:
    """Run Python with arguments.

    Raises:
        RuntimeError: the process failed, with what it said.
    """
    command = [sys.executable, *map(str, arguments)]
    # modules are compiled once, as wherever a program is installed; some build machines switch that off
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdout:
        process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e9)


def best_of(runs: Sequence[Taken]) -> Taken:
    """The quickest: whatever slowed the others was not the program."""
    return min(runs, key=lambda run: run.seconds)


def describe_machine() -> dict[str, object]:
    """What the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gigabytes": round(memory, 1),
        "system": platform.system(),
        "processor": _processor(),
        "python": platform.python_version(),
    }


def as_numbers(taken: Taken) -> dict[str, float]:
    """For JSON, to the hundredth."""
    return {name: round(value, 2) for name, value in asdict(taken).items()}


def _processor() -> str:
    """The name of the processor, where the system tells it."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()

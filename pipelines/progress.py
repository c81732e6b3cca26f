"""Shows how far a run is: a bar for each step on the terminal, or JSON lines for a program."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

WIDTH = 32


class _Seconds(ProgressColumn):
    """How long a step has taken: most take less than the whole seconds that Rich's own column shows."""

    def render(self, task: Task) -> Text:
        """Seconds with one place."""
        elapsed = task.finished_time if task.finished else task.elapsed
        return Text(f"{elapsed or 0.0:.1f} s")


class StepBars:
    """Carries out steps and shows each as a bar; without a terminal, as one line a step."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=WIDTH),
            TextColumn("{task.fields[what]}"),
            _Seconds(),
            console=console,
            transient=False,
        )
        self._current: TaskID | None = None

    def run_step(self, name: str, work: Callable[[], None], *, is_safe_to_retry: bool) -> None:
        """Do the work under a bar of its own."""
        task = self._bars.add_task(name, total=None, what="")
        self._current = task
        try:
            work()
        except BaseException:
            self._bars.update(task, total=1, completed=0, what="[red]stopped[/red]")
            raise
        total = self._bars.tasks[self._bars.task_ids.index(task)].total or 1
        self._bars.update(task, total=total, completed=total, what="")
        self._current = None

    def tell(self, done: int, total: int, what: str) -> None:
        """Move the bar of the step that runs."""
        if self._current is not None:
            self._bars.update(self._current, completed=done, total=total or None, what=what)

    @contextmanager
    def shown(self) -> Iterator["StepBars"]:
        """Bars on the screen while the block runs."""
        with self._bars:
            yield self


class JsonEvents:
    """Carries out steps and tells each as JSON lines: what `--json` writes to the error stream while a run goes on.

    `{"event": "step", "step": NAME, "state": "began" | "done" | "stopped", "seconds": N}` and
    `{"event": "progress", "step": NAME, "done": N, "total": N, "what": WORD}`; standard output holds the result only.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._current = ""

    def run_step(self, name: str, work: Callable[[], None], *, is_safe_to_retry: bool) -> None:
        """Do the work, and tell when it began and how it ended."""
        self._current, started = name, time.monotonic()
        self._write(event="step", step=name, state="began")
        state = "stopped"
        try:
            work()
            state = "done"
        finally:
            seconds = round(time.monotonic() - started, 3)
            self._write(event="step", step=name, state=state, seconds=seconds)

    def tell(self, done: int, total: int, what: str) -> None:
        """How far the step is that runs."""
        self._write(event="progress", step=self._current, done=done, total=total, what=what)

    @contextmanager
    def shown(self) -> Iterator["JsonEvents"]:
        """As the bars have it; there is nothing to draw."""
        yield self

    def _write(self, **event: object) -> None:
        self._stream.write(json.dumps(event, ensure_ascii=False) + "\n")
        self._stream.flush()

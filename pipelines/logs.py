"""The log of each run as JSON lines, a file a month: what support asks for, and no secret."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from pipelines.masking import hide
from pipelines.settings import Settings

PACKAGE = "pipelines"
"""Our own loggers; what libraries log goes its own way."""

FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else was given as `extra` and stands in the line."""

_run: ContextVar[str | None] = ContextVar("run", default=None)


def log_folder(settings: Settings) -> Path:
    """The folder of the logs: `logs`, beside the warehouse."""
    return settings.warehouse.parent / "logs"


@contextmanager
def logged_run(settings: Settings, run_id: str) -> Iterator[None]:
    """Write what this run logs to `logs/tieout-YYYY-MM.jsonl`, each line with the run's id."""
    file = log_folder(settings) / f"tieout-{datetime.now(UTC):%Y-%m}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(JsonLines(run_id))
    handler.addFilter(lambda _: _run.get() in {None, run_id})  # two runs of one process each get their own lines
    token = _run.set(run_id)
    try:
        with _added(logging.getLogger(PACKAGE), handler):
            yield
    finally:
        _run.reset(token)
        handler.close()


@contextmanager
def _added(logger: logging.Logger, handler: logging.Handler) -> Iterator[None]:
    """Give a logger a handler that gets every record from INFO up; everybody else gets what they got without it."""
    level, is_passing = logger.level, logger.propagate
    onwards = Onwards(logger.getEffectiveLevel())
    added = [handler, *([onwards] if is_passing else [])]
    logger.setLevel(min(logging.INFO, logger.getEffectiveLevel()))
    logger.propagate = False
    for one in added:
        logger.addHandler(one)
    try:
        yield
    finally:
        for one in added:
            logger.removeHandler(one)
        logger.propagate = is_passing
        logger.setLevel(level)


class Onwards(logging.Handler):
    """Hands a record on to the program's own handlers: Prefect's, a test's, or Python's last resort for warnings."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass it on."""
        last = [logging.lastResort] if logging.lastResort else []
        for handler in logging.getLogger().handlers or last:
            if record.levelno >= handler.level:
                handler.handle(record)


class JsonLines(logging.Formatter):
    """One JSON object a record: at, level, logger, message, run_id, what was given as `extra`, and the traceback."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        """The line, with every secret that this process knows hidden."""
        content: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "run_id": self._run_id,
        }
        content |= {name: value for name, value in vars(record).items() if name not in FIELDS and value is not None}
        if record.exc_info:
            content["traceback"] = self.formatException(record.exc_info)
        return hide(json.dumps(content, default=str, ensure_ascii=False))

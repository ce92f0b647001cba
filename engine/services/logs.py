"""What a process writes to its log: one JSON object a line, without personal data.

Of an exception that is not ours only the class and the place are told: its text may quote anything.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from engine.errors import TenureError

FIELDS = ("enrollment", "verb", "attempt", "workflow_id", "activity_type")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= describe(record.exc_info[1])
        return json.dumps(line, default=str, ensure_ascii=False)


def describe(error: BaseException) -> dict[str, str]:
    """Say what an exception is and where it arose; its text only when it is one of ours.

    >>> describe(ValueError("ann@example.com"))
    {'error': 'ValueError'}
    """
    said = {"error": type(error).__name__}
    if isinstance(error, TenureError):
        said["message"] = error.message
    if (place := raised_at(error.__traceback__)) is not None:
        said["raised_at"] = place
    return said


def raised_at(trace: TracebackType | None) -> str | None:
    """Return module and line of the innermost frame."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return None
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def write_logs(stream: TextIO = sys.stdout, level: int = logging.INFO) -> None:
    """Send all logs of the process to the stream as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)

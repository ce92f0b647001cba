"""Where the driver's errors become ours: the only place in the store that knows psycopg's.

TransientError   the server is away, busy or shutting down; a deadlock; a lock not had in time
NotFound         a row refers to one that is not there
Conflict         a row is there already
PermanentError   everything else: it will fail again, and is a mistake of ours or of the set-up
"""

from __future__ import annotations

from types import TracebackType

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import Conflict, NotFound, PermanentError, TenureError, TransientError

_TRY_AGAIN_CLASSES = ("08", "40", "53", "55", "57")
"""SQLSTATE classes: connection, rollback, resources, state (locks), operator intervention."""


class Translated:
    """Re-raises what the database says as Tenure's errors, without values of rows.

    >>> with Translated():
    ...     raise psycopg.OperationalError("connection refused")
    Traceback (most recent call last):
    engine.errors.TransientError: the database cannot be reached: connection refused
      Check that PostgreSQL runs and that TENURE_DATABASE_URL names it, then try again.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and (ours := translate(error)) is not None:
            raise ours from error


def translate(error: BaseException) -> TenureError | None:
    """Return ours for a foreign error, or None when it is none of the database's."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.Error):
        error = error.orig
    if isinstance(error, PoolTimeout):
        return TransientError(
            "all connections to the database are in use",
            remedy="Try again; if it stays, run fewer activities or allow more connections.",
        )
    if isinstance(error, UnicodeEncodeError):
        return PermanentError(
            "a text holds half a character (a lone surrogate) and cannot be stored",
            remedy="Correct the text where it comes from.",
        )
    if isinstance(error, NoSuchModuleError):
        return PermanentError(
            "the database URL names a database Tenure cannot use",
            remedy="Write it as postgresql+psycopg://user:password@host:port/database.",
        )
    return _of_driver(error) if isinstance(error, psycopg.Error) else None


def _of_driver(error: psycopg.Error) -> TenureError:
    place = _place(error)
    match error:
        case errors.ForeignKeyViolation():
            return NotFound(
                f"what a row refers to is not there ({place})",
                remedy="Import or create what it refers to first.",
            )
        case errors.UniqueViolation():
            return Conflict(
                f"there is such a row already ({place})",
                remedy="Read the row again before trying to make it.",
            )
        case errors.UndefinedTable() | errors.UndefinedColumn():
            return PermanentError(
                f"the database's tables are not those this version knows: {_first_line(error)}",
                remedy="Run `tenure db upgrade`.",
            )
        case errors.DataError():
            return PermanentError(
                f"a value cannot be stored: {type(error).__name__}",
                remedy="Texts must not hold NUL characters, numbers must be finite.",
            )
    if error.sqlstate is None or error.sqlstate.startswith(_TRY_AGAIN_CLASSES):
        return _away(error)
    return PermanentError(
        f"the database refused: {type(error).__name__} ({place})",
        remedy="This is a mistake in Tenure or its set-up; the server's log has the statement.",
    )


def _away(error: psycopg.Error) -> TenureError:
    if error.sqlstate is None and not isinstance(error, psycopg.OperationalError):
        return PermanentError(
            f"the database driver refused: {_first_line(error)}",
            remedy="This is a mistake in Tenure itself; please report it.",
        )
    what = "cannot be reached" if error.sqlstate is None else "asks to try again"
    return TransientError(
        f"the database {what}: {_first_line(error)}",
        remedy="Check that PostgreSQL runs and that TENURE_DATABASE_URL names it, then try again.",
    )


def _place(error: psycopg.Error) -> str:
    """Return table and constraint: the server's own message may hold values."""
    found = (error.diag.table_name, error.diag.constraint_name, error.diag.column_name)
    return ", ".join(part for part in found if part) or f"SQLSTATE {error.sqlstate}"


def _first_line(error: psycopg.Error) -> str:
    return str(error).split("\n", 1)[0].rstrip(".")

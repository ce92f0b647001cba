"""How columns are written: ids, instants, words of a list; and the names of constraints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, MetaData, Text

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

ID = Text(collation="C")
AT = DateTime(timezone=True)
UPDATED_OFTEN: dict[str, Any] = {"postgresql_with": {"fillfactor": "85"}}
"""Room on each page, so that an update need not touch the indices."""


def id_column(name: str, *rest: Any, **options: Any) -> Column[str]:
    """Return a column of ids that is never null; `rest` and `options` are those of `Column`."""
    return Column(name, ID, *rest, nullable=False, **options)


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """Return the constraint that a column holds one of some words, named after it."""
    shown = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({shown})", name=column)

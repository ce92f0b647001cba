"""Options and small writers that several commands share."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from engine.errors import InputError

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "json")


def workspace_option(command: F) -> F:
    """Add `--workspace`."""
    return click.option(
        "--workspace",
        "-w",
        type=click.Path(path_type=Path),
        default=Path(),
        envvar="TENURE_WORKSPACE",
        show_default="this folder",
        help="The folder with tenure.yaml.",
    )(command)


def data_dir_option(command: F) -> F:
    """Add `--data-dir`."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        default=Path(".tenure"),
        envvar="TENURE_DATA_DIR",
        show_default=True,
        help="Where the stack of this machine keeps its data.",
    )(command)


def format_option(*formats: str) -> Callable[[F], F]:
    """Add `--format`."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats or FORMATS),
        default="text",
        show_default=True,
        help="How to write the answer.",
    )


def limit_option(command: F) -> F:
    """Add `--limit`: how long a list may get."""
    return click.option(
        "--limit",
        default=50,
        show_default=True,
        type=click.IntRange(1, 500),
        help="At most so many.",
    )(command)


def after_option(command: F) -> F:
    """Add `--after`: the next page of a list. `say_more` says what to pass."""
    return click.option(
        "--after", metavar="CURSOR", help="Continue after this cursor, told below a full page."
    )(command)


def say_more(rows: Sequence[Any], limit: int, cursor: Callable[[Any], Any]) -> None:
    """Tell how to see the next page, when this one is full; not among the answer."""
    if len(rows) == limit:
        click.echo(f"\nThere may be more: --after '{cursor(rows[-1])}'", err=True)


def as_option(command: F) -> F:
    """Add `--as`: who acts."""
    return click.option(
        "--as",
        "by",
        default=getpass.getuser,
        show_default="your login name",
        help="The id of the user who acts.",
    )(command)


def as_user_option(command: F) -> F:
    """Add `--as` where it is people of the workspace who act: a user's id, if one is given."""
    command.acts_as_user = True  # type: ignore[attr-defined] # read by `with_session`
    return as_option(command)


def reason_option(help: str) -> Callable[[F], F]:
    """Add `--reason`, which is needed and says something."""
    return click.option("--reason", required=True, callback=_said, help=help)


def _said(_context: click.Context, _option: click.Parameter, reason: str) -> str:
    if not reason.strip():
        raise InputError("--reason says nothing", remedy="Say why, in words: people will read it.")
    return reason.strip()


def pairs(written: Iterable[str], example: str) -> dict[str, str]:
    """Read NAME=VALUE texts; InputError, with `example` as the remedy, for one that is none.

    >>> pairs(["tier = gold"], "--input tier=gold")
    {'tier': 'gold'}
    """
    found = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"{text!r} is not NAME=VALUE", remedy=f"Write {example}.")
        found[name.strip()] = value.strip()
    return found


def write_file(path: Path, text: str) -> None:
    """Write what a command was asked to write; InputError when it cannot be."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}",
            remedy="Name another file.",
        ) from error


def table(rows: Iterable[Sequence[Any]], headings: Sequence[str]) -> str:
    """Lay rows out in columns, as wide as their widest cell.

    >>> print(table([("acme", 3)], ("account", "runs")))
    account  runs
    acme     3
    """
    cells = [tuple(headings), *(tuple(_cell(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def to_json(value: Any) -> str:
    """Write a value as JSON; instants as ISO texts, values of ours by their fields."""
    return json.dumps(value, indent=2, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    from engine.plan.codec import encode

    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return encode(value) if hasattr(value, "__dataclass_fields__") else str(value)


def is_terminal() -> bool:
    """Tell whether a person reads our output directly."""
    return sys.stdout.isatty()

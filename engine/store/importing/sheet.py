"""A CSV file as rows of texts that know their line. Knows nothing of what the columns mean."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import InputError
from engine.wording import counted

SEPARATORS = (",", ";", "\t")
MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that breaks the rules of CSV, and how."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file: its column names and its rows. `file` is the name messages use."""

    file: str
    columns: tuple[str, ...]
    _text: str = field(repr=False)
    _separator: str

    def rows(self) -> Iterator[tuple[int, list[str]] | Unreadable]:
        """Return the rows below the header, each with the line it begins on; empty ones left out.

        A cell may span lines; the last cell of a row may not be missing.
        """
        rows = _read(self._text, self._separator)
        next(rows)
        for row in rows:
            if isinstance(row, Unreadable) or not any(cell.strip() for cell in row[1]):
                if isinstance(row, Unreadable):
                    yield row
            elif len(row[1]) != len(self.columns):
                yield Unreadable(
                    row[0], f"has {counted(len(row[1]), 'cell')}, the header {self._width()}"
                )
            else:
                yield row

    def _width(self) -> str:
        return f"{len(self.columns)}: is there a separator in a cell without quotes around it?"


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file. Raises InputError when it is none, or its header cannot be used."""
    text = _decoded(path)
    separator = _separator(text)
    first = next(_read(text, separator), None)
    if first is None or (not isinstance(first, Unreadable) and not any(first[1])):
        raise InputError(
            f"{path.name} is empty", remedy="Its first line must name the columns, id among them."
        )
    if isinstance(first, Unreadable):
        raise InputError(f"{path.name}:{first.line}: the header {first.reason}", remedy=_EXPORT)
    columns = tuple(name.strip() for name in first[1])
    _check_header(path.name, columns)
    return Sheet(path.name, columns, text, separator)


_EXPORT = "Export the file again as CSV (UTF-8)."


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"{path.name} is larger than {MAX_BYTES // 1024**2} MB",
                remedy="Split it into several files, each with the header.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read: {error.strerror}", remedy="Check the path."
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path.name}:{line} is not UTF-8 text", remedy=_EXPORT) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise InputError(f"{path.name}:{line} holds a NUL character", remedy=_EXPORT)
    return text


def _separator(text: str) -> str:
    r"""Return the separator the header uses most, quoted names left out of account.

    >>> _separator('id;"name, first"\n1;2'), _separator("id"), _separator("a\tb")
    (';', ',', '\t')
    """
    header = io.StringIO(text, newline="").readline()
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _read(text: str, separator: str) -> Iterator[tuple[int, list[str]] | Unreadable]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Unreadable(line, _explained(str(error)))
        else:
            if row:
                yield line, row


def _explained(error: str) -> str:
    if "unexpected end" in error:
        return "has a quote that is never closed, so nothing below it could be read"
    if "expected after" in error:
        return "has text after a closing quote; a quote inside a cell is written twice"
    if "field larger" in error:
        return "has a cell of more than 128 kB: is a quote missing?"
    return f"breaks the rules of CSV: {error}"


def _check_header(file: str, columns: tuple[str, ...]) -> None:
    for position, name in enumerate(columns, 1):
        if not name:
            raise InputError(
                f"{file}: column {position} has no name", remedy="Name it in the first line."
            )
        if columns.index(name) != position - 1:
            raise InputError(
                f"{file}: two columns are called {name}", remedy="Rename or remove one of them."
            )

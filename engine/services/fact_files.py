"""Files of facts: JSON lines, a JSON array, or CSV, read one fact at a time in bounded memory.

A line that cannot be read is not the end of the file: it is passed on as the text it is, and
rejected where facts are taken in. Knows no database.

    CSV: the columns fact and account, and if there are any id, at, contact, enrollment, step; every
    other column is data.<name>. `data.fields.arr` is the field `arr` of an account that changed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal

from engine.errors import InputError
from engine.language.workspace.model import Field, Schema
from engine.services.facts import Written
from engine.store.importing.cells import Unusable, reader_of

MAX_FACT_BYTES = 256_000
CHUNK = 65_536
Form = Literal["jsonl", "json", "csv"]
COLUMNS = ("fact", "account", "id", "at", "contact", "enrollment", "step")
_DELIMITERS = ",;\t|"
_FIELDS_OF = {"account.created", "account.changed", "contact.created", "contact.changed"}


@dataclass(frozen=True, slots=True)
class Placed:
    """One fact of a file, with the line it begins at."""

    line: int
    written: Written


def read_facts(source: IO[bytes], name: str, form: Form | None, schema: Schema) -> Iterator[Placed]:
    """Yield the facts of a file. Without `form` the name says what it is, else how it begins.
    Raises InputError when the file as a whole cannot be read."""
    text = io.TextIOWrapper(source, "utf-8-sig", errors="surrogateescape", newline="")
    try:
        match form or _form_of(name):
            case "csv":
                yield from _csv(text, "", schema)
            case "json":
                yield from _json(text, "")
            case "jsonl":
                yield from _lines(text, "")
            case None:
                yield from _by_its_beginning(text, schema)
    finally:
        text.detach()


def _form_of(name: str) -> Form | None:
    ends: dict[str, Form] = {".csv": "csv", ".tsv": "csv", ".json": "json"}
    ends |= {".jsonl": "jsonl", ".ndjson": "jsonl"}
    return next((form for end, form in ends.items() if name.lower().endswith(end)), None)


def _by_its_beginning(text: io.TextIOWrapper, schema: Schema) -> Iterator[Placed]:
    begun = text.read(1)
    while begun.isspace():
        begun = text.read(1)
    match begun:
        case "[":
            return _json(text, begun)
        case "{" | "":
            return _lines(text, begun)
    return _csv(text, begun, schema)


# --- JSON -------------------------------------------------------------------------------------


def _lines(text: io.TextIOWrapper, begun: str) -> Iterator[Placed]:
    number = 0
    while line := begun + text.readline(MAX_FACT_BYTES + 1):
        begun, number = "", number + 1
        if len(line) > MAX_FACT_BYTES:
            _skip_line(text, line)
            line = line[:200] + "…"
        if line.strip():
            yield Placed(number, _read_json(line.strip()))


def _skip_line(text: io.TextIOWrapper, begun: str) -> None:
    while begun and not begun.endswith("\n"):
        begun = text.readline(CHUNK)


def _read_json(line: str) -> Written:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return _shown(line)
    return found if isinstance(found, dict) else _shown(line)


def _shown(text: str) -> str:
    """Return a text that can be kept, whatever bytes it came from."""
    return text.encode("utf-8", "replace").decode("utf-8", "replace")


def _json(text: io.TextIOWrapper, begun: str) -> Iterator[Placed]:
    """Read an array element by element; its elements are told apart before they are looked at."""
    decoder, held, line, first = json.JSONDecoder(), begun, 1, True
    while True:
        start = _next_at(held, first)
        if start is None:
            more = text.read(CHUNK)
            if not more:
                raise _not_an_array(line)
            held += more
            continue
        line += held.count("\n", 0, start)
        held = held[start:]
        if held[0] == "]":
            return
        try:
            found, end = decoder.raw_decode(held)
        except ValueError:
            more = text.read(CHUNK) if len(held) <= MAX_FACT_BYTES else ""
            if not more:
                raise _not_an_array(line) from None
            held += more
            continue
        yield Placed(line, found if isinstance(found, dict) else _shown(json.dumps(found)))
        line += held.count("\n", 0, end)
        held, first = held[end:], False


def _next_at(held: str, first: bool) -> int | None:
    """Return where the next element, or the end of the array, begins; None when more must be read.

    >>> _next_at('[ {"a": 1}]', True), _next_at(' , {}', False), _next_at(' ]', False)
    (2, 3, 1)
    """
    separator = "[" if first else ","
    left = held.lstrip()
    if not left:
        return None
    at = len(held) - len(left)
    if not first and left[0] == "]":
        return at
    if left[0] != separator:
        return at
    rest = left[1:].lstrip()
    return len(held) - len(rest) if rest else None


def _not_an_array(line: int) -> InputError:
    return InputError(
        f"line {line}: this is not a JSON array of facts of at most {MAX_FACT_BYTES} bytes each",
        remedy="Correct it there, or send one JSON object a line (.jsonl).",
    )


# --- CSV --------------------------------------------------------------------------------------


def _csv(text: io.TextIOWrapper, begun: str, schema: Schema) -> Iterator[Placed]:
    header = begun + text.readline(MAX_FACT_BYTES)
    delimiter = max(_DELIMITERS, key=header.count)
    columns = [one.strip() for one in next(csv.reader([header], delimiter=delimiter), [])]
    _check_columns(columns)
    rows = csv.reader(text, delimiter=delimiter)
    while True:
        line = rows.line_num + 2
        try:
            cells = next(rows, None)
        except csv.Error as error:
            raise InputError(f"line {line}: {error}", remedy="Correct the file there.") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield Placed(line, _read_row(columns, cells, schema))


def _check_columns(columns: Sequence[str]) -> None:
    missing = [one for one in ("fact", "account") if one not in columns]
    unknown = [one for one in columns if one not in COLUMNS and not one.startswith("data.")]
    if missing:
        raise InputError(
            f"the file has no column {' and no column '.join(missing)}",
            remedy=f"Its first line names the columns: {', '.join(COLUMNS)}, data.<name>.",
        )
    if unknown:
        raise InputError(
            f"the column {unknown[0][:60]!r} is not one of {', '.join(COLUMNS)}",
            remedy=f"What a fact tells goes into columns data.<name>: data.{unknown[0][:60]}.",
        )
    if len(set(columns)) < len(columns):
        raise InputError("a column stands twice in the file", remedy="Leave one of them out.")
    _check_names(columns)


def _check_names(columns: Sequence[str]) -> None:
    for one in columns:
        if "" in one.split("."):
            raise InputError(
                f"the column {one[:60]!r} has no name",
                remedy="Write data. and a name: data.amount.",
            )
        if any(other.startswith(f"{one}.") for other in columns):
            raise InputError(
                f"the column {one[:60]!r} stands for a value and for what is inside it",
                remedy="Leave it out, or rename it.",
            )


def _read_row(columns: Sequence[str], cells: Sequence[str], schema: Schema) -> Written:
    raw = ",".join(cells)
    if len(cells) > len(columns) or len(raw) > MAX_FACT_BYTES:
        return _shown(raw[:1000])
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if cell.strip()}
    fact: dict[str, Any] = {name: given[name] for name in COLUMNS if name in given}
    data: dict[str, Any] = {}
    for name, text in given.items():
        if name.startswith("data."):
            parts = name.split(".")[1:]
            _put(data, parts, _value(_field(schema, str(fact.get("fact")), parts), text))
    return {**fact, "data": data}


def _put(data: dict[str, Any], parts: Sequence[str], value: Any) -> None:
    *heads, last = parts
    for head in heads:
        data = data.setdefault(head, {})
    data[last] = value


def _field(schema: Schema, kind: str, parts: Sequence[str]) -> Field | None:
    if kind in _FIELDS_OF and parts[0] == "fields" and len(parts) == 2:
        fields = schema.account if kind.startswith("account.") else schema.contact
        return fields.get(parts[1])
    declared: Mapping[str, Field] = schema.facts.get(kind, {})
    return declared.get(parts[0]) if len(parts) == 1 else None


def _value(field: Field | None, text: str) -> Any:
    """Read a cell as its field says; what nobody declared as the number or truth it looks like.

    >>> _value(None, "12.5"), _value(None, "007"), _value(None, "true"), _value(None, "hi")
    (12.5, '007', True, 'hi')
    """
    if field is not None:
        try:
            return reader_of(field)(text)
        except Unusable:
            return _shown(text)  # it does not fit; whoever takes it in says so
    if text in ("true", "false"):
        return text == "true"
    try:
        found = json.loads(text)
    except ValueError:
        return _shown(text)
    return found if isinstance(found, int | float) else _shown(text)

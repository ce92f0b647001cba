"""The past from files: accounts, contacts and users as CSV, facts as JSON lines. No server.

Owns how the files are read for a backtest: the same forms that `tenure import` and `tenure facts
send` take, and one key more, `known_at`, for facts that came late. The file of facts is read once
for an index (which line is whose and of what kind) and again as often as needed, a line at a time,
so that its size does not matter. Writes nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from engine.effects.entities import Account, AccountId, Contact, ContactId, Fact, User, UserId
from engine.errors import InputError
from engine.language.workspace.model import Schema
from engine.services.fact_lines import complaint_of, glimpse_of, is_plain, read_at, read_line
from engine.services.facts import read_fact
from engine.simulation.backtest.past import Glimpse, Scored
from engine.store.importing.columns import place
from engine.store.importing.kinds import Kind, made
from engine.store.importing.reading import Row, read_rows
from engine.store.importing.sheet import read_sheet
from engine.wording import counted

_NOBODY = 0xFFFFFFFF
"""Whose a line is that is not a usable fact."""


@dataclass
class _Index:
    """What each line of the file is: the number of its account and of its kind; whether the lines
    are in the order they became known; what is wrong with the first line that cannot be used."""

    owners: array[int] = field(default_factory=lambda: array("I"))
    kinds: array[int] = field(default_factory=lambda: array("I"))
    accounts: dict[str, int] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    ordered: bool = True
    unusable: int = 0
    complaint: str = ""


class FileRecord:
    """The past in files. `as_occurred` takes each fact as known when it happened, whatever it says
    of when it became known."""

    def __init__(
        self,
        facts: Path,
        accounts: tuple[Account, ...],
        contacts: tuple[Contact, ...],
        users: tuple[User, ...],
        *,
        as_occurred: bool = False,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.accounts = accounts
        self.contacts = contacts
        self.users = users
        self.source = f"{facts.name} and {counted(len(accounts), 'account')} from a file"
        self._facts = facts
        self._as_occurred = as_occurred
        self._index: _Index | None = None
        self._notes = notes
        self._seen: set[str] = set()

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be used of the files."""
        index = self._index
        if index is None or not index.unusable:
            return self._notes
        said = f"{index.unusable} lines of {self._facts.name} are no facts; {index.complaint}."
        return (*self._notes, said)

    def glimpses(self, kinds: Container[str]) -> Iterator[Glimpse]:
        """Yield a first look at each fact of some kinds."""
        if self._index is None:
            yield from self._first_look(kinds)
        else:
            for written in self._written(self._index, None, kinds):
                yield glimpse_of(written, self._known(written))

    def facts(
        self, accounts: Collection[str], kinds: Container[str]
    ) -> Iterable[tuple[datetime, Fact]]:
        """Yield the facts of some accounts and kinds in the order they became known."""
        if self._index is None:
            for _ in self._first_look(()):
                pass
        assert self._index is not None
        found = self._found(self._index, accounts, kinds)
        return found if self._index.ordered else sorted(found, key=lambda pair: pair[0])

    def scores(self, accounts: Collection[str]) -> Iterable[Scored]:
        """Yield nothing: in files scores come as facts."""
        return ()

    # --- lines --------------------------------------------------------------------------------

    def _first_look(self, kinds: Container[str]) -> Iterator[Glimpse]:
        index, last = _Index(), datetime.min.replace(tzinfo=UTC)
        accounts, names = index.accounts, index.names
        with self._open() as file:
            for number, line in enumerate(file, 1):
                owner, kind = _NOBODY, 0
                if line.strip():
                    try:
                        written = read_line(line)
                        at = self._known(written)
                        owner = accounts.setdefault(written["account"], len(accounts))
                        kind = names.setdefault(written["fact"], len(names))
                    except (KeyError, TypeError, ValueError, StopIteration) as error:
                        index.unusable += 1
                        index.complaint = index.complaint or f"line {number}: {complaint_of(error)}"
                    else:
                        if written["fact"] in kinds:
                            yield glimpse_of(written, at)
                        if at < last:
                            index.ordered = False
                        last = at
                index.owners.append(owner)
                index.kinds.append(kind)
        self._index = index

    def _found(
        self, index: _Index, accounts: Container[str], kinds: Container[str]
    ) -> Iterator[tuple[datetime, Fact]]:
        for written in self._written(index, accounts, kinds):
            known_at = self._known(written)
            try:
                yield known_at, self._fact(written, known_at)
            except InputError as error:
                index.unusable += 1
                index.complaint = index.complaint or error.message

    def _fact(self, written: dict[str, Any], known_at: datetime) -> Fact:
        """Read a fact as the service does; most are so plain that a glance shows they fit."""
        late = written.pop("known_at", None) is not None
        if late or written["fact"] not in self._seen or not is_plain(written):
            fact = read_fact(written, now=known_at)
            self._seen.add(fact.kind)
            return fact
        return Fact(
            written["id"],
            written["fact"],
            written["account"],
            known_at,
            written["data"],
            written.get("contact"),
        )

    def _written(
        self, index: _Index, accounts: Container[str] | None, kinds: Container[str]
    ) -> Iterator[dict[str, Any]]:
        wanted = _marked(index.accounts, accounts)
        listed = _marked(index.names, kinds)
        with self._open() as file:
            for line, owner, kind in zip(file, index.owners, index.kinds, strict=True):
                if owner != _NOBODY and wanted[owner] and listed[kind]:
                    yield read_line(line)

    def _open(self) -> BinaryIO:
        try:
            return self._facts.open("rb")
        except OSError as error:
            raise InputError(
                f"{self._facts} cannot be read: {error.strerror}", remedy="Check the path."
            ) from error

    # --- instants -----------------------------------------------------------------------------

    def _known(self, written: Mapping[str, Any]) -> datetime:
        said = None if self._as_occurred else written.get("known_at")
        at = said or written["at"]
        if not isinstance(at, str):
            raise TypeError("its time is no text")
        return read_at(at)


def _marked(numbers: Mapping[str, int], wanted: Container[str] | None) -> bytes:
    """Return a byte for each number: whether its name is wanted."""
    return bytes(wanted is None or name in wanted for name in numbers)


# --- who there is -----------------------------------------------------------------------------


def open_files(
    schema: Schema,
    *,
    facts: Path,
    accounts: Path,
    contacts: Path | None = None,
    users: Path | None = None,
    mapping: Mapping[Kind, Mapping[str, str | None]] | None = None,
    as_occurred: bool = False,
) -> FileRecord:
    """Read who there is, and open the facts. Raises InputError for a file that cannot be used."""
    notes: list[str] = []
    names = mapping or {}
    given: dict[Kind, Path | None] = {"accounts": accounts, "contacts": contacts, "users": users}
    read = {
        kind: _rows(kind, path, schema, names.get(kind) or {}, notes) if path else []
        for kind, path in given.items()
    }
    known = {row.id for row in read["accounts"]}
    people = [row for row in read["contacts"] if row.values.get("account") in known]
    return FileRecord(
        facts,
        tuple(Account(AccountId(row.id), _fields(row)) for row in read["accounts"]),
        tuple(_contact(row) for row in people),
        tuple(_user(row) for row in read["users"]),
        as_occurred=as_occurred,
        notes=tuple(notes),
    )


def _rows(
    kind: Kind, path: Path, schema: Schema, mapping: Mapping[str, str | None], notes: list[str]
) -> list[Row]:
    what, sheet = made(kind, schema), read_sheet(path)
    rows, rejected = read_rows(sheet, place(sheet, list(what.fields), mapping), what)
    if rejected:
        notes.append(
            f"{len({one.line for one in rejected})} rows of {path.name} cannot be used; the first, "
            f"line {rejected[0].line}, column {rejected[0].column}: {rejected[0].reason}."
        )
    return rows


def _fields(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.values.items() if value is not None}


def _contact(row: Row) -> Contact:
    fields = _fields(row)
    account = AccountId(fields["account"])
    return Contact(ContactId(row.id), account, fields.get("role"), fields["email"], fields)


def _user(row: Row) -> User:
    given = row.values
    leave = given.get("leave") or ()
    return User(
        id=UserId(row.id),
        name=given["name"],
        email=given["email"],
        zone=given.get("zone"),
        calendar=given.get("calendar") or "default",
        manager=UserId(given["manager"]) if given.get("manager") else None,
        leave=tuple((date.fromisoformat(one), date.fromisoformat(other)) for one, other in leave),
    )

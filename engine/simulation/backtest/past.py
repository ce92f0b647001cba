"""What is known of the past, and how accounts and contacts were when it began. Pure.

A `Record` is where the past comes from: files, or the store. Accounts and contacts are known as
they are today; what they were is worked out from the facts that tell of their creation and changes
(`Beginnings`). Knows no playbooks.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from engine.effects.entities import Account, AccountId, Contact, Fact, User

TELLING = ("account.created", "account.changed", "contact.created", "contact.changed")
"""The kinds of facts that tell how accounts and contacts were."""

CHURNED = "churned"
"""The lifecycle stage of a customer who has left."""


class Glimpse(NamedTuple):
    """What a first look at a fact sees: when it became known and when it happened. A computed score
    is seen as a `health.changed` with its band."""

    known_at: datetime
    at: datetime
    kind: str
    account: str
    contact: str | None
    data: Mapping[str, Any]


class Scored(NamedTuple):
    """A score that a model computed, as it was recorded."""

    known_at: datetime
    account: AccountId
    score: float
    band: str


class Record(Protocol):
    """Where the past comes from. `accounts`, `contacts` and `users` are as they are today; what is
    read can be read again. `source` says what it is."""

    @property
    def accounts(self) -> Sequence[Account]: ...

    @property
    def contacts(self) -> Sequence[Contact]: ...

    @property
    def users(self) -> Sequence[User]: ...

    @property
    def source(self) -> str: ...

    @property
    def notes(self) -> Sequence[str]:
        """What could not be used, once it has been read."""

    def glimpses(self, kinds: Container[str]) -> Iterator[Glimpse]:
        """Yield a first look at each fact of some kinds, in any order."""

    def facts(
        self, accounts: Collection[str], kinds: Container[str]
    ) -> Iterable[tuple[datetime, Fact]]:
        """Yield the facts of some accounts and kinds with when they became known, in that order."""

    def scores(self, accounts: Collection[str]) -> Iterable[Scored]:
        """Yield the scores that models computed, in the order they became known."""


# --- how it began -----------------------------------------------------------------------------


class Told(NamedTuple):
    """One fact about somebody's fields. `before` are the values it replaced, where it says so."""

    known_at: datetime
    created: bool
    fields: Mapping[str, Any]
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class First:
    """How somebody was at first: since when we know of them, null when always; `guessed` are fields
    that are today's because nothing tells what they were."""

    fields: Mapping[str, Any]
    arrives_at: datetime | None
    guessed: tuple[str, ...]


@dataclass
class Beginnings:
    """What the facts tell of accounts and contacts, gathered in any order."""

    told: dict[str, list[Told]] = field(default_factory=dict)
    heard_of: dict[str, datetime] = field(default_factory=dict)

    def read(self, one: Glimpse) -> None:
        """Take a glimpse in."""
        self._hear(one.account, one.known_at)
        about = one.account
        if one.kind.startswith("contact.") and one.contact:
            about = one.contact
            self._hear(about, one.known_at)
        if one.kind in TELLING:
            fields, before = one.data.get("fields"), one.data.get("before")
            created = one.kind.endswith(".created")
            told = Told(one.known_at, created, _mapping(fields), _mapping(before))
            self.told.setdefault(about, []).append(told)

    def _hear(self, about: str, at: datetime) -> None:
        known = self.heard_of.get(about)
        if known is None or at < known:
            self.heard_of[about] = at

    def of(self, id: str, today: Mapping[str, Any], start: datetime) -> First:
        """Return how an account or contact was at first, judged from `start` on."""
        told = sorted(self.told.get(id, ()), key=lambda one: one.known_at)
        arrival = next((one for one in told if one.created), None)
        arrives = arrival.known_at if arrival else None
        if arrives is not None and (arrives <= start or self.heard_of[id] < arrives):
            arrives = None  # it was there before anything here looks at it
        fields, guessed = first_fields(today, told, start)
        return First(fields, arrives, guessed)

    def lost(self, start: datetime, end: datetime) -> dict[str, datetime]:
        """Return the accounts that became churned in a period, with when it was known."""
        found: dict[str, datetime] = {}
        for id, told in self.told.items():
            for one in sorted(told, key=lambda one: one.known_at):
                if one.fields.get("lifecycle") == CHURNED and start <= one.known_at < end:
                    found.setdefault(id, one.known_at)
        return found


def first_fields(
    today: Mapping[str, Any], told: Sequence[Told], start: datetime
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Work out fields at first from today's and what was told since, oldest first; and the names
    that change after `start` without a word of what they were.

    >>> from datetime import UTC
    >>> june, july = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
    >>> told = [Told(july, False, {"arr": 5, "csm": "u-2"}, {"arr": 9})]
    >>> first_fields({"id": "a", "arr": 5, "csm": "u-2"}, told, june)
    ({'id': 'a', 'arr': 9, 'csm': 'u-2'}, ('csm',))
    """
    fields, seen, guessed = dict(today), set(), []
    created = bool(told and told[0].created and told[0].fields)
    for one in told:
        for name in one.fields:
            if name in seen:
                continue
            seen.add(name)
            if name in one.before:
                fields[name] = one.before[name]
            elif one.created:
                fields[name] = one.fields[name]
            elif created:
                fields[name] = None  # whoever was created without it had none
            elif one.known_at > start:
                guessed.append(name)
    return fields, tuple(guessed)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def first_account(account: Account, first: First) -> Account:
    """Return an account as it was at first: its health is told by what follows."""
    return Account(account.id, first.fields)


def first_contact(contact: Contact, first: First) -> Contact:
    """Return a contact as it was at first."""
    fields = first.fields
    email = fields.get("email") or contact.email
    return replace(contact, role=fields.get("role"), email=str(email), fields=fields)

"""A past held in memory, told in a few words, and a question about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Fact,
    FactId,
    User,
    UserId,
)
from engine.simulation.backtest.past import Glimpse, Scored
from engine.simulation.backtest.playing import Played, Question, play

START = datetime(2025, 3, 3, tzinfo=UTC)
"""A Monday."""
Ask = Callable[..., Played]


def day(number: float) -> datetime:
    """Return ten o'clock on a day of the period, counted from 0; days before it are negative."""
    return START + timedelta(days=number, hours=10)


def account(id: str, **fields: Any) -> Account:
    """Return an account as it is today."""
    return Account(
        AccountId(id),
        {"id": id, "name": id.title(), "csm": "u-ana", "lifecycle": "adopting", **fields},
    )


def contact(id: str, account: str, role: str = "champion") -> Contact:
    """Return a contact."""
    fields = {"id": id, "account": account, "role": role, "email": f"{id}@acme.example"}
    return Contact(ContactId(id), AccountId(account), role, fields["email"], fields)


ANA = User(UserId("u-ana"), "Ana Silva", "ana@tenure.example", "UTC")


@dataclass
class Past:
    """A record in memory. `late` facts are known so many days after they happened."""

    accounts: Sequence[Account]
    contacts: Sequence[Contact] = ()
    users: Sequence[User] = (ANA,)
    source: str = "memory"
    notes: Sequence[str] = ()
    happened: list[tuple[datetime, Fact]] = field(default_factory=list)
    scored: list[Scored] = field(default_factory=list)

    def add(
        self,
        account: str,
        kind: str,
        at: datetime,
        *,
        late: float = 0,
        who: str | None = None,
        **data: Any,
    ) -> Past:
        """Let something have happened."""
        id = FactId(f"f-{len(self.happened)}")
        about = ContactId(who) if who else None
        fact = Fact(id, kind, AccountId(account), at, data, about)
        self.happened.append((at + timedelta(days=late), fact))
        return self

    def score(self, account: str, at: datetime, score: float, *, late: float = 0) -> Past:
        """Let a score have been told."""
        return self.add(account, "health.changed", at, late=late, score=score)

    def glimpses(self, kinds: Container[str]) -> Iterator[Glimpse]:
        """Yield a first look at the facts."""
        for known_at, fact in self.happened:
            if fact.kind in kinds:
                yield Glimpse(
                    known_at, fact.occurred_at, fact.kind, fact.account, fact.contact, fact.data
                )
        for one in self.scored:
            seen = {"score": one.score, "band": one.band}
            yield Glimpse(one.known_at, one.known_at, "health.changed", one.account, None, seen)

    def facts(
        self, accounts: Collection[str], kinds: Container[str]
    ) -> Iterable[tuple[datetime, Fact]]:
        """Yield the facts in the order they became known."""
        found = [
            one for one in self.happened if one[1].account in accounts and one[1].kind in kinds
        ]
        return sorted(found, key=lambda pair: pair[0])

    def scores(self, accounts: Collection[str]) -> Iterable[Scored]:
        """Yield the computed scores."""
        return sorted(one for one in self.scored if one.account in accounts)


def entered(played: Played, playbook: str = "p") -> list[tuple[str, int]]:
    """Return who entered, and on which day of the period."""
    runs = [run for run in played.world.enrollments.values() if run.playbook == playbook]
    return [(run.subject, (run.started_at - START) // timedelta(days=1)) for run in runs]


def told(played: Played) -> list[Any]:
    """Return all that happened, as far as two plays can be compared."""
    lines = [
        (line.at, line.enrollment, line.key, line.what, line.data) for line in played.trace.lines
    ]
    refusals = [(one.at, one.playbook, one.account, one.why) for one in played.trace.refusals]
    held = [
        (one.held_at, one.playbook, one.account, one.kind) for one in played.world.held.values()
    ]
    return [sorted(lines, key=repr), refusals, held]


__all__ = [
    "ANA",
    "START",
    "Ask",
    "Past",
    "Question",
    "account",
    "contact",
    "day",
    "entered",
    "play",
]

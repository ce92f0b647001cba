"""What happens to one customer in the year: usage, tickets, surveys, health, and how it ends.

Health follows from what happens, and churn from health: at the renewal, the chance to leave grows
as the mean health of the last eight weeks falls (a logistic curve, see `leaves`). Deterministic by
seed and account. Knows no files.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from examples.year.company import Company

WEEK = timedelta(days=7)
ONBOARDING_WEEKS = 8
_STEP = {"smb": 0.10, "mid_market": 0.07, "enterprise": 0.05}
"""How much a week may change usage: small customers move faster."""


@dataclass(frozen=True, slots=True)
class Year:
    """When it begins, how many weeks it has, and the product's incidents: weeks in which every
    customer had trouble. `health_only` leaves out all that health is made of."""

    first_day: date
    weeks: int
    seed: int
    incidents: frozenset[int] = frozenset()
    health_only: bool = False

    @classmethod
    def of(cls, first_day: date, seed: int, *, health_only: bool = False) -> Year:
        """Return a year with three incidents."""
        chance = random.Random(f"{seed}/year")
        return cls(first_day, 52, seed, frozenset(chance.sample(range(4, 50), 3)), health_only)


@dataclass
class _Customer:
    """One customer from week to week. `usage` is the share of seats in use, `care` what speaks for
    them staying beside usage: a champion, a good relation."""

    company: Company
    year: Year
    chance: random.Random
    usage: float
    care: float
    nps: int | None = None
    tickets: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    told: int = 0
    gone: bool = False

    def fact(self, kind: str, at: datetime, **more: Any) -> dict[str, Any]:
        self.told += 1
        id = f"{self.company.id}-{self.told:04d}"
        return {"id": id, "fact": kind, "account": self.company.id, "at": _written(at), **more}

    def set(self, at: datetime, **fields: Any) -> dict[str, Any]:
        before = {name: self.fields.get(name) for name in fields}
        self.fields |= fields
        return self.fact("account.changed", at, data={"fields": fields, "before": before})


def tell(company: Company, year: Year) -> tuple[list[dict[str, Any]], Mapping[str, Any]]:
    """Return what happens to a customer, oldest first, and the fields at the end of the year."""
    chance = random.Random(f"{year.seed}/story/{company.number}")
    start = 0.55 + 0.16 * company.strength + chance.gauss(0, 0.08)
    one = _Customer(company, year, chance, _between(start, 0.05, 1), _between(start, 0.1, 0.95))
    one.fields = dict(company.fields)
    facts = [fact for week in range(year.weeks) for fact in _week(one, week)]
    facts.sort(key=lambda fact: str(fact["at"]))
    return facts, one.fields


def _week(one: _Customer, week: int) -> Iterator[dict[str, Any]]:
    monday = one.year.first_day + week * WEEK
    age = (monday - one.company.signed).days // 7
    if one.gone or age < 0:
        return
    if week == 0 or age == 0:
        at = _on(one, monday - timedelta(days=1), hour=1)
        yield one.fact("account.created", at, data={"fields": dict(one.fields)})
    _live(one, week, age)
    yield from _grow_up(one, monday, age)
    if not one.year.health_only:
        yield from _usage_and_tickets(one, week, monday)
        yield from _people(one, week, monday)
    yield from _score(one, monday)
    yield from _renew(one, monday)


def _live(one: _Customer, week: int, age: int) -> None:
    """Let usage drift to what suits the customer, through seasons and incidents."""
    home = 0.55 + 0.16 * one.company.strength + 0.25 * (one.care - 0.5)
    if 0 <= age < ONBOARDING_WEEKS:
        home *= 0.4 + 0.6 * age / ONBOARDING_WEEKS
    season = 1 - 0.18 * _bump(week, 32, 3) - 0.30 * _bump(week, 51, 1.5)
    trouble = 0.18 if week in one.year.incidents else 0.0
    drift = 0.22 * (home * season - one.usage) - trouble * one.chance.random()
    step = one.chance.gauss(0, _STEP[one.fields["segment"]] * 0.6)
    one.usage = _between(one.usage + drift + step, 0.01, 1)
    one.care = _between(one.care + one.chance.gauss(0, 0.025), 0.05, 0.95)
    if one.chance.random() < 0.004:  # a rival, a merger, a budget cut: it stays
        one.care = _between(one.care - 0.4, 0.05, 1)


def _grow_up(one: _Customer, monday: date, age: int) -> Iterator[dict[str, Any]]:
    if one.fields["lifecycle"] == "new" and age >= 1:
        yield one.set(_on(one, monday, hour=9), lifecycle="onboarding")
    elif one.fields["lifecycle"] == "onboarding" and age >= ONBOARDING_WEEKS:
        yield one.set(_on(one, monday, hour=9), lifecycle="adopting")


def _usage_and_tickets(one: _Customer, week: int, monday: date) -> Iterator[dict[str, Any]]:
    people = round(one.usage * one.company.seats)
    at = _on(one, monday, hour=2)
    yield one.fact("usage.weekly", at, data={"active_users": people, "share": round(one.usage, 3)})
    rate = 0.10 + one.company.seats / 900 + (1.2 if week in one.year.incidents else 0)
    opened = _poisson(one.chance, rate * (1.4 - one.usage))
    one.tickets = [*one.tickets[-7:], float(opened)]
    for number in range(min(opened, 6)):
        day = monday + timedelta(days=one.chance.randrange(5))
        urgent = one.chance.random() < (0.5 if week in one.year.incidents else 0.12)
        ticket = f"{one.company.id}-w{week}-{number}"
        data = {"ticket": ticket, "severity": "high" if urgent else "normal"}
        yield one.fact("ticket.opened", _on(one, day, hour=10), data=data)
        days = 1 + one.chance.expovariate(1 / 3)
        closed = _on(one, day, hour=11) + timedelta(days=min(days, 20))
        yield one.fact("ticket.closed", closed, data={"ticket": ticket})


def _people(one: _Customer, week: int, monday: date) -> Iterator[dict[str, Any]]:
    contacts = one.company.contacts
    champion = str(contacts[0]["id"])
    if one.chance.random() < 0.0017:
        one.care = _between(one.care - 0.35, 0.05, 1)
        day = monday + timedelta(days=one.chance.randrange(5))
        yield one.fact("champion.left", _on(one, day, hour=13), contact=champion, data={})
    if (week + one.company.number) % 13 == 0 and one.chance.random() < 0.28:
        one.nps = _nps(one)
        day = monday + timedelta(days=one.chance.randrange(5))
        said = {"survey": "nps", "score": one.nps}
        yield one.fact("survey.answered", _on(one, day, hour=15), contact=champion, data=said)
    every = {"smb": 26, "mid_market": 13, "enterprise": 6}[one.fields["segment"]]
    if (week + one.company.number) % every == 0 and one.chance.random() < one.care + 0.2:
        day = monday + timedelta(days=one.chance.randrange(5))
        yield one.fact("meeting.held", _on(one, day, hour=14), data={})


def _nps(one: _Customer) -> int:
    """Return an answer from 0 to 10: what they feel, with an answer's scatter."""
    mood = 0.55 * one.usage + 0.45 * one.care
    return round(_between(12.5 * mood + 0.8 + one.chance.gauss(0, 1.4), 0, 10))


def _score(one: _Customer, monday: date) -> Iterator[dict[str, Any]]:
    """Score the week: usage 50, relation 30, support 10, what they said 10, and some noise."""
    support = 1 - min(1.0, sum(one.tickets[-4:]) / 6)
    said = 0.6 if one.nps is None else one.nps / 10
    worth = 0.5 * min(1.0, one.usage / 0.8) + 0.3 * one.care + 0.1 * support + 0.1 * said
    score = round(_between(100 * worth + one.chance.gauss(0, 2.5), 0, 100))
    one.scores.append(score)
    yield one.fact("health.changed", _on(one, monday, hour=6), data={"score": score})


def _renew(one: _Customer, monday: date) -> Iterator[dict[str, Any]]:
    due = date.fromisoformat(one.fields["renewal_date"])
    ahead = (due - monday).days
    if one.fields["lifecycle"] == "adopting" and 0 < ahead <= 90:
        yield one.set(_on(one, monday, hour=8), lifecycle="renewing")
    if not 0 <= ahead < 7:
        return
    at = _on(one, due, hour=12)
    lately = sum(one.scores[-8:]) / len(one.scores[-8:])
    if one.chance.random() < leaves(lately):
        yield one.set(at, lifecycle="churned")
        one.gone = True
        return
    grown = _between(1 + 0.012 * (lately - 62) * one.chance.random(), 0.6, 1.5)
    arr = round(one.fields["arr"] * grown, -2)
    yield one.fact("contract.renewed", at, data={"arr": arr})
    later = due.replace(year=due.year + 1).isoformat()
    yield one.set(at, lifecycle="adopting", arr=arr, renewal_date=later)


def leaves(health: float) -> float:
    """Return the chance that a customer leaves at its renewal, by its mean health before.

    >>> [round(leaves(score), 2) for score in (20, 40, 60, 80)]
    [0.7, 0.32, 0.09, 0.02]
    """
    return 1 / (1 + math.exp((health - 30.5) / 12.3))


# --- small numbers ----------------------------------------------------------------------------


def _between(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


def _bump(week: int, middle: float, width: float) -> float:
    return math.exp(-(((week - middle) / width) ** 2) / 2)


def _poisson(chance: random.Random, rate: float) -> int:
    """Draw by Knuth's method (The Art of Computer Programming, 3.4.1): rates are small here."""
    limit, product, count = math.exp(-rate), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def _on(one: _Customer, day: date, *, hour: int) -> datetime:
    """Return an hour of the customer's day, some minutes past it: always the same ones."""
    minute = (one.company.number * 37 + hour * 11) % 60
    zone = ZoneInfo(str(one.company.fields["zone"]))
    return datetime.combine(day, time(hour, minute), zone)


def _written(at: datetime) -> str:
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")

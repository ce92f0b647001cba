"""Streams of facts for the workspace of `listening.py`: what a product and a CRM send.

Usage, logins, tickets, changed fields, and either scores from outside (`GIVEN`) or what the health
model reads besides (`COMPUTED`). Seeded: the same stream every time. Knows no workspace.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bench.people import SEATS

GIVEN = MappingProxyType(
    {
        "health.changed": 30,
        "product.used": 35,
        "user.logged_in": 20,
        "ticket.opened": 10,
        "account.changed": 5,
    }
)
"""Kinds of facts, and how many of a hundred are of each: scores come from outside."""
COMPUTED = MappingProxyType(
    {
        "usage.reported": 40,
        "user.logged_in": 25,
        "ticket.opened": 15,
        "survey.answered": 8,
        "sentiment.noted": 7,
        "account.changed": 5,
    }
)
"""The same where scores are computed: the model reads every fact."""
FEATURES = ("search", "export", "share", "report")
APART = timedelta(seconds=1)


def stream(
    accounts: Sequence[str],
    count: int,
    label: str,
    since: datetime,
    mix: Mapping[str, int] = GIVEN,
) -> Iterator[dict[str, Any]]:
    """Yield facts about accounts chosen at random, one a second."""
    chance = random.Random(f"{label}/{count}/{len(accounts)}")
    kinds, shares = [*mix], [*mix.values()]
    for number in range(count):
        kind = chance.choices(kinds, shares)[0]
        account = chance.choice(accounts)
        yield _fact(f"{label}-{number}", kind, account, since + number * APART, chance)


def _fact(id: str, kind: str, account: str, at: datetime, chance: random.Random) -> dict[str, Any]:
    fact = {"id": id, "fact": kind, "account": account, "at": at.isoformat()}
    if kind == "survey.answered":
        fact["contact"] = f"{account}-champion"
    return {**fact, "data": _data(kind, chance, account)}


def past(accounts: Sequence[str], until: datetime) -> Iterator[dict[str, Any]]:
    """Yield what happened to accounts before: usage each week for eight weeks, and one of each
    other kind that is measured but a login."""
    chance = random.Random(len(accounts))
    weeks = [("usage.reported", week) for week in range(8, 0, -1)]
    others = [(kind, 1) for kind in ("ticket.opened", "survey.answered", "sentiment.noted")]
    for account in accounts:
        for kind, week in (*weeks, *others):
            at = until - timedelta(weeks=week, seconds=chance.randrange(86_400))
            yield _fact(f"past-{kind}-{week}-{account}", kind, account, at, chance)


def logins(accounts: Sequence[str], at: datetime) -> Iterator[dict[str, Any]]:
    """Yield one login of each account."""
    chance = random.Random(len(accounts))
    for account in accounts:
        yield _fact(f"login-{account}", "user.logged_in", account, at, chance)


def _data(kind: str, chance: random.Random, account: str) -> dict[str, Any]:
    match kind:
        case "health.changed":
            return {"score": min(100, max(0, round(chance.gauss(82, 6))))}
        case "product.used":
            return {"minutes": chance.randrange(480), "feature": chance.choice(FEATURES)}
        case "user.logged_in":
            return {"first": chance.random() < 0.003, "days_away": chance.randrange(60)}
        case "ticket.opened":
            priority = "urgent" if chance.random() < 0.02 else "normal"
            return {"priority": priority, "open_now": chance.randrange(100)}
        case "usage.reported":
            return {"active_users": max(0, round(chance.gauss(_usual(account), 2)))}
        case "survey.answered":
            return {"survey": "nps", "score": _mostly(account, (9, 10, 8, 7, 5), chance)}
        case "sentiment.noted":
            return {"sentiment": _mostly(account, ("good", "good", "fair", "poor"), chance)}
    return {"fields": {"seats": chance.randrange(SEATS - 5, SEATS + 5)}}


def _usual(account: str) -> int:
    """Return how many people use the product at an account: it differs between accounts more than
    from one report to the next."""
    return SEATS // 4 + _of(account) % (SEATS // 2)


def _mostly(account: str, said: Sequence[Any], chance: random.Random) -> Any:
    """Return what an account says; one time in ten it is something else."""
    return chance.choice(said) if chance.random() < 0.1 else said[_of(account) % len(said)]


def _of(account: str) -> int:
    return zlib.crc32(account.encode())

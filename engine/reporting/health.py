"""How healthy the accounts are at the end of a period, and how they moved in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.reporting.figures import Figure, Row, count, share

NO_BAND = "unknown"
IN_BAND = "Accounts in the band at the end of the period, as known then, divided by all accounts."
MOVED = "Accounts that were in the first band at the beginning and are in the second at the end."


@dataclass(frozen=True, slots=True)
class Health:
    """The band of an account at the beginning and at the end (None: no score known), and its score
    at the end."""

    account: str
    name: str
    before: str | None
    now: str | None
    score: float | None


def distribution(bands: Sequence[str], healths: Iterable[Health]) -> list[Figure]:
    """Return the share of each band, lowest first, and of those without a score.

    >>> acme = Health("acme", "Acme", "green", "red", 20)
    >>> [(one.key, one.value) for one in distribution(["red", "green"], [acme])]
    [('health.red', 1.0), ('health.green', 0.0)]
    """
    known = list(healths)
    figures = []
    for band in (*bands, None):
        inside = [one for one in known if one.now == band]
        if band is None and not inside:
            continue
        name = band or NO_BAND
        rows = map(_row, inside)
        figures.append(
            share(f"health.{name}", f"In {name}", len(inside), len(known), IN_BAND, rows)
        )
    return figures


def moves(bands: Sequence[str], healths: Iterable[Health]) -> list[Figure]:
    """Return how many went from each band to each other; ways nobody went are left out.

    >>> acme = Health("acme", "Acme", "green", "red", 20)
    >>> [(one.key, one.value) for one in moves(["red", "green"], [acme])]
    [('health.green_to_red', 1)]
    """
    known = list(healths)
    figures = []
    for before in (*bands, None):
        for now in (*bands, None):
            gone = [one for one in known if (one.before, one.now) == (before, now)]
            if before == now or not gone:
                continue
            first, second = before or NO_BAND, now or NO_BAND
            key, title = f"health.{first}_to_{second}", f"From {first} to {second}"
            figures.append(count(key, title, MOVED, map(_row, gone)))
    return figures


def _row(one: Health) -> Row:
    return {
        "account": one.account,
        "name": one.name,
        "before": one.before,
        "now": one.now,
        "score": one.score,
    }

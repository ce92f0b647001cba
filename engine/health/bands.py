"""Which band a score is in, given the band it was in: hysteresis, and a minimum time in band. Pure.

For computed scores and for those that come from outside alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.health.model import ZERO, Bands


@dataclass(frozen=True, slots=True)
class InBand:
    """The band, since when, why it is not the one the score lies in (else empty), and when the
    clock alone may move it."""

    band: str
    since: datetime
    why: str = ""
    moves_at: datetime | None = None


def plain_band(bands: Bands, score: float) -> str:
    """Return the band a score lies in, whatever was before.

    >>> plain_band(Bands((("red", 0), ("yellow", 40), ("green", 70))), 69.9)
    'yellow'
    """
    found = bands.starts[0][0]
    for name, start in bands.starts:
        if score >= start:
            found = name
    return found


def decide(
    bands: Bands, score: float, before: str | None, since: datetime | None, now: datetime
) -> InBand:
    """Return the band of a score for an account that is in `before` since `since`.

    >>> from datetime import UTC
    >>> bands = Bands((("red", 0), ("yellow", 40), ("green", 70)), hysteresis=3)
    >>> day = datetime(2026, 3, 2, tzinfo=UTC)
    >>> [decide(bands, score, "yellow", day, day).band for score in (72, 73, 37, 36.9)]
    ['yellow', 'green', 'yellow', 'red']
    """
    lies_in = plain_band(bands, score)
    names = [name for name, _ in bands.starts]
    if before not in names or before is None:
        return InBand(lies_in, now)
    since = since or now
    target = _crossed(bands, score, names.index(before))
    if target == names.index(before):
        why = "" if lies_in == before else f"less than {bands.hysteresis:g} beyond the boundary"
        return InBand(before, since, why)
    better = target > names.index(before)
    stay = bands.before_better if better else bands.before_worse
    if stay > ZERO and now < since + stay:
        word = "better" if better else "worse"
        why = f"not left for a {word} one before {since + stay:%Y-%m-%d %H:%M} UTC"
        return InBand(before, since, why, since + stay)
    why = "" if names[target] == lies_in else f"less than {bands.hysteresis:g} beyond the boundary"
    return InBand(names[target], now, why)


def _crossed(bands: Bands, score: float, at: int) -> int:
    """Return how far the score takes an account from band number `at`."""
    starts = [start for _, start in bands.starts]
    while at + 1 < len(starts) and score >= starts[at + 1] + bands.hysteresis:
        at += 1
    while at > 0 and score < starts[at] - bands.hysteresis:
        at -= 1
    return at


def score_within(bands: Bands, band: str, score: float | None) -> float:
    """Return the score nearest to one that lies in a band; the band's middle where there is none.

    >>> bands = Bands((("red", 0), ("yellow", 40), ("green", 70)))
    >>> score_within(bands, "red", 78.0), score_within(bands, "green", 12), score_within(bands,
    ...     "yellow", None)
    (39.9, 70, 55.0)
    """
    names = [name for name, _ in bands.starts]
    at = names.index(band)
    low = bands.starts[at][1]
    high = bands.starts[at + 1][1] - 0.1 if at + 1 < len(names) else 100.0
    if score is None:
        return round((low + (bands.starts[at + 1][1] if at + 1 < len(names) else 100)) / 2, 1)
    return min(max(score, low), round(high, 1))

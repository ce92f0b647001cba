"""NPS, CSAT and CES of a period, with their response rates. Pure.

Scores are of the answers given in the period; of one person's several answers to the same asking
the last counts. Response rates are of the askings sent in the period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.reporting.figures import Figure, Period, Row, Unit, share

Kind = Literal["nps", "csat", "ces"]
NPS = (
    "Share of answers 9 and 10 (promoters) minus share of answers 0 to 6 (detractors), times 100 "
    "(Reichheld, The One Number You Need to Grow, Harvard Business Review, December 2003)."
)
CSAT = (
    "Share of answers 4 and 5 on a scale from 1 to 5 (top-two-box; see ISO 10004 for measuring "
    "satisfaction)."
)
CES = (
    "Mean of the answers on a scale from 1, very difficult, to 7, very easy (after Dixon, Freeman "
    "and Toman, Stop Trying to Delight Your Customers, Harvard Business Review, July 2010)."
)
RESPONSE = "Surveys sent in the period that have been answered, divided by those sent in it."


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey that went out to one person; `key` is what its answer names."""

    key: str
    kind: Kind
    account: str
    contact: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer. `key` is that of its asking; None for one that came from elsewhere."""

    key: str | None
    kind: Kind
    account: str
    contact: str | None
    at: datetime
    score: float


def surveys(period: Period, asked: Iterable[Asked], answers: Iterable[Answered]) -> list[Figure]:
    """Return score and response rate of each kind of survey; one never asked and never answered is
    left out."""
    sent = [one for one in asked if period.holds(one.at)]
    given = list(answers)
    figures: list[Figure] = []
    for kind, (title, unit, definition, score) in _KINDS.items():
        counted = _last_each([one for one in given if one.kind == kind and period.holds(one.at)])
        asked_so = [one for one in sent if one.kind == kind]
        if not counted and not asked_so:
            continue
        value = score([one.score for one in counted]) if counted else None
        rows = tuple(map(_answer_row, counted))
        figures.append(Figure(kind, title, value, unit, definition, rows, whole=len(counted)))
        figures.append(_response(kind, title, asked_so, given))
    return figures


def net_promoter_score(scores: Sequence[float]) -> float:
    """Return the NPS, from -100 to 100.

    >>> net_promoter_score([10, 9, 8, 3])
    25.0
    """
    promoters = sum(score >= 9 for score in scores)
    detractors = sum(score <= 6 for score in scores)
    return 100 * (promoters - detractors) / len(scores)


def satisfied_share(scores: Sequence[float]) -> float:
    """Return the share of 4 and 5.

    >>> satisfied_share([5, 4, 3, 1])
    0.5
    """
    return sum(score >= 4 for score in scores) / len(scores)


def mean(scores: Sequence[float]) -> float:
    """Return the arithmetic mean.

    >>> mean([5, 7])
    6.0
    """
    return sum(scores) / len(scores)


_KINDS: Mapping[Kind, tuple[str, Unit, str, Callable[[Sequence[float]], float]]] = {
    "nps": ("NPS", "points", NPS, net_promoter_score),
    "csat": ("CSAT", "share", CSAT, satisfied_share),
    "ces": ("CES", "score", CES, mean),
}


def _last_each(answers: Sequence[Answered]) -> list[Answered]:
    """Keep the last answer to each asking; answers from elsewhere all count."""
    last: dict[object, Answered] = {}
    for number, one in enumerate(sorted(answers, key=lambda one: one.at)):
        last[one.key if one.key is not None else number] = one
    return list(last.values())


def _response(kind: Kind, title: str, sent: Sequence[Asked], answers: Sequence[Answered]) -> Figure:
    answered = {one.key for one in answers}
    rows: list[Row] = [
        {
            "account": one.account,
            "contact": one.contact,
            "sent": one.at,
            "answered": one.key in answered,
        }
        for one in sent
    ]
    heard = sum(bool(row["answered"]) for row in rows)
    return share(f"{kind}_response", f"{title} response rate", heard, len(rows), RESPONSE, rows)


def _answer_row(answer: Answered) -> Row:
    return {
        "account": answer.account,
        "contact": answer.contact,
        "at": answer.at,
        "score": answer.score,
    }

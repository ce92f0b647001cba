"""Health models as data: what `health.yaml` says, as `Workspace.health` holds it.

Owns the shapes. How a measure is worked out is in `measuring.py`, how they add up in
`assessing.py`. `engine/language/workspace/health.py` writes the JSON that `codec.py` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from engine.plan.model import Condition

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Scale:
    """How a number becomes points. `steps` are (number, points), the numbers rising.

    `curve`: straight lines between the steps, flat outside. `at_least`: the points of the highest
    step not above the number, else `otherwise`. `at_most`: those of the lowest step not below it.
    """

    kind: Literal["curve", "at_least", "at_most"]
    steps: tuple[tuple[float, float], ...]
    otherwise: float = 0.0


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account or of the latest fact, or worked out from several."""

    kind: Literal["number"]
    value: Condition
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A word that stands for points; also what people feel (`sentiment`)."""

    kind: Literal["category"]
    value: Condition
    points: Mapping[str, float]
    otherwise: float | None = None


@dataclass(frozen=True, slots=True)
class TimeSince:
    """Days since a fact; the scale is in days. `never` are the points where it never happened.
    `daily`: a rule reads the days, so that each day counts."""

    kind: Literal["time_since"]
    fact: str
    scale: Scale
    where: Condition | None = None
    never: float | None = None
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Facts of the last `over`: how many, the sum of a field, or by how many percent either differs
    from the time of the same length before."""

    kind: Literal["window"]
    fact: str
    take: Literal["count", "sum", "change"]
    over: timedelta
    scale: Scale | None = None
    field: str | None = None
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """The answers to a kind of survey in the last `over`, each contact's latest."""

    kind: Literal["survey"]
    survey: Literal["nps", "csat", "ces"]
    over: timedelta
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Children:
    """The scores of the child accounts: their mean, weighted by a field or not, or the worst."""

    kind: Literal["children"]
    take: Literal["mean", "worst"]
    by: str | None = None
    scale: Scale | None = None


How: TypeAlias = Number | Category | TimeSince | Window | Survey | Children


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a group. After `stale_after` without news it is flagged, after `drop_after` it
    is taken as missing."""

    name: str
    title: str
    weight: float
    how: How
    stale_after: timedelta | None = None
    drop_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Measures that belong together, and what they weigh in the whole."""

    name: str
    title: str
    weight: float
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Forces a band while its condition over `measures.*`, `groups.*` and `account.*` holds."""

    when: Condition
    band: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """How the score of some accounts is computed. `version` is the hash of what it says."""

    name: str
    title: str
    groups: tuple[Group, ...]
    when: Condition | None = None
    rules: tuple[Rule, ...] = ()
    version: str = ""

    @property
    def id(self) -> str:
        """The name with the version, as the history of scores keeps it."""
        return f"{self.name}@{self.version}"

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures, group by group."""
        return tuple(one for group in self.groups for one in group.measures)


@dataclass(frozen=True, slots=True)
class Bands:
    """Where each band begins, lowest first, and what keeps an account from flapping between two.

    A boundary is crossed only when the score is `hysteresis` points beyond it. A band is not left
    for a better one before `before_better` in it, nor for a worse one before `before_worse`.
    """

    starts: tuple[tuple[str, float], ...]
    hysteresis: float = 0.0
    before_better: timedelta = ZERO
    before_worse: timedelta = ZERO


@dataclass(frozen=True, slots=True)
class Forced:
    """A band forced by a person (`until` then, or until it is released) or by a rule of the model,
    which is nobody."""

    band: str
    by: str | None
    because: str
    at: datetime | None = None
    until: datetime | None = None

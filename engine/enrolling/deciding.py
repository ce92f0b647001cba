"""Which triggers a change sets off, and why not the others. Pure: values in, decisions out.

Reads `Plan.enroll` (see `engine/language/compile` for its shape). Knows no records and no clock;
what a trigger needs to know of the past is asked of the `Change`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.enrolling.parts import part
from engine.language.expressions import evaluate
from engine.plan.model import Condition, Span


@dataclass(frozen=True, slots=True)
class Change:
    """What a fact did to an account. `scores_within` gives the scores known in a window that ends
    now, the one it began with included."""

    kind: str
    data: Mapping[str, Any]
    late: bool = field(default=False, kw_only=True)
    """Whether it is told too late to set a trigger off by itself."""
    score: float | None = None
    score_before: float | None = None
    band: str | None = None
    band_before: str | None = None
    scores_within: Callable[[timedelta], Sequence[float]] = field(default=lambda _: ())

    health_moved: bool = field(init=False)
    """Whether the score or the band is another than before: a band may change without the score,
    when its minimum time is over."""

    def __post_init__(self) -> None:
        """Work out once what every trigger by health asks."""
        before = (self.score_before, self.band_before)
        moved = self.score is not None and (self.score, self.band) != before
        object.__setattr__(self, "health_moved", moved)


@dataclass(frozen=True, slots=True)
class Hit:
    """A trigger that was set off: the rule in words and the values that did it."""

    rule: str
    values: Mapping[str, Any]


def hit_by(enroll: Mapping[str, Any], change: Change) -> Hit | None:
    """Return the first trigger of a playbook the change sets off, or None.

    >>> red = {"on": [{"trigger": "health.enters", "band": "red"}]}
    >>> hit_by(red, Change("health.changed", {}, 30, 55, "red", "yellow")).rule
    'health enters red'
    >>> hit_by(red, Change("health.changed", {}, 30, 35, "red", "red"))
    """
    for trigger in enroll.get("on", ()):
        if (hit := _hit(trigger, change)) is not None:
            return hit
    return None


def named_kinds(enroll: Mapping[str, Any]) -> frozenset[str]:
    """Return the kinds of facts that a playbook's triggers name.

    >>> sorted(named_kinds({"on": [{"trigger": "fact", "kind": "champion.left"}]}))
    ['champion.left']
    """
    kinds = set()
    for trigger in enroll.get("on", ()):
        if trigger["trigger"] == "fact":
            kinds.add(str(trigger["kind"]))
        elif trigger["trigger"] == "survey":
            kinds.add("survey.answered")
    return frozenset(kinds)


def listens_to(enroll: Mapping[str, Any]) -> frozenset[str]:
    """Return the kinds of facts that can set a playbook's triggers off.

    >>> sorted(listens_to({"on": [{"trigger": "health.enters", "band": "red"}]}))
    ['health.changed']
    """
    triggers = enroll.get("on", ())
    by_health = any(str(one["trigger"]).startswith("health.") for one in triggers)
    return named_kinds(enroll) | ({"health.changed"} if by_health else frozenset())


def _hit(trigger: Mapping[str, Any], change: Change) -> Hit | None:
    name: str = trigger["trigger"]
    if name == "fact":
        return _fact(trigger, change, str(trigger["kind"]))
    if name == "survey":
        mine = change.data.get("survey") in (None, trigger["survey"])
        return _fact(trigger, change, "survey.answered") if mine else None
    if not change.health_moved or not name.startswith("health."):
        return None
    told_late = change.late and change.kind == "health.changed"  # it was so then
    return None if told_late else _health(trigger, change)


def _fact(trigger: Mapping[str, Any], change: Change, kind: str) -> Hit | None:
    if change.kind != kind or change.late:
        return None
    written = trigger.get("where")
    if written is None:
        return Hit(f"fact {kind}", {})
    condition = part(Condition, written)
    verdict = evaluate(condition, {f"fact.{key}": value for key, value in change.data.items()})
    return (
        Hit(f"fact {kind} where {condition.text}", dict(verdict.values)) if verdict.holds else None
    )


def _health(trigger: Mapping[str, Any], change: Change) -> Hit | None:
    assert change.score is not None
    seen = {"health.score": change.score, "health.band": change.band}
    match trigger["trigger"]:
        case "health.enters" if change.band == trigger["band"] != change.band_before:
            return Hit(f"health enters {change.band}", seen)
        case "health.leaves" if change.band_before == trigger["band"] != change.band:
            return Hit(f"health leaves {change.band_before}", seen)
        case "health.drops":
            return _moved(trigger, change, -1)
        case "health.rises":
            return _moved(trigger, change, 1)
        case "health.crosses":
            return _crossed(trigger, change)
    return None


def _moved(trigger: Mapping[str, Any], change: Change, sign: int) -> Hit | None:
    before = _extreme(trigger, change, sign) if _goes(change, sign) else None
    if before is None or change.score is None:
        return None
    moved = (change.score - before) * sign
    if moved < trigger["by"]:
        return None
    verb = "rises" if sign > 0 else "drops"
    values = {"health.score": change.score, "before": before}
    return Hit(f"health {verb} by {moved:g} (at least {trigger['by']:g})", values)


def _goes(change: Change, sign: int) -> bool:
    """Tell whether the score itself goes that way: one that recovers does not drop, however far
    below the window's highest it still is."""
    if change.score is None or change.score_before is None:
        return False
    return (change.score - change.score_before) * sign > 0


def _extreme(trigger: Mapping[str, Any], change: Change, sign: int) -> float | None:
    """Return what the move counts from: the highest score of the window for a drop, the lowest for
    a rise; without a window, the score before."""
    if not trigger.get("within"):
        return change.score_before
    seconds = part(Span, trigger["within"]).seconds
    assert seconds is not None, "the language takes exact lengths only"
    within = change.scores_within(timedelta(seconds=seconds))
    # The score until now is of the window, too, though one of the same instant has replaced it.
    known = [one for one in (*within, change.score_before) if one is not None]
    if not known:
        return None
    return max(known) if sign < 0 else min(known)


def _crossed(trigger: Mapping[str, Any], change: Change) -> Hit | None:
    before, now = change.score_before, change.score
    if before is None or now is None:
        return None
    below, above = trigger.get("below"), trigger.get("above")
    if below is not None and now < below <= before:
        return Hit(f"health crosses below {below:g}", {"health.score": now, "before": before})
    if above is not None and before <= above < now:
        return Hit(f"health crosses above {above:g}", {"health.score": now, "before": before})
    return None

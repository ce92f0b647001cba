"""Whom a change starts: only the playbooks that it can set off are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from engine.effects.context import Context
from engine.effects.enrolling import enroll, refuse_nobody, subjects
from engine.effects.entities import ANSWERED, CLOCK, ContactId, EnrollmentId, Fact
from engine.effects.matching import Live, conditions_of, live_plans, take_turns, turns
from engine.effects.records import Records
from engine.effects.watching import wake_keys
from engine.enrolling.clocks import Watched
from engine.enrolling.deciding import Change, Hit, hit_by, listens_to
from engine.enrolling.grouping import precedence
from engine.plan.model import PlanHash

NEW = frozenset(["account.created", "contact.created"])
"""After these there is somebody new, whom any condition may hold for."""
_FEW = 8


@dataclass(frozen=True, slots=True)
class Listeners:
    """What the playbooks in service listen to. `heard` are those that a kind of fact can set off by
    itself, `followed` the conditions that read a name."""

    lives: Mapping[str, Live]
    heard: Mapping[str, tuple[str, ...]]
    followed: Mapping[str, tuple[tuple[str, Watched], ...]]
    conditions: tuple[tuple[str, Watched], ...]

    def touched(self, names: Set[str]) -> dict[str, list[Watched]]:
        """Return the conditions that read one of the names, by playbook."""
        lists = [self.conditions] if names & NEW else map(self.followed.get, names)
        found: dict[str, dict[str, Watched]] = {}
        for some in lists:
            for playbook, one in some or ():
                found.setdefault(playbook, {})[one.key] = one
        return {playbook: list(ones.values()) for playbook, ones in found.items()}


@dataclass(slots=True)
class Begun:
    """The runs that began, and the playbooks set off without one, each with the reason."""

    started: list[EnrollmentId] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def start(
    records: Records,
    context: Context,
    fact: Fact,
    touched: Set[str],
    change: Change,
    *,
    quiet: bool = False,
) -> Begun:
    """Begin the runs whose triggers a change sets off. With `quiet` none begins: whom conditions
    hold for is written down, as if it had always been so."""
    begun = Begun()
    listeners = listeners_of(records)
    kinds = {fact.kind, "health.changed"} if change.health_moved else {fact.kind}
    heard = {one for kind in kinds for one in listeners.heard.get(kind, ())}
    conditions = listeners.touched(touched)
    groups = context.workspace.groups
    for playbook in sorted(heard.union(conditions), key=lambda one: precedence(groups, one)):
        live = listeners.lives[playbook]
        hit = hit_by(live.plan.enroll, change) if playbook in heard else None
        set_off = _matched(records, context, fact, live, conditions.get(playbook, ()))
        if quiet:
            continue
        if hit is not None:
            each, why_nobody = _whom(records, live, fact)
            set_off = {**set_off, **dict.fromkeys(each, hit)}
            if not each:
                whose = (live.hash, fact.account, _trigger(fact, hit), why_nobody)
                refuse_nobody(records, playbook, *whose)
                begun.refused.append((playbook, why_nobody))
        for contact, why in set_off.items():
            begin(records, context, live, fact, contact, why, begun)
    return begun


def _whom(records: Records, live: Live, fact: Fact) -> tuple[list[ContactId | None], str]:
    """Return whom a fact sets a playbook off for, and the reason if that is nobody: an answer that
    does not say whose it is is not everybody's."""
    if live.plan.subject == "contact" and fact.contact is None and fact.kind == ANSWERED:
        return [], "the answer does not say whose it is"
    return subjects(records, live.plan, fact.account, fact.contact), "the account has no contacts"


def _matched(
    records: Records, context: Context, fact: Fact, live: Live, conditions: Iterable[Watched]
) -> dict[ContactId | None, Hit]:
    if not (looked_at := list(conditions)):
        return {}
    only = fact.contact if fact.kind.startswith("contact.") else None
    each = subjects(records, live.plan, fact.account, only)
    found = turns(records, context, live, fact.account, each, looked_at)
    return take_turns(records, fact.account, found)


def begin(
    records: Records,
    context: Context,
    live: Live,
    fact: Fact,
    contact: ContactId | None,
    hit: Hit,
    begun: Begun,
) -> None:
    """Begin one run that was set off, by a fact or by what stands for one; note what came of it."""
    result = enroll(
        records,
        context,
        live.playbook,
        fact.account,
        contact=contact,
        trigger=_trigger(fact, hit),
        nonce=f"{fact.id}/{contact or ''}",
    )
    if result.enrollment is None:
        begun.refused.append((live.playbook, result.said))
    else:
        begun.started.append(result.enrollment)


def _trigger(fact: Fact, hit: Hit) -> Mapping[str, Any]:
    said = {"by": "clock"} if fact.kind == CLOCK else {"by": "fact", "fact": fact.id}
    return {**said, "rule": hit.rule, "values": dict(hit.values)}


def listeners_of(records: Records) -> Listeners:
    """Return what the playbooks in service listen to; worked out once for each set of plans."""
    current = tuple(sorted(records.current_plans().items()))
    if (known := _LISTENERS.get(current)) is None:
        while len(_LISTENERS) >= _FEW:
            _LISTENERS.pop(next(iter(_LISTENERS)), None)
        known = _LISTENERS[current] = _listeners(live_plans(records))
    return known


_LISTENERS: dict[tuple[tuple[str, PlanHash], ...], Listeners] = {}
"""Plans never change, and few sets of them are in service at a time."""


def _listeners(lives: Iterable[Live]) -> Listeners:
    heard: dict[str, tuple[str, ...]] = {}
    followed: dict[str, tuple[tuple[str, Watched], ...]] = {}
    conditions: list[tuple[str, Watched]] = []
    by_name = {live.playbook: live for live in lives}
    for playbook, live in by_name.items():
        for kind in listens_to(live.plan.enroll):
            heard[kind] = (*heard.get(kind, ()), playbook)
        for one in conditions_of(live):
            conditions.append((playbook, one))
            for name in wake_keys(one.condition):
                followed[name] = (*followed.get(name, ()), (playbook, one))
    return Listeners(by_name, heard, followed, tuple(conditions))

"""Who comes to match a condition, and who stops: what `matches` and `stops_matching` follow.

Whom a condition holds for is written down, so that a change is seen whoever looks: a fact that
touches a name the condition reads, or the clock. Begins no runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId, Enrollment, EnrollmentId
from engine.effects.knowing import Known
from engine.effects.records import Records
from engine.enrolling.clocks import Watched, watched
from engine.enrolling.deciding import Hit
from engine.health.readings import BEGINNING
from engine.language.expressions import Verdict
from engine.plan.model import Plan, PlanHash


@dataclass(frozen=True, slots=True)
class Live:
    """A playbook in service, with the plan new runs take."""

    playbook: str
    hash: PlanHash
    plan: Plan


def live_plans(records: Records) -> list[Live]:
    """Return the playbooks in service, by name."""
    current = sorted(records.current_plans().items())
    return [Live(name, hash, records.plan(hash)) for name, hash in current]


def known_before(
    records: Records,
    context: Context,
    live: Live,
    account: AccountId,
    contact: ContactId | None,
    since: datetime,
) -> Known:
    """Return what is known of a subject before there is a run; `since` counts for facts."""
    run = Enrollment(
        EnrollmentId(""), live.playbook, live.hash, account, contact, "active", records.now, {}
    )
    return Known(records, context, run, live.plan, since)


@dataclass(frozen=True, slots=True)
class Turn:
    """A condition that has come to hold for a subject, or stopped holding."""

    contact: ContactId | None
    watched: Watched
    verdict: Verdict

    @property
    def hit(self) -> Hit | None:
        """What sets a run off, if a trigger waits for this turn."""
        if not (self.watched.comes if self.verdict.holds else self.watched.stops):
            return None
        said = "matches" if self.verdict.holds else "stops matching"
        text = " ".join(self.watched.condition.text.split())
        return Hit(f"{said} {text}", dict(self.verdict.values))


def turns(
    records: Records,
    context: Context,
    live: Live,
    account: AccountId,
    contacts: Iterable[ContactId | None],
    conditions: Iterable[Watched],
) -> Iterator[Turn]:
    """Look at conditions again and give what has changed; writes nothing. A fact that one names may
    have happened at any time: it is true from then on."""
    before = records.matching(account)
    each = list(conditions)
    for contact in contacts:
        known = known_before(records, context, live, account, contact, BEGINNING)
        for one in each:
            verdict = known.holds(one.condition)
            if verdict.holds != ((one.key, contact or account) in before):
                yield Turn(contact, one, verdict)


def take_turns(
    records: Records, account: AccountId, found: Iterable[Turn]
) -> dict[ContactId | None, Hit]:
    """Write turns down, and return for whom a run is to start."""
    hits: dict[ContactId | None, Hit] = {}
    for turn in list(found):
        note = records.put_matching if turn.verdict.holds else records.drop_matching
        note(account, turn.contact or account, turn.watched.key)
        if (hit := turn.hit) is not None:
            hits.setdefault(turn.contact, hit)
    return hits


def conditions_of(live: Live) -> tuple[Watched, ...]:
    """Return the conditions a playbook's triggers follow."""
    if (known := _CONDITIONS.get((live.playbook, live.hash))) is None:
        known = watched(live.playbook, live.plan.enroll)
        _CONDITIONS[live.playbook, live.hash] = known
    return known


def timed_conditions(live: Live) -> list[Watched]:
    """Return those of a playbook's conditions that the clock alone can change."""
    return [one for one in conditions_of(live) if one.reads_time]


_CONDITIONS: dict[tuple[str, PlanHash], tuple[Watched, ...]] = {}
"""What each plan follows; plans never change."""

"""Why a playbook has no run for an account now: every gate with its values, and what was decided.

Looks through the very gates that enrolling goes through, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.effects.ahead import Stand, stand
from engine.effects.context import Context
from engine.effects.enrolling_entities import Decision, Held
from engine.effects.entities import AccountId, ContactId, Enrollment, EnrollmentId
from engine.effects.gates import Gates
from engine.effects.knowing import Known
from engine.effects.matching import Live
from engine.effects.records import Records
from engine.effects.story import moment
from engine.enrolling.wording import BY_HAND, is_about, said
from engine.errors import InputError
from engine.language.expressions import describe, parts_of
from engine.plan.codec import decode
from engine.plan.model import Condition, Plan
from engine.services.enrolling import live_plan
from engine.services.transacting import transact
from engine.store.database import Database

LATEST = 500
"""How many decisions are looked through for when a trigger was last set off."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at. `open` is None where it says nothing for or against; `parts`
    are the conditions it is made of."""

    name: str
    open: bool | None
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class TriggerLook:
    """A trigger in words, and when it was last set off, as far as is known. `stands` says how it
    stands now, and may end with the instant `at`; `comes` whether the clock sets it off, some time
    (None: that is not the clock's)."""

    said: str
    last: datetime | None
    came_to: str = ""
    stands: str = ""
    at: datetime | None = None
    comes: bool | None = None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What stands between a playbook and a run for one subject; `decisions`: the newest first."""

    playbook: str
    subject: str
    triggers: tuple[TriggerLook, ...]
    looks: tuple[Look, ...]
    decisions: tuple[Decision, ...]

    @property
    def kept_out_by(self) -> tuple[str, ...]:
        """The names of what is against a run now."""
        return tuple(one.name for one in self.looks if one.open is False)

    @property
    def next_at(self) -> datetime | None:
        """When the clock sets a trigger off next; None when it does not, as things are."""
        return min((one.at for one in self.triggers if one.comes and one.at), default=None)

    @property
    def is_over(self) -> bool:
        """Tell whether the playbook begins by the clock alone, and no moment of it lies ahead."""
        own = [one.comes for one in self.triggers if one.said != BY_HAND]
        return bool(own) and all(one is False for one in own)


def why_not(
    database: Database,
    context: Context,
    playbook: str,
    account: str,
    *,
    contact: str | None = None,
    latest: int = 10,
) -> Sequence[WhyNot]:
    """Look at what keeps a playbook out for an account; for a contact playbook, for one contact or
    each. NotFound for an unknown account, InputError for a playbook that is not live."""

    def work(records: Records) -> list[WhyNot]:
        records.account(AccountId(account))
        plan = live_plan(records, playbook)
        whom = _whom(records, plan, AccountId(account), contact)
        return [_look(records, context, plan, AccountId(account), one, latest) for one in whom]

    return transact(database, work)


def _whom(
    records: Records, plan: Plan, account: AccountId, contact: str | None
) -> list[ContactId | None]:
    if plan.subject == "account":
        if contact is not None:
            raise InputError(f"{plan.playbook} runs for accounts", remedy="Leave --contact out.")
        return [None]
    known = [one.id for one in records.contacts(account)]
    if contact is not None and contact not in known:
        raise InputError(
            f"{contact} is not a contact of {account}",
            remedy=f"See its contacts with `tenure accounts show {account}`.",
        )
    return [ContactId(contact)] if contact is not None else list(known)


def _look(
    records: Records,
    context: Context,
    plan: Plan,
    account: AccountId,
    contact: ContactId | None,
    latest: int,
) -> WhyNot:
    live = records.current_plans()[plan.playbook]
    on = Live(plan.playbook, live, plan)
    trigger = {"by": "hand"}
    run = Enrollment(
        EnrollmentId(""), plan.playbook, live, account, contact, "active", records.now, trigger
    )
    found = [
        one
        for one in records.decisions(plan.playbook, account, LATEST)
        if contact in (None, one.contact)
    ]
    return WhyNot(
        playbook=plan.playbook,
        subject=run.subject,
        triggers=tuple(
            _trigger(one, found, stand(records, context, on, account, contact, one))
            for one in plan.enroll.get("on", ())
        ),
        looks=tuple(_looks(records, context, run, plan)),
        decisions=tuple(found[:latest]),
    )


def _trigger(
    trigger: Mapping[str, Any], decisions: Sequence[Decision], stands: Stand | None
) -> TriggerLook:
    last = next((one for one in decisions if is_about(one.rule, trigger)), None)
    now = (stands.said, stands.at, stands.comes) if stands else ("", None, None)
    if last is None:
        return TriggerLook(said(trigger), None, "", *now)
    return TriggerLook(said(trigger), last.at, last.decision, *now)


def _looks(records: Records, context: Context, run: Enrollment, plan: Plan) -> Iterator[Look]:
    yield Look("live", True, f"plan {run.plan}")
    draft = plan.enroll.get("mode") == "draft"
    yield Look("mode", not draft, "it is a draft: it decides and does not act" if draft else "live")
    if not plan.enroll.get("on"):
        yield Look("triggers", None, "nothing starts it but people and other playbooks")
    for gate in Gates(records, context, run, plan, looking=True).each():
        parts = _parts(records, context, run, plan) if gate.name == "when" else ()
        yield Look(gate.name, gate.shut is None, gate.why, gate.values, parts)
    yield _held(records, run, context.workspace.zone)


def _parts(records: Records, context: Context, run: Enrollment, plan: Plan) -> tuple[Look, ...]:
    """Look at each part of `when` by itself."""
    known = Known(records, context, run, plan, records.now)
    parts = parts_of(decode(Condition, plan.enroll["when"]))
    verdicts = [(part, known.holds(part)) for part in parts]
    return tuple(
        Look(part.text, verdict.holds, describe(part, verdict), dict(verdict.values))
        for part, verdict in verdicts
    )


def _held(records: Records, run: Enrollment, zone: str) -> Look:
    mine = [
        one
        for one in records.held_for(run.account)
        if one.playbook == run.playbook and one.subject == run.subject
    ]
    if not mine:
        return Look("held", True, "nothing is held")
    return Look("held", False, _said_of(mine[0], zone), {"id": mine[0].id})


def _said_of(held: Held, zone: str) -> str:
    way = {
        "brake": f"`tenure enroll release {held.id}` lets it begin",
        "queue": "it begins when the run under way has ended",
        "group": "it begins when nothing of its group comes before it",
    }[held.kind]
    return f"held since {moment(held.held_at, zone)} ({held.why}); {way}"

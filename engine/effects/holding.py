"""What is held: runs that wait for a person, for the run before them, or for their group.

Owns when something held is looked at again and what it may leave out then. Whether it may begin is
decided anew, with what is known then, by the gates that held it. The caller has locked the account.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.effects.context import Context
from engine.effects.deliveries import Resume
from engine.effects.enrolling import FORCED, Enrolled, settle
from engine.effects.enrolling_entities import Held
from engine.effects.entities import Enrollment, EnrollmentId
from engine.effects.gates import GateName
from engine.effects.records import Records
from engine.enrolling.grouping import first_of, group_of, in_order
from engine.language.workspace.model import Group

_BY_ITSELF = "tenure"


def after_end(records: Records, context: Context, run: Enrollment) -> None:
    """A run has ended: let begin what waited for that, and go on what was paused for it."""
    waiting = [one for one in records.held_for(run.account) if one.kind != "brake"]
    group = group_of(context.workspace.groups, run.playbook)
    begun = set()
    for place in in_order(group, [one.playbook for one in waiting]):
        one = waiting[place]
        behind = one.playbook == run.playbook and one.subject == run.subject
        if behind if one.kind == "queue" else True:
            begun.add(begin_held(records, context, one).enrollment)
    under_way = records.enrollments(run.account)
    names = {one.playbook for one in under_way}
    for other in under_way:
        if other.id not in begun and _goes_on(context, group, other, names):
            records.owe(Resume(other.id, records.now))


def _goes_on(
    context: Context, ended: Group | None, other: Enrollment, under_way: Collection[str]
) -> bool:
    """Tell whether a run that may be paused has nobody before it now. Groups may have changed since
    it was; one that a person paused stays so, whoever says that it may go on."""
    group = group_of(context.workspace.groups, other.playbook)
    if other.status != "paused" and (group is None or group != ended or not group.pre_empt):
        return False
    return group is None or first_of(group, under_way) == other.playbook


def begin_held(
    records: Records,
    context: Context,
    held: Held,
    *,
    released_by: str | None = None,
    force: bool = False,
) -> Enrolled:
    """Look at something held again: it begins, goes on waiting, or is dropped with the reason.

    A person who releases it leaves out the brake, with `force` the playbook's conditions as well.
    What was queued behind a run does not wait for `again_after` on top.
    """
    live = records.current_plans().get(held.playbook)
    if live is None:
        why = f"no playbook {held.playbook} is live"
        return _close(records, held, Enrolled(None, why, "refused"), released_by)
    run = Enrollment(
        id=EnrollmentId(held.id),
        playbook=held.playbook,
        plan=live,
        account=held.account,
        contact=held.contact,
        status="active",
        started_at=records.now,
        trigger=_trigger(held, released_by),
        inputs=held.inputs,
    )
    left_out: set[GateName] = {"again_after"} if held.kind == "queue" else set()
    if released_by is not None:
        left_out |= {"brake", *(FORCED if force else ())}
    found = settle(records, context, run, left_out, held)
    return found if found.decision == "held" else _close(records, held, found, released_by)


def drop_held(records: Records, held: Held, *, by: str, reason: str) -> None:
    """Leave something held out for good."""
    records.change_held(held.id, status="dropped", closed_at=records.now, closed_by=by, why=reason)


def _close(records: Records, held: Held, found: Enrolled, by: str | None) -> Enrolled:
    began = found.decision == "started"
    records.change_held(
        held.id,
        status="released" if began else "dropped",
        closed_at=records.now,
        closed_by=by or _BY_ITSELF,
        why=held.why if began else found.why,
    )
    return found


def _trigger(held: Held, released_by: str | None) -> Mapping[str, Any]:
    known = {**held.trigger, "held": held.kind, "held_at": held.held_at.isoformat()}
    return {**known, "released_by": released_by} if released_by else known

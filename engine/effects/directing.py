"""What a step does beyond its own run: begins and ends other runs, hands tasks to another owner."""

from __future__ import annotations

from collections.abc import Mapping

from engine.effects.deliveries import Stop
from engine.effects.enrolling import Enrolled, enroll, refuse_nobody, subjects
from engine.effects.entities import ContactId, Enrollment
from engine.effects.knowing import Known
from engine.effects.watching import spec_of, write
from engine.plan.events import Do
from engine.plan.model import Json


def start_playbook(known: Known, do: Do) -> Mapping[str, Json]:
    """Begin runs of another playbook: for the account, or for the contact at hand, or for each."""
    spec, records, account = spec_of(known, do), known.records, known.enrollment.account
    trigger = {"by": "playbook", "enrollment": known.enrollment.id, "step": do.node}
    live = records.current_plans().get(spec["playbook"])
    whom = [None] if live is None else subjects(records, records.plan(live), account, known.at_hand)
    if live is not None and not whom:
        why = refuse_nobody(records, spec["playbook"], live, account, trigger).why
        write(known, do, "not started", playbook=spec["playbook"], why=why)
        return {"status": "skipped", "why": why}
    results = [_start_one(known, do, spec, contact, trigger) for contact in whom]
    started = [one.enrollment for one in results if one.enrollment is not None]
    if not started:
        return {"status": "skipped", "why": results[0].said}
    return {"status": "done", "enrollment": started[0], "started": len(started)}


def _start_one(
    known: Known,
    do: Do,
    spec: Mapping[str, Json],
    contact: ContactId | None,
    trigger: Mapping[str, Json],
) -> Enrolled:
    playbook, run = spec["playbook"], known.enrollment
    result = enroll(
        known.records,
        known.context,
        playbook,
        run.account,
        contact=contact,
        trigger=trigger,
        inputs=spec.get("with") or {},
        nonce=f"{run.id}:{do.id}",
    )
    key = f"{do.id}.{contact}" if contact else None
    if result.enrollment is None:
        write(known, do, "not started", key=key, playbook=playbook, why=result.said)
    else:
        started = result.enrollment
        write(known, do, "started", key=key, playbook=playbook, enrollment=started)
    return result


def stop_playbook(known: Known, do: Do) -> Mapping[str, Json]:
    """End the runs of another playbook for the account."""
    spec = spec_of(known, do)
    running = [
        other
        for other in known.records.enrollments(known.enrollment.account)
        if other.playbook == spec["playbook"] and other.id != known.enrollment.id
    ]
    reason = spec.get("reason") or f"stopped by {known.enrollment.playbook}"
    for other in running:
        known.records.owe(Stop(other.id, reason, known.records.now))
    stopped = [other.id for other in running]
    write(known, do, "stopped", playbook=spec["playbook"], enrollments=stopped)
    return {"status": "done" if running else "skipped", "why": "" if running else "none running"}


def transfer(known: Known, do: Do) -> Mapping[str, Json]:
    """Hand the open tasks of the account (and its children) from one owner to another."""
    spec = spec_of(known, do)
    given = known.find(spec["from"])
    taken = known.find(spec["to"])
    if given.person is None or taken.person is None:
        why = given.why if given.person is None else taken.why
        return {"status": "skipped", "why": why}
    accounts = [known.enrollment.account]
    if spec.get("children"):
        accounts.extend(one.id for one in known.records.children(known.enrollment.account))
    moved = 0
    for account in accounts:
        for run in known.records.enrollments(account):
            moved += _hand_over(known, run, given.person.id, taken.person.id)
    write(known, do, "transferred", to=taken.person.id, tasks=moved)
    return {"status": "done", "tasks": moved}


def _hand_over(known: Known, run: Enrollment, giver: str, taker: str) -> int:
    theirs = [
        task
        for task in known.records.tasks_of(run.id)
        if task.status == "open" and task.assignee == giver
    ]
    for task in theirs:
        known.records.change_task(task.id, assignee=taker)
    return len(theirs)

"""Carrying out the verbs that touch only our own records: one transaction each.

The ledger row is written in the transaction of the effect, so a repeated attempt finds it and
returns what the first one did. Knows no Temporal and no clock but the records'.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.effects import handing, watching
from engine.effects.context import Context
from engine.effects.deliveries import Stop
from engine.effects.enrolling import Enrolled, enroll, refuse_nobody, subjects
from engine.effects.entities import (
    ContactId,
    Effect,
    EffectKey,
    Enrollment,
    EnrollmentId,
    EnrollmentStatus,
    Fact,
    FactId,
    Line,
    Task,
)
from engine.effects.fitting import misfit
from engine.effects.holding import after_end
from engine.effects.ingesting import ingest
from engine.effects.knowing import Known
from engine.effects.records import Records
from engine.errors import RunError
from engine.language.expressions import evaluate_value
from engine.plan.codec import decode
from engine.plan.events import CommandId, Do, Note
from engine.plan.model import Condition, ForEach, Json
from engine.plan.model import Effect as EffectNode
from engine.plan.model import Task as TaskNode

READS_ONLY = frozenset(["evaluate", "watch", "begin", "list_items"])
"""Verbs that a repeat does again: they read, or put the same rows."""

LISTENS = frozenset(["begin", "watch", "unwatch", "create_task"])
"""Verbs that look and then listen: the account is locked, so that no fact falls between."""

CLOSES = frozenset(["finish", "withdraw_task"])
"""Verbs that take tasks back: the account is locked, so that nobody does one meanwhile."""

BEGINS = frozenset(["start_playbook"])
"""Verbs that begin other runs: the account is locked, so that what is under way stays so."""

_STATUSES: Mapping[str, EnrollmentStatus] = {"paused": "paused", "resumed": "active"}


def carry_out(
    records: Records, context: Context, enrollment: EnrollmentId, do: Do
) -> Mapping[str, Json]:
    """Carry out a house verb and return its answer (see `verbs`); harmless when repeated.

    Raises RunError or NotFound when it can never be carried out, TransientError when it may later.
    """
    row = records.enrollment(enrollment)
    if do.verb in LISTENS | CLOSES | BEGINS:
        records.account(row.account, lock=True)
    if do.verb in ("finish", "create_task"):
        row = records.enrollment(enrollment, lock=True)
    key = EffectKey(f"{enrollment}:{do.id}")
    if do.verb not in READS_ONLY and (before := records.effect(key)) is not None:
        return before.result
    if row.status == "finished":
        return _over(row, do)
    known = Known(records, context, row, records.plan(row.plan), do.since, do.path, do.results)
    if do.verb in READS_ONLY:
        return _VERBS[do.verb](known, do)
    result = _VERBS[do.verb](known, do)
    records.put_effect(
        Effect(
            key=key,
            enrollment=enrollment,
            node=do.node,
            path=do.path,
            verb=do.verb,
            status="skipped" if result.get("status") == "skipped" else "done",
            at=records.now,
            account=row.account,
            reason=str(result.get("why", "")),
            result=result,
        )
    )
    return result


def _over(row: Enrollment, do: Do) -> Mapping[str, Json]:
    """Answer a run that the store has closed and that does not know it: see `verbs`."""
    if do.verb == "finish":
        return {"status": "done", "outcome": row.outcome}
    return {"run_over": row.outcome}


def write_notes(
    records: Records,
    enrollment: EnrollmentId,
    notes: Sequence[Note],
    dropped: Sequence[CommandId] = (),
) -> None:
    """Write what the core decided by itself, and forget watches it no longer wants. A run that was
    paused or resumed is shown as such from here on."""
    for note in notes:
        key = f"note.{note.id}"
        records.put_line(
            Line(enrollment, key, note.at, note.node, note.path, note.what, dict(note.data))
        )
        if note.what in _STATUSES:
            records.change_enrollment(enrollment, status=_STATUSES[note.what])
    if dropped:
        records.drop_waits(enrollment, dropped)


# --- the verbs that live here -----------------------------------------------------------------


def _list_items(known: Known, do: Do) -> Mapping[str, Json]:
    if (before := known.records.line(known.enrollment.id, do.id)) is not None:
        return {"items": before.data["items"]}
    node = known.plan.nodes[do.node] if do.node else None
    assert isinstance(node, ForEach)
    account, wanted = known.enrollment.account, node.spec.get("contacts")
    ids: list[str] = (
        [child.id for child in known.records.children(account)]
        if node.spec.get("children")
        else [
            contact.id
            for contact in known.records.contacts(account)
            if wanted in (None, "all") or contact.role in wanted
        ]
    )
    where = node.spec.get("where")
    condition = decode(Condition, where) if where else None
    found = [
        id
        for id in ids
        if condition is None or known.inside(f"{node.id}={id}").holds(condition).holds
    ]
    watching.write(known, do, "for each", items=found)
    return {"items": found}


def _spec(known: Known, do: Do) -> Mapping[str, Json]:
    node = known.plan.nodes[do.node] if do.node else None
    if not isinstance(node, EffectNode):
        raise RunError(f"the step {do.node} has no effect {do.verb}", remedy="Report this.")
    return node.spec


def _set_field(known: Known, do: Do) -> Mapping[str, Json]:
    changed = {
        name: _new_value(known, name, written)
        for field, written in _spec(known, do)["fields"].items()
        for name in [field.removeprefix("account.")]
    }
    fact = Fact(
        id=FactId(f"{known.enrollment.id}:{do.id}"),
        kind="account.changed",
        account=known.enrollment.account,
        occurred_at=known.records.now,
        data={"fields": changed, "by": known.enrollment.id},
    )
    ingest(known.records, known.context, fact)
    watching.write(known, do, "set", fields=changed)
    return {"status": "done"}


def _new_value(known: Known, name: str, written: Mapping[str, Json]) -> Any:
    """Work out what a field becomes; RunError when the field cannot take it."""
    field = known.context.workspace.schema.account.get(name)
    value = written["value"] if "value" in written else _worked_out(known, written["expression"])
    if isinstance(value, datetime):
        of_day = field is not None and field.type == "date"
        value = value.date().isoformat() if of_day else value.isoformat()
    if field is None or misfit(field, value) is not None or value in (math.inf, -math.inf):
        raise RunError(
            f"account.{name} cannot become what the step makes of it",
            remedy="See that schema.yaml has the field, and what the formula reads has values.",
        )
    return value


def _worked_out(known: Known, expression: Mapping[str, Json]) -> Any:
    refs = tuple((name, kind) for name, kind in expression.get("refs", ()))
    return evaluate_value(expression["text"], refs, known.values(refs)).value


def _start_playbook(known: Known, do: Do) -> Mapping[str, Json]:
    """Begin runs of another playbook: for the account, or for the contact at hand, or for each."""
    spec, records, account = _spec(known, do), known.records, known.enrollment.account
    trigger = {"by": "playbook", "enrollment": known.enrollment.id, "step": do.node}
    live = records.current_plans().get(spec["playbook"])
    whom = [None] if live is None else subjects(records, records.plan(live), account, known.at_hand)
    if live is not None and not whom:
        why = refuse_nobody(records, spec["playbook"], live, account, trigger).why
        watching.write(known, do, "not started", playbook=spec["playbook"], why=why)
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
        watching.write(known, do, "not started", key=key, playbook=playbook, why=result.said)
    else:
        started = result.enrollment
        watching.write(known, do, "started", key=key, playbook=playbook, enrollment=started)
    return result


def _stop_playbook(known: Known, do: Do) -> Mapping[str, Json]:
    spec = _spec(known, do)
    running = [
        other
        for other in known.records.enrollments(known.enrollment.account)
        if other.playbook == spec["playbook"] and other.id != known.enrollment.id
    ]
    reason = spec.get("reason") or f"stopped by {known.enrollment.playbook}"
    for other in running:
        known.records.owe(Stop(other.id, reason, known.records.now))
    stopped = [other.id for other in running]
    watching.write(known, do, "stopped", playbook=spec["playbook"], enrollments=stopped)
    return {"status": "done" if running else "skipped", "why": "" if running else "none running"}


def _transfer(known: Known, do: Do) -> Mapping[str, Json]:
    """Hand the open tasks of the account (and its children) from one owner to another."""
    spec = _spec(known, do)
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
    watching.write(known, do, "transferred", to=taken.person.id, tasks=moved)
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


def _finish(known: Known, do: Do) -> Mapping[str, Json]:
    """Close the run: withdraw what is open, end its waits, write its outcome."""
    records, run, reason = known.records, known.enrollment, str(do.args["reason"])
    open_ones = [task for task in records.tasks_of(run.id) if task.status == "open"]
    left = [
        task.id for task in open_ones if do.args.get("leaves_tasks") and _is_optional(known, task)
    ]
    withdrawn = [task.id for task in open_ones if task.id not in left]
    for task in withdrawn:
        records.change_task(task, status="withdrawn", reason=reason, closed_at=records.now)
    records.drop_waits(run.id)
    records.leave_out_waiting(run.id, reason)
    outcome = str(do.args["outcome"])
    records.change_enrollment(
        run.id, status="finished", outcome=outcome, reason=reason, ended_at=records.now
    )
    watching.write(known, do, "outcome", outcome=outcome, why=reason, withdrawn=withdrawn)
    after_end(records, known.context, run)
    return {"status": "done", "outcome": outcome}


def _is_optional(known: Known, task: Task) -> bool:
    node = known.plan.nodes.get(task.node)
    return isinstance(node, TaskNode) and not node.required


_VERBS: Mapping[str, Callable[[Known, Do], Mapping[str, Json]]] = {
    "begin": watching.begin,
    "watch": watching.watch,
    "unwatch": watching.unwatch,
    "evaluate": watching.evaluate,
    "create_task": handing.create_task,
    "withdraw_task": handing.withdraw_task,
    "list_items": _list_items,
    "set_field": _set_field,
    "start_playbook": _start_playbook,
    "stop_playbook": _stop_playbook,
    "transfer": _transfer,
    "finish": _finish,
}

"""Carrying out the verbs that touch only our own records: one transaction each.

The ledger row is written in the transaction of the effect, so a repeated attempt finds it and
returns what the first one did. Knows no Temporal and no clock but the records'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.effects import choosing, directing, ending, handing, setting, watching
from engine.effects.context import Context
from engine.effects.entities import (
    Effect,
    EffectKey,
    Enrollment,
    EnrollmentId,
    EnrollmentStatus,
    Line,
)
from engine.effects.knowing import Known
from engine.effects.records import Records
from engine.plan.events import CommandId, Do, Note
from engine.plan.model import Json

READS_ONLY = frozenset(["evaluate", "watch", "begin", "list_items"])
"""Verbs that need no row of the ledger: a repeat puts the same rows, or reads its own line."""

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
    records.add_effect(
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


_VERBS: Mapping[str, Callable[[Known, Do], Mapping[str, Json]]] = {
    "begin": watching.begin,
    "watch": watching.watch,
    "unwatch": watching.unwatch,
    "evaluate": choosing.evaluate,
    "create_task": handing.create_task,
    "withdraw_task": handing.withdraw_task,
    "list_items": choosing.list_items,
    "set_field": setting.set_field,
    "start_playbook": directing.start_playbook,
    "stop_playbook": directing.stop_playbook,
    "transfer": directing.transfer,
    "finish": ending.finish,
}

"""Closing a run that ended without its core: terminated in Temporal, or lost there.

Its core never said `finish`, so it is said here, and the same follows: tasks are withdrawn, waits
dropped, waiting sends left out, what was queued or held behind it goes on. Whether a run has ended
so is found out by `services.reconciling`.
"""

from __future__ import annotations

from engine.effects.carrying import carry_out
from engine.effects.context import Context
from engine.effects.entities import EnrollmentId
from engine.effects.records import Records
from engine.plan.events import CommandId, Do

COMMAND = CommandId("closed")
"""What stands for the core's own `finish`; no core gives this id."""


def close_run(
    records: Records, context: Context, enrollment: EnrollmentId, *, outcome: str, reason: str
) -> bool:
    """Close a run that nothing drives any more; False when it has ended meanwhile."""
    records.account(records.enrollment(enrollment).account, lock=True)
    if records.enrollment(enrollment, lock=True).status == "finished":
        return False
    args = {"outcome": outcome, "reason": reason}
    carry_out(records, context, enrollment, Do(COMMAND, "finish", None, (), records.now, args))
    return True

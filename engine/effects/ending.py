"""The end of a run: what is open is closed, its outcome is written, what waited for it goes on."""

from __future__ import annotations

from collections.abc import Mapping

from engine.effects.entities import Task
from engine.effects.holding import after_end
from engine.effects.knowing import Known
from engine.effects.watching import write
from engine.plan.events import Do
from engine.plan.model import Json
from engine.plan.model import Task as TaskNode


def finish(known: Known, do: Do) -> Mapping[str, Json]:
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
    write(known, do, "outcome", outcome=outcome, why=reason, withdrawn=withdrawn)
    after_end(records, known.context, run)
    return {"status": "done", "outcome": outcome}


def _is_optional(known: Known, task: Task) -> bool:
    node = known.plan.nodes.get(task.node)
    return isinstance(node, TaskNode) and not node.required

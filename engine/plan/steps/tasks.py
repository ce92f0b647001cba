"""Tasks: handed out, watched, chased along their ladder, over. Approvals are tasks too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.plan.events import Done, Met, Path, Woke
from engine.plan.model import Json, Task
from engine.plan.run import Run
from engine.plan.state import Branch, BranchId
from engine.plan.steps.moving import (
    Answer,
    Kind,
    discard,
    end_when_nothing_is_left,
    go,
    leave,
    step,
)


def _enter(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Task)
    waiting_for = [dep for dep in node.depends_on if run.result(dep, branch.path) is None]
    if waiting_for:
        if branch.phase != "blocked":
            run.note(branch, "blocked", by=list(waiting_for))
        if not node.required and not branch.loose:
            _go_on_without(run, branch, node, phase="blocked")
        else:
            run.put(branch, phase="blocked")
        return
    if not node.required and not branch.loose:
        _go_on_without(run, branch, node, phase="creating")
        return
    _create_task(run, branch)


def _create_task(run: Run, branch: Branch) -> None:
    run.put(run.listen(run.do(branch, "create_task")), phase="creating")


def _go_on_without(run: Run, branch: Branch, node: Task, *, phase: str) -> None:
    """Watch an optional task beside the run; one left from an earlier repetition is withdrawn."""
    for other in list(run.branches.values()):
        if other.loose and other.node == node.id and _items(other.path) == _items(branch.path):
            discard(run, other, "superseded by the next repetition")
    beside = BranchId(f"{branch.id}~{node.id}")
    loose = Branch(beside, node.id, branch.path, branch.since, phase=phase, loose=True)
    run.put(loose)
    if phase == "creating":
        _create_task(run, loose)
    go(run, branch, node.next)


def _items(path: Path) -> tuple[str, ...]:
    return tuple(part for part in path if "=" in part)


def _hear(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Task)
    match event, branch.phase:
        case Done(), "creating":
            _task_created(run, branch, node, event.result)
        case Done(), "withdrawing":
            _withdrawal_answered(run, branch, node, event.result)
        case Done(), "open":
            _set_next_rung(run, branch)
        case Met(), "creating" | "open":
            _task_over(run, branch, node, event.data)
        case Woke(), "open" if purpose == "deadline":
            branch = run.drop_timers(run.unwatch(branch))
            branch = run.do(branch, "withdraw_task", reason="nobody did it in time")
            run.put(branch, phase="withdrawing", data={"timeout": True})
        case Woke(), "open":
            _act_on_rung(run, branch)
        case _:
            pass


def _task_created(run: Run, branch: Branch, node: Task, result: Mapping[str, Json]) -> None:
    if result.get("over"):
        _task_over(run, branch, node, result["over"])
        return
    rungs = list(result.get("rungs", ()))
    branch = run.put(branch, phase="open", data={"rungs": rungs, "next": 0})
    if (deadline := result.get("deadline")) is not None:
        branch = run.wake(branch, datetime.fromisoformat(deadline), "deadline")
    _wake_for_rung(run, branch)


def _act_on_rung(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Task)
    at = branch.data["next"]
    rung = node.overdue[at]
    run.do(branch, rung.action, rung=at, to=rung.to)


def _wake_for_rung(run: Run, branch: Branch) -> None:
    _set_alarm(run, branch)
    end_when_nothing_is_left(run)


def _set_alarm(run: Run, branch: Branch) -> None:
    """Wake for the next rung. When a pause, a snooze or an outage has made the ladder late, the
    rungs keep their distance: nobody gets them all at once."""
    rungs, at = branch.data["rungs"], branch.data["next"]
    if at >= len(rungs):
        return
    due = datetime.fromisoformat(rungs[at])
    if at > 0 and due <= run.at:
        due = run.at + (due - datetime.fromisoformat(rungs[at - 1]))
    run.wake(branch, due, "rung")


def _set_next_rung(run: Run, branch: Branch) -> None:
    branch = run.remember(branch, next=branch.data["next"] + 1)
    _wake_for_rung(run, branch)


def _task_over(run: Run, branch: Branch, node: Task, data: Mapping[str, Json]) -> None:
    decision = data.get("decision")
    leave(run, branch, data, node.routes.get(decision) if decision else None)


def _withdrawal_answered(run: Run, branch: Branch, node: Task, answer: Mapping[str, Json]) -> None:
    """The deadline has come. `over` says that somebody was faster, and the news is on its way."""
    if branch.data.get("timeout") and answer.get("over"):
        _task_over(run, branch, node, answer["over"])
    elif branch.data.get("timeout"):
        result = {"status": "timeout", "done": False, "decision": "timeout"}
        leave(run, branch, result, node.routes.get("timeout"))
    else:
        withdraw_at_last(run, branch)


def _unblock(run: Run, branch: Branch) -> None:
    if branch.phase == "blocked":
        _enter(run, branch)


def drop(run: Run, branch: Branch, reason: str) -> None:
    """A task or alarm is taken out of the run: withdraw it, if it has been handed out."""
    if branch.phase == "withdrawing" and "why" in branch.data:
        run.put(branch)  # it was dropped before, and stays until it can be withdrawn
        return
    run.settle(branch, {"status": "withdrawn", "done": False})
    if branch.phase in ("creating", "alarming") and branch.asked is not None:
        # The answer is still out: withdraw only once the task is sure to exist.
        run.put(branch, phase="withdrawing", parent=None, loose=True, data={"why": reason})
    elif branch.phase == "open":
        run.tell(branch, "withdraw_task", reason=reason)


def withdraw_at_last(run: Run, branch: Branch) -> None:
    """The task that was dropped while being handed out exists now: withdraw it."""
    run.tell(branch, "withdraw_task", reason=branch.data.get("why", ""))
    run.branches.pop(branch.id)
    end_when_nothing_is_left(run)


def _is_idle(run: Run, branch: Branch) -> bool:
    """An open task without a rung, a deadline or data to come; or one that is held back by such."""
    node = run.node(branch)
    assert isinstance(node, Task)
    return branch.phase == "blocked" or (branch.phase == "open" and node.done_when is None)


step(
    Task,
    Kind(_enter, _hear, dropped=drop, again=_act_on_rung, unblock=_unblock, idle=_is_idle),
)

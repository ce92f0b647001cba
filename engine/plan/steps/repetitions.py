"""Repetitions: again and again, until."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.plan.events import Done, Met, Moved, Woke
from engine.plan.model import Cadence, Repeat
from engine.plan.run import Run
from engine.plan.state import Branch, BranchId
from engine.plan.steps.graph import body_nodes
from engine.plan.steps.moving import Answer, Kind, enter, leave, step


def _enter(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Repeat)
    if branch.data:
        _between(run, branch, node)
    elif node.until is not None:
        run.put(run.do(branch, "evaluate", slot="until"), phase="checking")
    else:
        _repeat_body(run, branch, node, 1)


def _repeat_body(run: Run, branch: Branch, node: Repeat, number: int) -> None:
    if node.body is None or (node.at_most is not None and number > node.at_most):
        leave(run, branch, {"times": number - 1})
        return
    branch = run.drop_timers(run.unwatch(branch))
    run.forget(body_nodes(run.plan, node.body))
    data = {"number": number, "began": run.at.isoformat()}
    branch = run.put(branch, phase="body", data=data)
    path = (*branch.path, f"{node.id}#{number}")
    child = BranchId(f"{branch.id}.{number}")
    enter(run, run.put(Branch(child, node.body, path, run.at, parent=branch.id)))


def _body_over(run: Run, branch: Branch, child: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Repeat)
    if branch.data["number"] == node.at_most:
        leave(run, branch, {"times": branch.data["number"]})
    else:
        _between(run, branch, node)


def _between(run: Run, branch: Branch, node: Repeat) -> None:
    """Wait for the next repetition, or for `until`."""
    exact = _exact_cadence(node.every)
    if node.until is None and exact is not None:
        at = datetime.fromisoformat(branch.data["began"]) + timedelta(seconds=exact)
        run.wake(run.put(branch, phase="between"), at, "next")
        return
    branch = run.watch(branch, slot="until", start=branch.data["began"])
    run.put(branch, phase="between")


def _exact_cadence(every: Cadence | None) -> float | None:
    if every is None:
        return 0.0
    ((condition, span), *more) = every.choices
    return None if more or condition is not None else span.seconds


def _hear(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Repeat)
    number = int(branch.data.get("number", 0))
    match event, branch.phase:
        case Done(), "checking" if event.result["taken"] is None:
            _repeat_body(run, branch, node, 1)
        case Done(), "checking":
            leave(run, branch, {"times": 0})
        case Done(), "between" if event.result.get("met"):
            leave(run, branch, {"times": number})
        case Done(), "between":
            due = event.result.get("due")
            run.wake(branch, datetime.fromisoformat(due) if due else run.at, "next")
        case Met(), "between":
            leave(run, branch, {"times": number})
        case Woke(), "between" if branch.watch is not None:
            run.put(run.end_watch(branch), phase="ending")
        case Done(), "ending" if event.result["standing"]:
            _repeat_body(run, run.forget_watch(branch), node, number + 1)
        case Done(), "ending":
            run.put(branch, phase="between")  # a fact was faster: its news is on the way
        case Met(), "ending":
            leave(run, branch, {"times": number})
        case Woke(), "between":
            _repeat_body(run, branch, node, number + 1)
        case Moved(), "between":
            _between(run, run.drop_timers(run.unwatch(branch)), node)
        case _:
            pass


step(Repeat, Kind(_enter, _hear, body_over=_body_over))

"""Waits: for an instant, a condition, an answer, or whichever comes first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.plan.events import Done, Met, Moved, Woke
from engine.plan.model import After, Anchor, Effect, Json, Wait, When
from engine.plan.run import Run
from engine.plan.state import Branch
from engine.plan.steps.moving import Answer, Kind, go, leave, step


def _exact(when: When | None) -> float | None:
    return when.span.seconds if isinstance(when, After) else None


def _enter(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Wait)
    seconds = _exact(node.due)
    if seconds is not None and node.until is None and node.watch_for is None:
        at = run.at + timedelta(seconds=seconds)
        run.note(branch, "wait", until=at.isoformat())
        run.wake(run.put(branch, phase="waiting"), at, "due")
        return
    start = branch.data.get("from", run.at.isoformat())
    branch = run.watch(run.remember(branch, **{"from": start}), slot="until", start=start)
    run.put(branch, phase="asking")


def _hear(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Wait)
    match event:
        case Done() if branch.phase == "ending":
            if event.result["standing"]:
                _wait_timed_out(run, run.forget_watch(branch), node)
            else:
                run.put(branch, phase="waiting")  # a fact was faster: its news is on the way
        case Done():
            _wait_registered(run, branch, node, event.result)
        case Met():
            run.note(branch, "wait over", by=event.fact)
            leave(run, branch, {"met": True, "timed_out": False, **event.data})
        case Moved():
            branch = run.drop_timers(run.unwatch(branch))
            _enter(run, branch)
        case Woke() if branch.watch is not None:
            run.put(run.end_watch(branch), phase="ending")
        case Woke():
            _wait_timed_out(run, branch, node)


def _wait_registered(run: Run, branch: Branch, node: Wait, result: Mapping[str, Json]) -> None:
    """Answered: {"met": bool, "data": …, "due": instant or null, "past": bool}."""
    if result.get("met"):
        leave(run, branch, {"met": True, "timed_out": False, **result.get("data", {})})
        return
    due = result.get("due")
    past = bool(result.get("past"))
    if past and isinstance(node.due, Anchor) and node.due.if_past == "skip":
        run.note(branch, "skipped", due=due)
        leave(run, branch, {"met": False, "timed_out": False, "skipped": True}, node.on_skip)
        return
    branch = run.put(branch, phase="waiting")
    if due is not None:
        run.wake(branch, datetime.fromisoformat(due), "due")


def _wait_timed_out(run: Run, branch: Branch, node: Wait) -> None:
    listened = node.until is not None or node.watch_for is not None
    run.note(branch, "wait over", by="time")
    leave(run, branch, {"met": not listened, "timed_out": listened}, node.on_timeout)


def skip_wait(run: Run, branch: Branch) -> None:
    """The wait passed during a pause: leave out what it was holding back."""
    node = run.node(branch)
    assert isinstance(node, Wait)
    run.note(branch, "skipped", by="pause")
    following = run.plan.nodes[node.next] if node.next else None
    to = following.next if isinstance(following, Effect) else node.next
    run.settle(branch, {"met": False, "timed_out": False, "skipped": True})
    go(run, branch, node.on_skip if node.on_skip is not None else to)


step(Wait, Kind(_enter, _hear))

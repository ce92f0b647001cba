"""Escalate steps: one alarm after the other up the chain, until somebody has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.plan.events import Done, Met, Woke
from engine.plan.model import Escalate, Json
from engine.plan.run import Run
from engine.plan.state import Branch
from engine.plan.steps.moving import Answer, Kind, leave, step
from engine.plan.steps.tasks import drop, withdraw_at_last


def _enter(run: Run, branch: Branch) -> None:
    branch = run.listen(run.do(branch, "escalate", level=0, open=True))
    run.put(branch, phase="alarming", data={"next": 0})


def _hear(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Escalate)
    match event, branch.phase:
        case Done(), "giving up":
            _gave_up(run, branch, node, event.result)
        case Done(), "withdrawing":
            withdraw_at_last(run, branch)
        case Done(), "alarming" | "open":
            _alarm_raised(run, branch, node, event.result)
        case Met(), "alarming" | "open":
            leave(run, branch, {"status": "acknowledged", "acknowledged": True, **event.data})
        case Woke(), "open" if purpose == "give_up":
            branch = run.do(run.unwatch(branch), "withdraw_task", reason="nobody acknowledged it")
            run.put(branch, phase="giving up")
        case Woke(), "open":
            _raise_next(run, branch)
        case _:
            pass


def _alarm_raised(run: Run, branch: Branch, node: Escalate, result: Mapping[str, Json]) -> None:
    """Answered: {"next": instant of the next rung, or of giving up after the last}."""
    if result.get("over"):
        leave(run, branch, {"status": "acknowledged", "acknowledged": True, **result["over"]})
        return
    level = branch.data["next"] + 1
    branch = run.put(branch, phase="open", data={"next": level})
    if (at := result.get("next")) is not None:
        purpose = "rung" if level < len(node.chain) else "give_up"
        run.wake(branch, datetime.fromisoformat(at), purpose)


def _gave_up(run: Run, branch: Branch, node: Escalate, answer: Mapping[str, Json]) -> None:
    """The time is up. `over` says that somebody was faster, and the news is on its way."""
    if answer.get("over"):
        leave(run, branch, {"status": "acknowledged", "acknowledged": True, **answer["over"]})
    else:
        leave(run, branch, {"status": "unanswered", "acknowledged": False}, node.on_give_up)


def _raise_next(run: Run, branch: Branch) -> None:
    run.do(branch, "escalate", level=branch.data["next"])


step(Escalate, Kind(_enter, _hear, dropped=drop, again=_raise_next))

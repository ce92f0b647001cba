"""Effects: act on the world, and go on when it is done."""

from __future__ import annotations

from engine.plan.events import Done
from engine.plan.model import Effect
from engine.plan.run import Run
from engine.plan.state import Branch
from engine.plan.steps.moving import Answer, Kind, leave, step


def _enter(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Effect)
    run.put(run.do(branch, node.verb), phase="doing")


def _hear(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    if isinstance(event, Done):
        leave(run, branch, event.result)


step(Effect, Kind(_enter, _hear))

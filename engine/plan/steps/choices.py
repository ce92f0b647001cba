"""Choices, splits and ends: which way a branch goes on, or that the run does not."""

from __future__ import annotations

import hashlib

from engine.plan.events import Done
from engine.plan.model import Arm, Choose, End, Split
from engine.plan.run import Run
from engine.plan.state import Branch
from engine.plan.steps.moving import Answer, Kind, hear_nothing, leave, step


def _choose(run: Run, branch: Branch) -> None:
    run.put(run.do(branch, "evaluate", slot="cases"), phase="choosing")


def _chosen(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Choose)
    if isinstance(event, Done):
        taken = event.result["taken"]
        to = node.otherwise if taken is None else node.cases[taken].to
        leave(run, branch, {"taken": taken}, to)


def _split(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Split)
    arm = pick_arm(node.arms, f"{run.plan.playbook}/{node.id}/{run.state.subject}")
    run.note(branch, "split", arm=arm.name, holdout=arm.holdout)
    leave(run, branch, {"arm": arm.name}, arm.to)


def pick_arm(arms: tuple[Arm, ...], key: str) -> Arm:
    """Pick an arm by weight; the same key always picks the same one.

    >>> arms = (Arm("a", 1, None), Arm("b", 0, None))
    >>> pick_arm(arms, "any").name
    'a'
    """
    digest = hashlib.sha256(key.encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64 * sum(arm.weight for arm in arms)
    for arm in arms:
        point -= arm.weight
        if point < 0:
            return arm
    return arms[-1]


def _end(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, End)
    run.note(branch, "end", outcome=node.outcome)
    run.finish(node.outcome, f"the step {node.id} ends the run")


step(Choose, Kind(_choose, _chosen))
step(Split, Kind(_split, hear_nothing))
step(End, Kind(_end, hear_nothing))

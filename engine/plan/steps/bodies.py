"""Bodies side by side: parallel branches, and one for each item."""

from __future__ import annotations

from collections.abc import Sequence

from engine.plan.events import Done, Path
from engine.plan.model import ForEach, Fork, NodeId
from engine.plan.run import Run
from engine.plan.state import Branch, BranchId
from engine.plan.steps.moving import Answer, Kind, discard, enter, hear_nothing, leave, step


def _fork(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    assert isinstance(node, Fork)
    branch = run.put(branch, phase="joining")
    bodies = [(name, body) for name, body in node.branches if body is not None]
    if not bodies or (node.join == "first" and len(bodies) < len(node.branches)):
        leave(run, branch, {"status": "done"})
        return
    start_bodies(run, branch, [(name, body, branch.path) for name, body in bodies])


def _branch_over(run: Run, parent: Branch, child: Branch) -> None:
    node = run.node(parent)
    assert isinstance(node, Fork)
    left = run.children(parent.id)
    name = child.id.removeprefix(f"{parent.id}.")
    if node.join == "first":
        for other in left:
            discard(run, other, f"the branch {name} was first")
        leave(run, parent, {"status": "done", "first": name})
    elif not left:
        leave(run, parent, {"status": "done"})


def _list(run: Run, branch: Branch) -> None:
    run.put(run.do(branch, "list_items"), phase="listing")


def _listed(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, ForEach)
    if not isinstance(event, Done):
        return
    items = list(event.result["items"])
    if not items or node.body is None:
        leave(run, branch, {"status": "done"})
        return
    branch = run.put(branch, phase="joining")
    paths = [(*branch.path, f"{node.id}={item}") for item in items]
    # By number: an item's id may hold anything, and would not keep branches apart.
    start_bodies(run, branch, [(f"{at}", node.body, path) for at, path in enumerate(paths, 1)])


def _item_over(run: Run, parent: Branch, child: Branch) -> None:
    if not run.children(parent.id):
        leave(run, parent, {"status": "done"})


def start_bodies(run: Run, parent: Branch, bodies: Sequence[tuple[str, NodeId, Path]]) -> None:
    """Start bodies, each (name, first node, path). All stand before the first moves, so that none
    can end what they belong to before the others exist."""
    ids = [BranchId(f"{parent.id}.{name}") for name, _, _ in bodies]
    for id, (_, body, path) in zip(ids, bodies, strict=True):
        run.put(Branch(id, body, path, parent.since, parent=parent.id))
    for id in ids:
        child = run.branches.get(id)
        if child is not None and child.phase == "entering" and child.asked is None:
            enter(run, child)


step(Fork, Kind(_fork, hear_nothing, body_over=_branch_over))
step(ForEach, Kind(_list, _listed, body_over=_item_over))

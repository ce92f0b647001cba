"""What `<step>.<name>` means in a run: what came of a step, what was answered, what a reader did.

What the core knows is among its results; answers to tasks and surveys are read from the records,
where personal data may live. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.effects.entities import Contact, Enrollment, Fact, Task
from engine.effects.records import Records
from engine.plan.events import Path
from engine.plan.model import Effect, Json, NodeId, Plan
from engine.plan.model import Task as TaskNode

SURVEY_FACTS = ("survey.answered", "survey.commented")
"""What a customer says to a survey; the comment comes with the answer, or after it."""

READER_DID = ("opened", "clicked", "replied")
"""What a reader does with an email: each is told by a fact about its step (`email.clicked`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its run a condition or text stands: the items it is inside of, when the enclosing
    repetition (or the run) began, the core's results, and how to find the contact at hand."""

    path: Path
    since: datetime
    results: Mapping[str, Json]
    reader: Callable[[], Contact | None]


def step_value(
    records: Records, run: Enrollment, plan: Plan, place: Place, node: NodeId, name: str
) -> Any:
    """Return the value of a step's name; None when there is none yet."""
    gate = NodeId(f"{node}.approve")
    if name == "decision" and gate in plan.nodes:
        node = gate
    kind = plan.nodes[node]
    result = place.results.get(node) or {}
    if isinstance(kind, TaskNode) and name not in result:
        return _answer(records, run, place, node, name)
    if isinstance(kind, Effect) and kind.verb == "send_survey" and name not in result:
        return _survey(records, run, place, node, name)
    if isinstance(kind, Effect) and kind.verb == "send_email" and name in READER_DID:
        return _reader_did(records, run, place, node, f"email.{name}")
    return result.get(name)


def _answer(records: Records, run: Enrollment, place: Place, node: NodeId, name: str) -> Any:
    tasks = records.tasks_of(run.id, [node])
    found: list[Task] = [task for task in tasks if is_within(task.path, place.path)]
    if not found:
        return None
    task = found[-1]
    match name:
        case "done":
            return task.status == "done"
        case "decision":
            return task.decision
        case "late":
            return task.due_at is not None and (task.closed_at or records.now) > task.due_at
    return task.answers.get(name)


def _survey(records: Records, run: Enrollment, place: Place, node: NodeId, name: str) -> Any:
    mine = _facts_about(records, run, place, node, SURVEY_FACTS, place.since)
    if name == "answered":
        return any(one.kind == "survey.answered" for one in mine)
    return next((one.data[name] for one in reversed(mine) if name in one.data), None)


def _reader_did(records: Records, run: Enrollment, place: Place, node: NodeId, kind: str) -> bool:
    found = _facts_about(records, run, place, node, (kind,), run.started_at)
    reader = place.reader()
    return any(reader is None or one.contact in (None, reader.id) for one in found)


def _facts_about(
    records: Records,
    run: Enrollment,
    place: Place,
    node: NodeId,
    kinds: tuple[str, ...],
    since: datetime,
) -> list[Fact]:
    return [
        one
        for one in records.facts_since(run.account, kinds, since)
        if one.enrollment == run.id
        and one.node == node
        and is_within(one.path, place.path)
        and on_one_way(one.path, place.path)
    ]


def step_names(plan: Plan) -> Mapping[str, NodeId]:
    """Return the steps by the name expressions use: hyphens become underscores."""
    known = _NAMES.get(id(plan))
    if known is None or known[0] is not plan:
        while len(_NAMES) >= _MANY:
            _NAMES.pop(next(iter(_NAMES)), None)
        names = {node.replace("-", "_"): node for node in plan.nodes if "." not in node}
        known = _NAMES[id(plan)] = (plan, names)
    return known[1]


_MANY = 256
_NAMES: dict[int, tuple[Plan, Mapping[str, NodeId]]] = {}
"""The names of the plans at hand; a plan never changes."""


def on_one_way(one: Path, other: Path) -> bool:
    """Tell whether two places of a run are the same, or one encloses the other: what happens in one
    item or repetition is not heard in another. A fact that does not say where is heard everywhere.

    >>> on_one_way(("each=c-1",), ("each=c-1", "weekly#2")), on_one_way(("each=c-1",), ())
    (True, True)
    >>> on_one_way(("each=c-1",), ("each=c-2",))
    False
    """
    return all(mine == its for mine, its in zip(one, other, strict=False))


def is_within(inner: Path, outer: Path) -> bool:
    """Tell whether a step ran for the same items as `outer`."""
    items = {part for part in outer if "=" in part}
    return all(part in items for part in inner if "=" in part)

"""Whom a fact wakes: the waits its names touch, looked at again in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.effects.context import Context
from engine.effects.deliveries import Wake
from engine.effects.entities import CLOCK, AccountId, EnrollmentId, Fact, Line, Wait
from engine.effects.knowing import Known
from engine.effects.records import Records
from engine.effects.step_names import on_one_way
from engine.effects.watching import condition_at
from engine.language.expressions import Verdict
from engine.plan.model import Condition, NodeId


def wake(
    records: Records, context: Context, fact: Fact, touched: Iterable[str]
) -> list[EnrollmentId]:
    """Look at every wait the names touch; a task that closes by itself touches its step's name."""
    woken = []
    ahead = sorted(touched)
    while ahead:
        closed: set[str] = set()
        for wait in records.waits_touched(fact.account, ahead):
            if (wake := _look(records, context, fact, wait)) is None:
                continue
            records.owe(wake)
            woken.append(wait.enrollment)
            if wait.task is not None and wait.node is not None:
                closed.add(step_key(wait.node))
        ahead = sorted(closed)
    return woken


def step_key(node: NodeId) -> str:
    """Return the name conditions know a step by.

    >>> step_key(NodeId("kickoff-summary.approve"))
    'kickoff_summary'
    """
    return node.split(".")[0].replace("-", "_")


def _look(records: Records, context: Context, fact: Fact, wait: Wait) -> Wake | None:
    if _answers(fact, wait):
        records.drop_waits(wait.enrollment, [wait.id])
        return Wake(wait.enrollment, wait.id, fact.id, records.now, data={"answered": True})
    if wait.slot is not None and (data := _holds(records, context, fact, wait)) is not None:
        records.drop_waits(wait.enrollment, [wait.id])
        return Wake(wait.enrollment, wait.id, fact.id, records.now, data=data)
    if fact.kind == "account.changed" and _moves(fact, wait):
        return Wake(wait.enrollment, wait.id, fact.id, records.now, moved=True)
    return None


def _answers(fact: Fact, wait: Wait) -> bool:
    return (
        wait.fact_kind == fact.kind
        and fact.enrollment == wait.enrollment
        and wait.about in (None, fact.node)
        and on_one_way(fact.path, wait.path)
    )


def _moves(fact: Fact, wait: Wait) -> bool:
    changed = {f"account.{name}" for name in fact.data.get("fields", {})}
    return bool(changed.intersection(wait.anchors))


def is_due(records: Records, context: Context, account: AccountId) -> bool:
    """Tell whether the clock alone has brought about what a run of the account waits for."""
    return any(
        _met(records, context, wait) is not None
        for wait in records.waits_touched(account, [CLOCK])
        if wait.slot is not None
    )


def _met(records: Records, context: Context, wait: Wait) -> tuple[Condition, Verdict] | None:
    run = records.enrollment(wait.enrollment)
    plan = records.plan(run.plan)
    condition = condition_at(plan, wait.node, wait.slot)
    if condition is None or run.status == "finished":
        return None
    known = Known(records, context, run, plan, wait.since, wait.path, wait.results)
    verdict = known.holds(condition)
    return (condition, verdict) if verdict.holds else None


def _holds(records: Records, context: Context, fact: Fact, wait: Wait) -> Mapping[str, Any] | None:
    if (met := _met(records, context, wait)) is None:
        return None
    condition, verdict = met
    explained = {"rule": condition.text, "values": dict(verdict.values), "fact": fact.id}
    line = (wait.enrollment, f"met.{wait.id}", records.now, wait.node, wait.path)
    records.put_line(Line(*line, f"{wait.slot} met", explained))
    if wait.task is None:
        return {}
    task = records.task(wait.task, lock=True)
    if task.status == "open":
        records.change_task(
            task.id, status="done", closed_by="data", closed_at=records.now, reason=condition.text
        )
    return {"status": "done", "done": True, "late": False, "by": "data"}

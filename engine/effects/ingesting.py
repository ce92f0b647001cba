"""Taking a fact in: the fact, what it changes, the runs it wakes and the runs it starts, at once.

All in the one transaction of the records it is handed; what is owed to runs goes to the outbox. The
only place where a fact is turned into consequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.effects.context import Context
from engine.effects.enrolling import enroll, subjects
from engine.effects.entities import Account, EnrollmentId, Fact, Line, Wait, Wake
from engine.effects.fitting import fitted
from engine.effects.knowing import Known, on_one_way
from engine.effects.records import Records
from engine.effects.watching import condition_at
from engine.enrolling.deciding import Change, hit_by, listens_to
from engine.errors import InputError
from engine.plan.model import NodeId, Plan, PlanHash


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a fact led to. `refused` are playbooks whose trigger it set off but that did not start,
    each with the reason."""

    duplicate: bool = False
    started: tuple[EnrollmentId, ...] = ()
    woken: tuple[EnrollmentId, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def ingest(records: Records, context: Context, fact: Fact) -> Ingested:
    """Take a fact in; one of a known id changes nothing. Raises NotFound for an unknown account,
    InputError for a fact whose data does not fit its kind."""
    account = records.account(fact.account, lock=True)
    fact = fitted(context.workspace.schema, fact, records.now)
    if not records.put_fact(fact):
        return Ingested(duplicate=True)
    touched, change = _apply(records, context, account, fact)
    woken = _wake(records, context, fact, touched)
    started, refused = _start(records, context, fact, change)
    return Ingested(False, tuple(started), tuple(woken), tuple(refused))


# --- what it changes --------------------------------------------------------------------------


def _apply(
    records: Records, context: Context, account: Account, fact: Fact
) -> tuple[set[str], Change]:
    touched = {fact.kind}
    change = Change(fact.kind, fact.data)
    match fact.kind:
        case "health.changed":
            change = _score(records, context, account, fact)
            touched.add("health")
        case "account.changed":
            fields = dict(fact.data.get("fields", {}))
            if fields:
                records.change_account(fact.account, fields)
            touched |= {f"account.{name}" for name in fields}
        case "contact.changed" if fact.contact:
            records.change_contact(fact.contact, dict(fact.data.get("fields", {})))
            touched.add("contacts")
    if fact.node is not None:
        touched.add(step_key(fact.node))
    return touched, change


def _score(records: Records, context: Context, account: Account, fact: Fact) -> Change:
    score = float(fact.data["score"])
    if not 0 <= score <= 100:
        raise InputError("a health score is from 0 to 100", remedy="Correct the fact's score.")
    band, at = context.band(score), fact.occurred_at
    latest = records.last_scored(account.id)
    if latest is not None and at < latest:  # it comes late: a newer one is known already
        records.put_score(fact.account, score, band, None, at)
        return Change(fact.kind, fact.data)
    changed = Change(
        fact.kind,
        fact.data,
        score=score,
        score_before=account.score,
        band=band,
        band_before=account.band,
        scores_within=lambda length: records.scores_since(account.id, at - length),
    )
    since = account.band_since if band == account.band and account.band_since else at
    records.put_score(fact.account, score, band, since, at)
    return changed


# --- whom it wakes ----------------------------------------------------------------------------


def _wake(
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


def _holds(records: Records, context: Context, fact: Fact, wait: Wait) -> Mapping[str, Any] | None:
    run = records.enrollment(wait.enrollment)
    plan = records.plan(run.plan)
    condition = condition_at(plan, wait.node, wait.slot)
    if condition is None or run.status == "finished":
        return None
    known = Known(records, context, run, plan, wait.since, wait.path, wait.results)
    verdict = known.holds(condition)
    if not verdict.holds:
        return None
    explained = {"rule": condition.text, "values": dict(verdict.values), "fact": fact.id}
    what = f"{wait.slot} met"
    key = f"met.{wait.id}"
    records.put_line(Line(run.id, key, records.now, wait.node, wait.path, what, explained))
    if wait.task is None:
        return {}
    task = records.task(wait.task, lock=True)
    if task.status == "open":
        records.change_task(
            task.id, status="done", closed_by="data", closed_at=records.now, reason=condition.text
        )
    return {"status": "done", "done": True, "late": False, "by": "data"}


# --- whom it starts ---------------------------------------------------------------------------


def _start(
    records: Records, context: Context, fact: Fact, change: Change
) -> tuple[list[EnrollmentId], list[tuple[str, str]]]:
    started: list[EnrollmentId] = []
    refused: list[tuple[str, str]] = []
    for playbook, live in sorted(records.current_plans().items()):
        plan = records.plan(live)
        if fact.kind not in _listened_to(live, plan):
            continue
        hit = hit_by(plan.enroll, change)
        if hit is None:
            continue
        trigger = {"by": "fact", "fact": fact.id, "rule": hit.rule, "values": dict(hit.values)}
        for contact in subjects(records, plan, fact.account, fact.contact):
            result = enroll(
                records,
                context,
                playbook,
                fact.account,
                contact=contact,
                trigger=trigger,
                nonce=f"{fact.id}/{contact or ''}",
            )
            if result.enrollment is None:
                refused.append((playbook, result.why))
            else:
                started.append(result.enrollment)
    return started, refused


_LISTENED_TO: dict[PlanHash, frozenset[str]] = {}
"""What each plan listens to; plans never change."""


def _listened_to(live: PlanHash, plan: Plan) -> frozenset[str]:
    if (known := _LISTENED_TO.get(live)) is None:
        known = _LISTENED_TO[live] = listens_to(plan.enroll)
    return known

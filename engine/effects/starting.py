"""Whom a fact starts: only the playbooks that listen to it are looked at."""

from __future__ import annotations

from engine.effects.context import Context
from engine.effects.enrolling import enroll, subjects
from engine.effects.entities import CLOCK, EnrollmentId, Fact
from engine.effects.records import Records
from engine.enrolling.deciding import Change, hit_by, listens_to
from engine.plan.model import Plan, PlanHash


def start(
    records: Records, context: Context, fact: Fact, change: Change
) -> tuple[list[EnrollmentId], list[tuple[str, str]]]:
    """Begin the runs whose triggers a change sets off; return them, and the playbooks whose trigger
    was set off without a run beginning, each with the reason."""
    heard = {fact.kind, "health.changed"} if change.health_moved else {fact.kind}
    by = "clock" if fact.kind == CLOCK else "fact"
    started: list[EnrollmentId] = []
    refused: list[tuple[str, str]] = []
    for playbook, live in sorted(records.current_plans().items()):
        plan = records.plan(live)
        if heard.isdisjoint(_listened_to(live, plan)):
            continue
        hit = hit_by(plan.enroll, change)
        if hit is None:
            continue
        trigger = {"by": by, "fact": fact.id, "rule": hit.rule, "values": dict(hit.values)}
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

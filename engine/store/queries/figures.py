"""What the figures of a period are computed from: histories, scores, surveys, runs and tasks.

One statement per kind, each bounded by the period where it can be. Computes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, and_, lateral, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from engine.plan.codec import plan_from_json
from engine.plan.model import Effect, End, Plan, Split
from engine.reporting.figures import Period
from engine.reporting.history import Change, History
from engine.reporting.playbooks import ACHIEVED, Due, Ran
from engine.reporting.surveys import Answered, Asked, Kind
from engine.store.scores import counting
from engine.store.tables import (
    account_scores,
    accounts,
    effects,
    enrollments,
    facts,
    plans,
    tasks,
    timeline,
)

SURVEYS = ("nps", "csat", "ces")


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account with the history of some of its fields."""

    id: str
    name: str
    history: History


def histories(
    connection: Connection,
    fields: Sequence[str],
    *,
    segment: str | None = None,
    csm: str | None = None,
) -> list[AccountSeen]:
    """Return accounts by id, of a segment or CSM as they are now, with what is known of the fields'
    changes."""
    listed = select(accounts.c.id, accounts.c.name, accounts.c.fields).order_by(accounts.c.id)
    if segment is not None:
        listed = listed.where(accounts.c.fields["segment"].astext == segment)
    if csm is not None:
        listed = listed.where(accounts.c.csm == csm)
    changes, created = _changes(connection, fields)
    return [
        AccountSeen(id, name or id, History(now, changes.get(id, ()), created.get(id)))
        for id, name, now in connection.execute(listed)
    ]


def _changes(
    connection: Connection, fields: Sequence[str]
) -> tuple[Mapping[str, list[Change]], Mapping[str, datetime]]:
    written = facts.c.data["fields"]
    query = (
        select(facts.c.account, facts.c.kind, facts.c.occurred_at, written)
        .where(
            or_(
                facts.c.kind == "account.created",
                and_(
                    facts.c.kind == "account.changed",
                    or_(*(written.cast(JSONB).has_key(name) for name in fields)),
                ),
            )
        )
        .order_by(facts.c.occurred_at, facts.c.number)
    )
    changes: dict[str, list[Change]] = defaultdict(list)
    created: dict[str, datetime] = {}
    for account, kind, at, content in connection.execute(query):
        changes[account].append((at, content or {}))
        if kind == "account.created":
            created.setdefault(account, at)
    return changes, created


def scores_at(connection: Connection, at: datetime) -> Mapping[str, tuple[float, str]]:
    """Return score and band of each account as they were known at an instant."""
    shown = (account_scores.c.score, account_scores.c.band)
    each = lateral(counting(*shown, account=accounts.c.id, at=at, known_by=at))
    query = select(accounts.c.id, *each.c).select_from(accounts.join(each, true()))
    return {account: (score, band) for account, score, band in connection.execute(query)}


def asked(connection: Connection, period: Period) -> list[Asked]:
    """Return the surveys that went out in the period."""
    query = (
        select(effects, enrollments.c.plan)
        .join(enrollments, enrollments.c.id == effects.c.enrollment)
        .where(
            effects.c.verb == "send_survey",
            effects.c.status.in_(("accepted", "unknown")),
            effects.c.at >= period.first,
            effects.c.at < period.end,
        )
    )
    found = connection.execute(query).all()
    kinds = _survey_kinds(connection, {row.plan for row in found})
    return [
        Asked(row.key, kinds[row.plan, row.node], row.account, row.recipient, row.at)
        for row in found
        if (row.plan, row.node) in kinds
    ]


def _survey_kinds(connection: Connection, hashes: Iterable[str]) -> Mapping[tuple[str, str], Kind]:
    return {
        (hash, node.id): cast(Kind, node.spec["survey"])
        for hash, plan in _plans(connection, hashes).items()
        for node in plan.nodes.values()
        if isinstance(node, Effect) and node.verb == "send_survey"
    }


def answered(connection: Connection, period: Period) -> list[Answered]:
    """Return the answers given since the period began; those after it tell what was answered."""
    query = (
        select(facts.c.id, facts.c.account, facts.c.contact, facts.c.occurred_at, facts.c.data)
        .where(
            facts.c.kind == "survey.answered",
            facts.c.occurred_at >= period.first,
            facts.c.data["survey"].astext.in_(SURVEYS),
        )
        .order_by(facts.c.occurred_at, facts.c.number)
    )
    return [
        Answered(
            id.removesuffix(":answered") if id.endswith(":answered") else None,
            data["survey"],
            account,
            contact,
            at,
            float(data["score"]),
        )
        for id, account, contact, at, data in connection.execute(query)
    ]


def ran(connection: Connection, period: Period) -> list[Ran]:
    """Return the runs that began in the period, with the arm of a split that holds some out, and
    whether they have a goal."""
    query = (
        select(enrollments)
        .where(enrollments.c.started_at >= period.first, enrollments.c.started_at < period.end)
        .order_by(enrollments.c.started_at, enrollments.c.number)
    )
    found = connection.execute(query).all()
    arms = _arms(connection, period)
    known = _plans(connection, {row.plan for row in found})
    holding_out = _splits_that_hold_out(known)
    aiming = {hash for hash, plan in known.items() if _aims(plan)}
    return [
        Ran(
            row.id,
            row.playbook,
            row.account,
            row.started_at,
            row.ended_at,
            row.outcome,
            next(
                (held for node, held in arms.get(row.id, ()) if (row.plan, node) in holding_out),
                None,
            ),
            row.plan in aiming,
        )
        for row in found
    ]


def _plans(connection: Connection, hashes: Iterable[str]) -> Mapping[str, Plan]:
    query = select(plans.c.hash, plans.c.document).where(plans.c.hash.in_(list(hashes)))
    return {hash: plan_from_json(document) for hash, document in connection.execute(query)}


def _aims(plan: Plan) -> bool:
    """Whether runs can be achieved: by a goal, or by a step that ends them so."""
    ends = (node.outcome for node in plan.nodes.values() if isinstance(node, End))
    return plan.goal is not None or ACHIEVED in (plan.outcome, *ends)


def _arms(connection: Connection, period: Period) -> Mapping[str, list[tuple[str, bool]]]:
    query = (
        select(timeline.c.enrollment, timeline.c.node, timeline.c.data)
        .join(enrollments, enrollments.c.id == timeline.c.enrollment)
        .where(
            timeline.c.what == "split",
            enrollments.c.started_at >= period.first,
            enrollments.c.started_at < period.end,
        )
        .order_by(timeline.c.at, timeline.c.number)
    )
    arms: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for enrollment, node, data in connection.execute(query):
        arms[enrollment].append((node, bool(data.get("holdout"))))
    return arms


def _splits_that_hold_out(known: Mapping[str, Plan]) -> set[tuple[str, str]]:
    return {
        (hash, node.id)
        for hash, plan in known.items()
        for node in plan.nodes.values()
        if isinstance(node, Split) and any(arm.holdout for arm in node.arms)
    }


def due(connection: Connection, period: Period) -> list[Due]:
    """Return the tasks due in the period that were not withdrawn."""
    query = (
        select(tasks, enrollments.c.playbook)
        .join(enrollments, enrollments.c.id == tasks.c.enrollment)
        .where(
            tasks.c.kind == "task",
            tasks.c.status != "withdrawn",
            tasks.c.due_at >= period.first,
            tasks.c.due_at < period.end,
        )
        .order_by(tasks.c.due_at, tasks.c.number)
    )
    return [
        Due(row.id, row.playbook, row.account, row.assignee, row.due_at, row.closed_at)
        for row in connection.execute(query)
    ]

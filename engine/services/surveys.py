"""Answers to surveys as they come in from a link: one answer and one comment for each link.

Each is one transaction and one fact about the step, with an id of its own: what comes twice counts
once. Knows no pages and no signatures: the link has been verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import ContactId, Enrollment, Fact, FactId
from engine.effects.ingesting import ingest
from engine.effects.links import SurveyLink
from engine.effects.records import Records
from engine.effects.surveying import SURVEYS
from engine.errors import InputError, NotFound
from engine.plan.model import Effect
from engine.services.rolling_up import moving
from engine.services.transacting import transact
from engine.store.database import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks: the kind of survey, its lowest and highest answer."""

    kind: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The score that counts; `first` when it is the one just given."""

    score: int
    first: bool


def find(database: Database, link: SurveyLink) -> Asked:
    """Return what the link asks. Raises NotFound when its run has no such survey (any more)."""
    return transact(database, lambda records: _asked(records, _run(records, link), link))


def answer(database: Database, context: Context, link: SurveyLink, score: int) -> Answered:
    """Take an answer in; the first one counts. Raises InputError outside the survey's range."""
    return moving(database, context, lambda records: _answer(records, context, link, score))


def comment(database: Database, context: Context, link: SurveyLink, text: str) -> bool:
    """Take a comment in; False when there was one. Raises InputError before the answer."""
    return transact(database, lambda records: _comment(records, context, link, text))


def _run(records: Records, link: SurveyLink) -> Enrollment:
    return records.enrollment(link.enrollment)


def _asked(records: Records, run: Enrollment, link: SurveyLink) -> Asked:
    node = records.plan(run.plan).nodes.get(link.node)
    if not isinstance(node, Effect) or node.verb != "send_survey":
        raise NotFound(f"{run.playbook} has no survey {link.node}", remedy="It was migrated away.")
    kind = str(node.spec["survey"])
    low, high, *_ = SURVEYS[kind]
    return Asked(kind, low, high)


def _answer(records: Records, context: Context, link: SurveyLink, score: int) -> Answered:
    run = _run(records, link)
    asked = _asked(records, run, link)
    if not asked.low <= score <= asked.high:
        raise InputError(
            f"an answer to {asked.kind} is from {asked.low} to {asked.high}",
            remedy="Use one of the links in the email.",
        )
    fact = _fact(records, run, link, "answered", {"score": score, "survey": asked.kind})
    first = not ingest(records, context, fact).duplicate
    counts = score if first else _score_before(records, run, link)
    return Answered(score if counts is None else counts, first)


def _comment(records: Records, context: Context, link: SurveyLink, text: str) -> bool:
    run = _run(records, link)
    if _score_before(records, run, link) is None:
        raise InputError("there is no answer yet", remedy="Click an answer in the email first.")
    fact = _fact(records, run, link, "commented", {"comment": text})
    return not ingest(records, context, fact).duplicate


def _fact(
    records: Records, run: Enrollment, link: SurveyLink, what: str, data: Mapping[str, Any]
) -> Fact:
    return Fact(
        id=FactId(f"{link.key}:{what}"),
        kind=f"survey.{what}",
        account=run.account,
        occurred_at=records.now,
        data=data,
        contact=_contact(records, link),
        enrollment=run.id,
        node=link.node,
        path=link.path,
    )


def _contact(records: Records, link: SurveyLink) -> ContactId | None:
    """Return the recipient, unless it is one of our own people."""
    try:
        return records.contact(ContactId(link.recipient)).id
    except NotFound:
        return None


def _score_before(records: Records, run: Enrollment, link: SurveyLink) -> int | None:
    """Return the score of the answer that came in by this link."""
    facts = records.facts_since(run.account, ["survey.answered"], run.started_at)
    return next((one.data["score"] for one in facts if one.id == f"{link.key}:answered"), None)

"""What `trigger.<name>` means: the fact that began a run, and what it told.

Only facts that the playbook's own triggers name are read: what began a run by hand, by the clock or
by another playbook told nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.effects.entities import ANSWERED, Enrollment, Fact
from engine.effects.records import Records
from engine.enrolling.deciding import named_kinds
from engine.health.readings import BEGINNING
from engine.plan.model import Plan

_RECENT = timedelta(days=30)
_COMMENT = "survey.commented"


def trigger_value(records: Records, run: Enrollment, plan: Plan, name: str) -> Any:
    """Return a value of the fact that began the run; `fact` is its kind. None when there is none.

    A comment that its reader wrote after they had clicked belongs to the answer.
    """
    if (fact := _fact(records, run, plan)) is None:
        return None
    if name == "fact":
        return fact.kind
    if name == "comment" and fact.kind == ANSWERED:
        return fact.data.get(name) or _later_comment(records, fact)
    return fact.data.get(name)


def _fact(records: Records, run: Enrollment, plan: Plan) -> Fact | None:
    kinds = named_kinds(plan.enroll)
    if (began := run.trigger.get("fact")) is None or not kinds:
        return None
    for since in (run.started_at - _RECENT, BEGINNING):
        for fact in records.facts_since(run.account, kinds, since):
            if fact.id == began:
                return fact
    return None


def _later_comment(records: Records, answer: Fact) -> Any:
    said = [
        one.data.get("comment")
        for one in records.facts_since(answer.account, [_COMMENT], answer.occurred_at)
        if (one.enrollment, one.node, one.path, one.contact)
        == (answer.enrollment, answer.node, answer.path, answer.contact)
    ]
    return said[-1] if said else None

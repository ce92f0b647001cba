"""The story that an escalation carries, and what people do with tasks, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.delivery.brand import Brand
from engine.delivery.rendering import render_email
from engine.effects.entities import EnrollmentId, Line
from engine.effects.own_mails import own_template
from engine.effects.story import say, tell_story
from engine.plan.model import NodeId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def line(number: int, what: str = "set", **data: Any) -> Line:
    return Line(
        EnrollmentId("call.acme.1"),
        str(number),
        NOON + timedelta(hours=number),
        NodeId("call"),
        (),
        what,
        data,
    )


def test_short_story_is_told_whole() -> None:
    told = tell_story([line(1), line(2, "later", until="x"), line(3)], "UTC")
    assert [one[:21] for one in told] == ["Mon 2 Mar 2026 13:00:", "Mon 2 Mar 2026 15:00:"]


def test_long_story_says_where_its_beginning_is_told() -> None:
    told = tell_story([line(number) for number in range(25)], "UTC", most=20)
    assert told[0] == "5 lines before: tenure why call.acme.1"
    assert len(told) == 21


@pytest.mark.parametrize(
    ("what", "data", "said"),
    [
        ("reassigned", {"assignee": "u-bo", "why": "leave"}, "given to u-bo by u-ana: leave"),
        ("reassigned", {"assignee": "u-bo", "why": ""}, "given to u-bo by u-ana"),
        ("snoozed", {"until": NOON.isoformat()}, "snoozed until Mon 2 Mar 2026 12:00 by u-ana"),
        ("task.withdrawn", {"why": "they left"}, "withdrawn by u-ana: they left"),
    ],
)
def test_what_people_do_with_tasks_is_told(what: str, data: dict[str, Any], said: str) -> None:
    assert say(line(1, what, task="t-1", by="u-ana", **data)) == f"task t-1 {said}"


def test_end_says_what_it_withdrew() -> None:
    ended = line(1, "outcome", outcome="achieved", why="the goal is met", withdrawn=["t-1", "t-2"])
    assert say(ended) == "ended: achieved (the goal is met); withdrew what was open: t-1, t-2"


def test_escalation_sets_the_story_apart_from_the_task() -> None:
    known = {
        "person": {"name": "Mia"},
        "account": {"name": "Acme"},
        "task": {"id": "t-1", "title": "Call", "due": "Mon", "owner": "u-ana"},
        "why": "level 1 of 2",
        "message": "",
        "acknowledge": True,
        "story": ("first", "second"),
    }
    brand = Brand(name="Acme", address="1 Market Street", color="#1d4ed8")
    mail = render_email(own_template("escalation"), known, brand)
    assert "- first\n- second\n\nThe task is t-1, its owner u-ana.\n" in mail.text
    assert "tenure tasks ack t-1" in mail.text

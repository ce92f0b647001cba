"""Acting the people of a demonstration: facts that come in, tasks that are done, late or left.

Talks to the services as CLI and pages do; knows nothing of Temporal. What each person does with a
task hangs on the task's id alone, so that a demonstration goes the same way each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.calendars import next_working, parse_span
from engine.effects.context import Context
from engine.effects.entities import Effect, Line, Task, User, UserId
from engine.effects.links import SurveyLink
from engine.errors import Conflict, InputError, NotFound
from engine.services import tasks as task_services
from engine.services.facts import take_in
from engine.services.surveys import answer
from engine.store.database import Database
from engine.store.queries.people import list_users
from engine.store.queries.tasks import list_tasks
from engine.store.tables import effects, enrollments, timeline

LATE_SHARE = 0.18
"""How many of our own people's tasks are left until somebody escalates."""
ANSWER_SHARE = 0.75
"""How many surveys are answered."""


@dataclass(frozen=True, slots=True)
class Scripted:
    """A fact of the story and when it comes, counted from its beginning."""

    after: timedelta
    fact: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the timeline, with the account it is about."""

    account: str
    line: Line


def read_story(path: Path) -> tuple[Scripted, ...]:
    """Read a story of facts: JSON lines, each with `at` such as `3d`, `1.5d`, `36h`.

    Raises InputError naming the line.
    """
    story = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip():
            continue
        try:
            written = json.loads(text)
            after = sum(
                (_length(part) for part in str(written.pop("at", "0d")).split()), timedelta()
            )
        except (ValueError, AttributeError, InputError) as error:
            raise InputError(
                f"{path}:{number} is not a fact of a story: {error}",
                remedy='Write {"at": "3d", "fact": "meeting.held", "account": "acme"}.',
            ) from error
        story.append(Scripted(after, written))
    return tuple(sorted(story, key=lambda one: one.after))


def _length(text: str) -> timedelta:
    span = parse_span(text)
    return timedelta(seconds=span.seconds or 0)


@dataclass
class Cast:
    """The people of the demonstration. `act` is called again and again, and does what is due."""

    database: Database
    context: Context
    begins: datetime
    story: Sequence[Scripted]
    sent: int = 0
    seen_lines: int = 0
    answered: set[str] = field(default_factory=set)
    users: Mapping[UserId, User] = field(default_factory=dict)

    def act(self) -> None:
        """Send the facts and close the tasks whose time has come."""
        now = self.database.now
        due = [one for one in self.story[self.sent :] if self.begins + one.after <= now]
        self.sent += len(due)
        if due:
            take_in(self.database, lambda: self.context, [one.fact for one in due])
        for task in self._open_tasks():
            if self._acts_at(task) <= now:
                self._close(task)
        self._answer_surveys(now)

    def happened(self) -> list[Happened]:
        """Return the timeline's lines since the last call."""
        query = (
            select(timeline, enrollments.c.account)
            .join(enrollments, enrollments.c.id == timeline.c.enrollment)
            .where(timeline.c.number > self.seen_lines)
            .order_by(timeline.c.number)
        )
        with self.database.begin() as connection:
            rows = list(connection.execute(query).mappings())
        if rows:
            self.seen_lines = rows[-1]["number"]
        return [
            Happened(
                row["account"],
                Line(
                    row["enrollment"],
                    row["key"],
                    row["at"],
                    row["node"],
                    tuple(row["path"]),
                    row["what"],
                    row["data"],
                ),
            )
            for row in rows
        ]

    def _open_tasks(self) -> list[Task]:
        with self.database.begin() as connection:
            return [row.task for row in list_tasks(connection, limit=500)]

    def _close(self, task: Task) -> None:
        if task.customer:
            return
        answers = {name: _invented(task, name, spec) for name, spec in task.ask.items()}
        with suppress(Conflict, NotFound):  # its run may have closed it in the meantime
            task_services.complete(
                self.database,
                self.context,
                task.id,
                by=task.assignee or "u-demo",
                answers=answers,
                decision="approved" if task.kind == "approval" else None,
            )

    def _acts_at(self, task: Task) -> datetime:
        """Return when the owner gets round to a task: in their own working hours."""
        owner = self._users().get(UserId(task.assignee or ""))
        return next_working(self.context.calendar_of(owner), _acts_at(task))

    def _users(self) -> Mapping[UserId, User]:
        if not self.users:
            with self.database.begin() as connection:
                self.users = {user.id: user for user in list_users(connection)}
        return self.users

    # --- surveys ------------------------------------------------------------------------------

    def _answer_surveys(self, now: datetime) -> None:
        for effect in self._surveys():
            if effect.key in self.answered or effect.at + timedelta(hours=20) > now:
                continue
            self.answered.add(effect.key)
            if _share(effect.key) < ANSWER_SHARE:
                self._answer(effect)

    def _surveys(self) -> list[Effect]:
        query = select(effects).where(effects.c.verb == "send_survey")
        with self.database.begin() as connection:
            rows = connection.execute(query.where(effects.c.status == "accepted")).mappings()
            names = Effect.__dataclass_fields__
            return [Effect(**{name: row[name] for name in names}) for row in rows]

    def _answer(self, effect: Effect) -> None:
        score = 2 if _share(effect.key, "score") < 0.2 else 5
        assert effect.node is not None
        assert effect.recipient is not None
        link = SurveyLink(effect.enrollment, effect.node, effect.path, effect.recipient)
        answer(self.database, self.context, link, score)


def _share(key: str, salt: str = "") -> float:
    """Return a number from 0 to 1 that hangs on the key alone."""
    return int.from_bytes(hashlib.sha256(f"{salt}{key}".encode()).digest()[:4], "big") / 2**32


def _acts_at(task: Task) -> datetime:
    """Return when somebody gets round to a task: most in time, some only after an alarm."""
    share = _share(task.id)
    if task.kind == "escalation":
        return task.created_at + timedelta(hours=3 + 30 * share)
    if task.kind == "approval":
        return task.created_at + timedelta(hours=2 + 6 * share)
    due = task.due_at or task.created_at + timedelta(days=2)
    if share < LATE_SHARE:
        return due + timedelta(days=1 + 4 * share / LATE_SHARE)
    return task.created_at + (due - task.created_at) * (0.25 + 0.6 * share)


def _invented(task: Task, name: str, spec: Mapping[str, Any]) -> Any:
    choices = spec.get("one_of")
    if choices:
        return choices[int(_share(task.id, name) * len(choices))]
    match spec.get("type", "text"):
        case "number":
            return 3
        case "bool":
            return "true"
        case "date":
            return (task.created_at + timedelta(days=30)).date().isoformat()
    return _SAID.get(name, "Agreed on the phone")


_SAID: Mapping[str, str] = {
    "goals": "One set of numbers for the whole company",
    "success_criteria": "The Monday meeting runs on the shared report",
    "why_they_bought": "Three teams reported three different figures",
    "next_goal": "Forecasts from the same data",
    "promised": "A fix by Friday, and a call after it",
    "who_signs": "Their CFO",
    "results": "The month is closed in three days instead of eight",
    "next_year": "The two subsidiaries, from the same data",
    "plan": "Show them the three reports they asked for, next week",
    "need": "A second plant wants to work with it",
    "buyer": "The head of controlling",
}

"""Generated plans and what happens to their account: the same for both shells.

A playbook is made of random blocks, written as YAML and compiled as an author's would be. Spans are
whole hours and things happen at odd minutes, so that no two of them fall on one instant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from engine.effects.entities import Account, AccountId, Contact, ContactId, Task, User, UserId
from engine.language.workspace.model import Workspace
from engine.plan.model import Plan
from tests.workspaces import compile_playbook, loaded

BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORKSPACE = Path(__file__).parent / "workspace"
FACTS = ("meeting.held", "usage.first_value", "training.attended")
ACCOUNT = Account(
    AccountId("acme"),
    {"id": "acme", "name": "Acme", "csm": "ann", "arr": 20000.0, "renewal_date": "2026-04-20"},
)
CONTACTS = (
    Contact(ContactId("c-1"), ACCOUNT.id, "champion", "kim@acme.example",
            {"role": "champion", "email": "kim@acme.example", "first_name": "Kim"}),
    Contact(ContactId("c-2"), ACCOUNT.id, "admin", "lee@acme.example",
            {"role": "admin", "email": "lee@acme.example", "first_name": "Lee"}),
)  # fmt: skip
USERS = (
    User(UserId("vera"), "Vera Lund", "vera@us.example"),
    User(UserId("bo"), "Bo Hill", "bo@us.example", manager=UserId("vera")),
    User(UserId("ann"), "Ann Ray", "ann@us.example", manager=UserId("bo")),
)


@dataclass(frozen=True)
class Happening:
    """A fact, a change of a field, or people closing every open task, at an instant."""

    at: datetime
    fact: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    close_tasks: bool = False


@cache
def workspace() -> Workspace:
    """The workspace of the generated playbooks: everybody works at all hours."""
    return loaded(WORKSPACE)


@dataclass(frozen=True)
class Story:
    """A plan and what happens, to whom, in which workspace."""

    plan: Plan
    text: str
    happenings: tuple[Happening, ...]
    home: Workspace = field(default_factory=workspace)
    account: Account = ACCOUNT
    contacts: tuple[Contact, ...] = CONTACTS
    users: tuple[User, ...] = USERS
    about: ContactId | None = None


def answers_to(task: Task) -> dict[str, Any]:
    """What somebody answers to what a task asks: always the first choice."""
    plain = {"number": 3, "bool": True, "date": "2026-05-01"}
    return {
        name: asked["one_of"][0] if asked.get("one_of") else plain.get(asked.get("type"), "So")
        for name, asked in task.ask.items()
    }


def make_story(seed: int) -> Story:
    """Return the story of a seed."""
    random = Random(seed)
    text = _Writer(random).playbook()
    plan = compile_playbook(workspace(), text, f"story-{seed}")
    return Story(plan, text, _happenings(random))


def _happenings(random: Random) -> tuple[Happening, ...]:
    found = []
    for number in range(random.randint(4, 9)):
        at = BEGINS + timedelta(hours=random.randint(2, 500), minutes=7 + 5 * number)
        match random.randint(0, 4):
            case 0 | 1:
                found.append(Happening(at, random.choice(FACTS)))
            case 2:
                score = {"score": random.randint(5, 95)}
                found.append(Happening(at, "health.changed", score))
            case 3:
                day = (BEGINS + timedelta(days=random.randint(20, 60))).date().isoformat()
                moved = {"fields": {"renewal_date": day}}
                found.append(Happening(at, "account.changed", moved))
            case _:
                found.append(Happening(at, close_tasks=True))
    ends = [BEGINS + timedelta(days=24 + 9 * late, minutes=3) for late in range(8)]
    found += [Happening(at, close_tasks=True) for at in ends]
    return tuple(sorted(found, key=lambda one: one.at))


class _Writer:
    """Writes one random playbook."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.number = 0

    def name(self, word: str) -> str:
        self.number += 1
        return f"{word}-{self.number}"

    def playbook(self) -> str:
        goal = self.random.choice(["", "", 'goal: health.band == "green"\n'])
        mark = "milestones:\n  met: {when: meeting.held, within: 10d}\n"
        steps = self.steps(self.random.randint(3, 6), depth=0)
        return f"playbook: story\ntitle: Story\n{goal}{mark}steps:\n{steps}"

    def steps(self, count: int, depth: int) -> str:
        return "".join(self.step(depth) for _ in range(count))

    def step(self, depth: int) -> str:
        simple = [self.task, self.email, self.wait, self.until, self.set, self.optional]
        rare = [self.escalate, self.anchored, self.survey, self.approve, self.notify]
        nested = [self.choose, self.parallel, self.repeat, self.split, self.each]
        kinds = simple * 2 + rare + (nested * 2 if depth < 2 else [])
        return self.random.choice(kinds)(depth)

    def lines(self, depth: int, *lines: str) -> str:
        pad = "  " * (2 * depth + 1)
        return "".join(f"{pad}{line}\n" for line in lines)

    def hours(self, low: int = 2, high: int = 60) -> str:
        return f"{self.random.randint(low, high)}h"

    def task(self, depth: int) -> str:
        more = self.random.choice(["", "done_when: usage.first_value"])
        return self.lines(
            depth,
            f"- task: {self.name('task')}",
            "  assign: csm",
            f"  due: {self.hours(20, 60)}",
            *([f"  {more}"] if more else []),
            "  overdue:",
            f"    - {{after: {self.hours(2, 9)}, remind: csm}}",
            f"    - {{after: {self.hours(11, 40)}, escalate: csm_manager}}",
        )

    def optional(self, depth: int) -> str:
        name = self.name("extra")
        return self.lines(
            depth, f"- task: {name}", "  assign: csm", "  required: false", f"  due: {self.hours()}"
        )

    def approve(self, depth: int) -> str:
        return self.lines(
            depth, f"- approve: {self.name('gate')}", "  by: csm", f"  within: {self.hours(20, 90)}"
        )

    def email(self, depth: int) -> str:
        return self.lines(
            depth,
            f"- email: {self.name('mail')}",
            "  template: hello",
            f"  to: contacts.{self.random.choice(['champion', 'admin', 'executive_sponsor'])}",
        )

    def survey(self, depth: int) -> str:
        return self.lines(
            depth,
            f"- survey: {self.name('csat')}",
            "  kind: csat",
            "  question: How is it?",
            "  to: contacts.champion",
            f"  within: {self.hours(20, 90)}",
        )

    def notify(self, depth: int) -> str:
        return self.lines(
            depth, f"- notify: {self.name('tell')}", "  to: csm_manager", "  message: News"
        )

    def set(self, depth: int) -> str:
        return self.lines(depth, f"- set: {{account.arr: {self.random.randint(1, 9) * 1000}}}")

    def wait(self, depth: int) -> str:
        return self.lines(depth, f"- wait: {self.hours()}")

    def until(self, depth: int) -> str:
        condition = self.random.choice([*FACTS, "health.score < 40", "account.arr > 4000"])
        written = [f"- wait: {self.hours(20, 120)}", f"  until: {condition}"]
        if self.random.random() < 0.5:
            written.append("  otherwise:")
            return self.lines(depth, *written) + self.steps(1, depth + 1)
        return self.lines(depth, *written)

    def anchored(self, depth: int) -> str:
        past = self.random.choice(["now", "skip"])
        days = self.random.randint(5, 30)
        return self.lines(
            depth, f"- wait: {days}d before account.renewal_date", f"  if_past: {past}"
        )

    def escalate(self, depth: int) -> str:
        return self.lines(
            depth,
            f"- escalate: {self.name('alarm')}",
            "  title: Alarm",
            "  to: [csm_manager, vp_cs]",
            f"  every: {self.hours(3, 20)}",
            f"  give_up: {self.hours(20, 60)}",
        )

    def choose(self, depth: int) -> str:
        condition = self.random.choice(["account.arr > 4000", "meeting.held", "health.score < 50"])
        return (
            self.lines(depth, f"- if: {condition}", "  then:")
            + self.steps(self.random.randint(1, 2), depth + 1)
            + self.lines(depth, "  else:")
            + self.steps(1, depth + 1)
        )

    def parallel(self, depth: int) -> str:
        """With `first`, branches begin apart: which of two that end at once is first is chance."""
        join = self.random.choice(["all", "first"])
        written = self.lines(depth, "- parallel:")
        for branch in range(self.random.randint(2, 3)):
            written += self.lines(depth, f"    branch-{branch}:")
            if join == "first":
                written += self.lines(depth + 1, f"- wait: {3 + 41 * branch}h")
            written += self.steps(self.random.randint(1, 2), depth + 1)
        return written + self.lines(depth, f"  join: {join}")

    def repeat(self, depth: int) -> str:
        until = self.random.choice(["", "    until: usage.first_value"])
        return self.lines(
            depth,
            "- repeat:",
            f"    every: {self.random.randint(2, 5)}d",
            f"    at_most: {self.random.randint(2, 4)}",
            *([until] if until else []),
            "    steps:",
        ) + self.steps(self.random.randint(1, 2), depth + 1)

    def split(self, depth: int) -> str:
        return self.lines(
            depth,
            f"- split: {self.name('tone')}",
            "  arms:",
            "    warm:",
            "      weight: 1",
            "      steps:",
            f"        - wait: {self.hours()}",
            "    plain: {weight: 1, holdout: true}",
        )

    def each(self, depth: int) -> str:
        name = self.name("each")
        return (
            self.lines(depth, "- for_each: {contacts: all}", "  steps:")
            + self.lines(depth + 1, f"- email: {name}", "  template: hello", "  to: item")
            + self.lines(depth + 1, f"- wait: {self.hours()}")
        )

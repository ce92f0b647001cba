"""Playing one version of a playbook over the past: the simulator, fed with what became known.

Owns what is fed when: an account or contact comes into the world when it was created, a fact when
it became known, a recorded score when it was computed. Before the period the facts run through with
no playbook live, so that at its first day all is as it was then. Only accounts that a trigger may
hit are played (`suspects`), and only facts that can matter (`reading`): the outcome is the same.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from engine.effects.context import Context
from engine.effects.entities import Account, Contact
from engine.effects.ingesting import by_the_clock, follow
from engine.enrolling.deciding import Change
from engine.health.models import Models
from engine.health.readings import BEGINNING
from engine.plan.model import Effect, Plan
from engine.simulation.backtest.diligence import Diligence, habits_of
from engine.simulation.backtest.past import (
    Beginnings,
    Record,
    Scored,
    first_account,
    first_contact,
)
from engine.simulation.backtest.quieting import Quiet, may_be_quiet
from engine.simulation.backtest.reach import Reach, reach_of
from engine.simulation.backtest.reading import ALWAYS, kinds_read
from engine.simulation.backtest.suspects import Suspects
from engine.simulation.memory import MemoryRecords
from engine.simulation.simulator import Simulator
from engine.simulation.trace import Trace
from engine.simulation.world import World

Model = Literal["then", "current"]
Step = tuple[datetime, Callable[[], None]]
Progress = Callable[[datetime], None]
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `plans` are the playbooks it may start, by name; `start` is included, `end`
    is not. `model` is whose scores count: those recorded then, or what the workspace's model makes
    of the facts now. `everybody` plays all accounts and all facts, which changes nothing but
    time."""

    plan: Plan
    plans: Mapping[str, Plan]
    context: Context
    start: datetime
    end: datetime
    model: Model = "then"
    diligence: Diligence = "done-on-time"
    everybody: bool = False

    @property
    def computes(self) -> bool:
        """Whether scores are worked out anew."""
        return self.model == "current" and bool(self.context.health.models)

    @property
    def is_full(self) -> bool:
        """Whether all accounts and all facts are played."""
        return self.everybody or self.computes


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one version. `accounts` are those that were played; `guessed` those of them
    whose fields are today's in part; `without_score` had no score at the start of the period.
    `lost` are all accounts that were lost in the period, with when. `nothing_since` is when the
    last of the past became known, where that was before the period."""

    trace: Trace
    world: World
    accounts: int
    facts: int
    guessed: int
    without_score: int
    own_facts: int
    lost: Mapping[str, datetime]
    nothing_since: datetime | None = None


def play(question: Question, record: Record, progress: Progress = lambda _: None) -> Played:
    """Play a version over a record; `progress` is told how far in time it is. Deterministic."""
    beginnings, suspects, last = _look(question, record)
    stage = _Stage(question, record, beginnings, suspects)
    simulator = stage.simulator
    simulator.feed_acts(_telling(stage.stream(), progress))
    simulator.run(question.start - _MOMENT)
    unscored = sum(account.score is None for account in stage.world.accounts.values())
    stage.world.now = question.start  # nothing lies between
    simulator.make_live(*cast_of(question))
    simulator.run(question.end - _MOMENT)
    return Played(
        trace=simulator.trace(),
        world=stage.world,
        accounts=len(stage.world.accounts),
        facts=stage.fed,
        guessed=stage.guessed,
        without_score=unscored,
        own_facts=stage.own,
        lost=beginnings.lost(question.start, question.end),
        nothing_since=last if last and last < question.start else None,
    )


def _look(question: Question, record: Record) -> tuple[Beginnings, Suspects, datetime | None]:
    """Look at the record once: how all was at first, whom to play, and when the last that matters
    became known."""
    last = None
    beginnings = Beginnings()
    suspects = Suspects(question.plan, question.context.band, _reach(question))
    for glimpse in record.glimpses({*ALWAYS, *suspects.kinds}):
        if glimpse.known_at < question.end:
            beginnings.read(glimpse)
            suspects.read(glimpse)
            last = glimpse.known_at if last is None else max(last, glimpse.known_at)
    return beginnings, suspects, last


def _reach(question: Question) -> Reach:
    """Return whom dates and conditions may reach: everybody, where scores are computed anew."""
    calendar = question.context.calendars["default"]
    reach = reach_of(question.plan, calendar, question.start, question.end)
    return replace(reach, everybody=True) if question.is_full else reach


def cast_of(question: Question) -> list[Plan]:
    """Return the plans that are live: the one asked about, and those it may start, directly or not,
    which begin for no other reason."""
    found: dict[str, Plan] = {}
    ahead = [question.plan]
    while ahead:
        plan = ahead.pop()
        found[plan.playbook] = plan
        for name in starts(plan):
            if name in question.plans and name not in found and name != question.plan.playbook:
                other = question.plans[name]
                ahead.append(replace(other, enroll={**other.enroll, "on": []}))
    return list(found.values())


def starts(plan: Plan) -> list[str]:
    """Return the names of the playbooks a plan's steps start."""
    return [
        str(node.spec["playbook"])
        for node in plan.nodes.values()
        if isinstance(node, Effect) and node.verb == "start_playbook"
    ]


def _context(question: Question) -> Context:
    """Return what runs are played in: nobody reads the emails, and with the scores of then there
    are no models, only the bands the workspace has."""
    context = replace(question.context, words_only=True)
    if question.model == "current" or not context.workspace.health:
        return context
    bands = {"bands": context.workspace.health.get("bands")}
    health = bands if bands["bands"] else {}
    return replace(
        context,
        workspace=replace(context.workspace, health=health),
        health=Models((), context.health.bands),
    )


class _Stage:
    """The world at first, and what is fed into it."""

    def __init__(
        self, question: Question, record: Record, beginnings: Beginnings, suspects: Suspects
    ) -> None:
        self._question = question
        self._record = record
        self._beginnings = beginnings
        self._wanted = suspects.found(record.accounts, beginnings.told)
        self._loud = suspects.loud
        self.fed = self.guessed = self.own = 0
        self.world = World(BEGINNING)
        self.world.add_users(record.users)
        self._place(record)
        self.context = context = _context(question)
        self.simulator = Simulator(context, self.world, habits=habits_of(question.diligence))
        self._records = MemoryRecords(self.world)

    # --- the world at first -------------------------------------------------------------------

    def _place(self, record: Record) -> None:
        accounts: list[tuple[Account, datetime | None]] = []
        contacts: list[tuple[Contact, datetime | None]] = []
        arrivals: dict[str, datetime] = {}
        for account in record.accounts:
            if account.id in self._wanted:
                first = self._beginnings.of(account.id, account.fields, self._question.start)
                self.guessed += bool(first.guessed)
                arrivals[account.id] = first.arrives_at or self.world.now
                accounts.append((first_account(account, first), first.arrives_at))
        for contact in record.contacts:
            if contact.account in self._wanted:
                first = self._beginnings.of(contact.id, contact.fields, self._question.start)
                arrives = first.arrives_at
                if arrives is None and arrivals[contact.account] > self.world.now:
                    arrives = arrivals[contact.account]
                contacts.append((first_contact(contact, first), arrives))
        arriving: list[tuple[Account | Contact, datetime | None]] = [*accounts, *contacts]
        self._arrivals = [(at, one) for one, at in arriving if at is not None]
        self.world.add_accounts(one for one, at in accounts if at is None)
        self.world.add_contacts(one for one, at in contacts if at is None)

    # --- what is fed into it ------------------------------------------------------------------

    def stream(self) -> Iterator[Step]:
        """Yield what happens, in the order it became known; who arrives comes before what is said
        of them."""
        arrivals = sorted(self._arrivals, key=lambda pair: pair[0])
        streams: list[Iterable[Step]] = [
            ((at, partial(self._arrive, one)) for at, one in arrivals),
            self._facts(),
        ]
        if self._question.model == "then":
            streams.append(
                (one.known_at, partial(self._score, one))
                for one in self._record.scores(self._wanted)
            )
        return heapq.merge(*streams, key=lambda step: step[0])

    def _facts(self) -> Iterator[Step]:
        question = self._question
        plans = cast_of(question)
        kinds = kinds_read(plans, everything=question.is_full)
        mine = tuple(f"{plan.playbook}." for plan in plans)
        take_in = self.simulator.take_in
        quiet = Quiet(self.world, self.context, plans, take_in, self.simulator.score_moved)
        note, weigh = quiet.note, quiet.weigh
        if question.is_full or not may_be_quiet(self.context, plans):
            note = weigh = take_in
        loud, silent = self._loud, frozenset[float]()
        for known_at, fact in self._record.facts(self._wanted, kinds):
            if known_at >= question.end:
                return
            if fact.enrollment and fact.enrollment.startswith(mine):
                self.own += 1
            else:
                self.fed += 1
                act = take_in
                if fact.kind == "health.changed":
                    is_loud = known_at.timestamp() in loud.get(fact.account, silent)
                    act = weigh if is_loud else note
                yield known_at, partial(act, fact)

    def _arrive(self, one: Account | Contact) -> None:
        if isinstance(one, Account):
            self.world.add_accounts([one])
        else:
            self.world.add_contacts([one])

    def _score(self, one: Scored) -> None:
        """Let a score become known as it was recorded, and set off what it sets off."""
        if one.account not in self.world.accounts:
            return
        at = one.known_at
        with self._records as records:
            before = records.account(one.account)
            since = before.band_since if one.band == before.band and before.band_since else at
            records.put_score(one.account, one.score, one.band, since, at)
            moved = Change(
                "health.changed",
                {"score": one.score},
                score=one.score,
                score_before=before.score,
                band=one.band,
                band_before=before.band,
                scores_within=lambda length: records.scores_since(one.account, at - length),
            )
            fact = by_the_clock(one.account, at, "score")
            result = follow(records, self.context, fact, {"health"}, moved)
        self.simulator.note_refusals(one.account, result)
        self.simulator.take_owed()


def _telling(stream: Iterator[Step], progress: Progress) -> Iterator[Step]:
    day = None
    for step in stream:
        if step[0].day != day:
            day = step[0].day
            progress(step[0])
        yield step


def notes_of(played: Played) -> list[str]:
    """Return what a reader must know about how far the past is known."""
    found = []
    if played.nothing_since:
        found.append(
            "Nothing that matters to it became known in the period; the last did on "
            f"{played.nothing_since:%Y-%m-%d}."
        )
    if played.guessed:
        found.append(
            f"{played.guessed} accounts changed in fields whose earlier value nothing tells: they "
            "count as they are today until the change."
        )
    if played.without_score:
        found.append(
            f"{played.without_score} accounts had no health score when the period began: their "
            "first score counts as entering its band."
        )
    if played.own_facts:
        found.append(
            f"{played.own_facts} facts about real runs of the playbook were left out: those runs "
            "are played anew here."
        )
    refused = [one for one in played.trace.rejections if one.fact.kind != "health.changed"]
    if refused:
        found.append(f"{len(refused)} facts could not be taken in; the first: {refused[0].why}.")
    if scores := len(played.trace.rejections) - len(refused):
        found.append(f"{scores} recorded scores were left out: the model computes them.")
    return found

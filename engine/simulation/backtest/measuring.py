"""From what was played to what it means: who entered, what each got, what was refused.

Counts only; every number can be found again in the timelines of the runs. Whose load it is counts
`load.py`. Knows no form.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.effects.capping import GETS
from engine.effects.entities import ContactId, Enrollment, Line
from engine.enrolling.grouping import group_of
from engine.plan.codec import plan_hash
from engine.simulation.backtest.diligence import CUSTOMERS, SAID
from engine.simulation.backtest.load import TASKS, Capacity, load_of
from engine.simulation.backtest.past import Record
from engine.simulation.backtest.playing import Played, Question, cast_of, notes_of, starts
from engine.simulation.backtest.result import (
    Day,
    Effects,
    Entry,
    HeldBack,
    Losses,
    Mailing,
    Reason,
    Result,
)

_COUNTED: Mapping[str, str] = {
    "send_email": "emails",
    "send_survey": "surveys",
    "remind": "reminders",
    "escalate": "escalations",
    "notify": "notes",
}
_VALUES = re.compile(r"  \(.*\)$")
_MOVED = re.compile(r" by [\d.]+(?= \()")
_DATES = re.compile(r"\d{4}-\d{2}-\d{2}")
_HELD = "held: "
"""How a refusal begins that is a run held: those are listed apart."""
EXAMPLES = 5
TOP = 10


def measure(
    question: Question, record: Record, played: Played, capacity: Capacity, version: str
) -> Result:
    """Return what a version would have done."""
    zone = ZoneInfo(question.context.workspace.zone)
    mine = [
        run for run in played.world.enrollments.values() if run.playbook == question.plan.playbook
    ]
    effects = _effects_by_run(played)
    entries = tuple(_entry(run, played, effects) for run in sorted(mine, key=_order))
    days = _days(question, zone)
    return Result(
        playbook=question.plan.playbook,
        title=question.plan.title,
        version=version,
        source=record.source,
        first_day=days[0],
        last_day=days[-1],
        zone=question.context.workspace.zone,
        accounts=len(record.accounts),
        played=played.accounts,
        facts=played.facts,
        assumptions=_assumptions(question),
        notes=(*notes_of(played), *record.notes),
        entries=entries,
        by_rule=_counted(_general(one.rule) for one in entries),
        outcomes=_counted(one.outcome or "under way" for one in entries),
        effects=sum(effects.values(), Effects()),
        by_day=tuple(_by_day(entries, played, zone, days)),
        people=tuple(load_of(played, zone, days, capacity)),
        mailing=_mailing(played),
        refused=tuple(_reasons(question, played)),
        held=tuple(
            HeldBack(one.held_at, one.account, one.kind, one.why)
            for one in played.world.held.values()
            if one.playbook == question.plan.playbook
        ),
        losses=_losses(entries, played),
    )


def version_of(question: Question, said: str) -> str:
    """Name a version: where it is from, and the beginning of its hash."""
    return f"{said} ({plan_hash(question.plan)[:12]})"


def _assumptions(question: Question) -> tuple[str, ...]:
    found = [SAID[question.diligence], CUSTOMERS]
    others = [name for name in starts(question.plan) if name in question.plans]
    if others:
        found.append(f"It may start {', '.join(others)}; no other playbook runs beside it.")
    else:
        found.append("No other playbook runs beside it.")
    found += _others_unseen(question)
    if any(one["trigger"] in ("date", "schedule") for one in question.plan.enroll.get("on", ())):
        found.append(
            "It is switched on at the beginning of the first day: dates that lie before, but not "
            "longer than its `if_late` takes, begin their runs then."
        )
    if question.plan.enroll.get("brake"):
        found.append("What the brake holds stays held: nobody releases it.")
    if question.context.health.models:
        scores = {
            "then": "Health is as it was recorded then.",
            "current": "Health is what the workspace's model makes of the facts.",
        }
        found.append(scores[question.model])
    return tuple(found)


def _others_unseen(question: Question) -> Iterable[str]:
    """Say what other playbooks would do to this one: groups and message caps."""
    workspace, playbook = question.context.workspace, question.plan.playbook
    beside = {one.playbook for one in cast_of(question)}
    if (group := group_of(workspace.groups, playbook)) is not None:
        others = [one for one in group.playbooks if one not in beside]
        if others:
            yield (
                f"{', '.join(others)} of the same group ({group.name}) "
                f"{'does' if len(others) == 1 else 'do'} not run beside it: what they would have "
                "held or paused of each other is not seen."
            )
    if workspace.caps:
        caps = ", ".join(f"{one.at_most} a {one.per}" for one in workspace.caps)
        yield (
            f"The message caps ({caps}) count the emails that are played, not those of other "
            "playbooks: with them more would have waited."
        )


def _order(run: Enrollment) -> tuple[datetime, str]:
    return run.started_at, run.id


# --- runs -------------------------------------------------------------------------------------


def _entry(run: Enrollment, played: Played, effects: Mapping[str, Effects]) -> Entry:
    account = played.world.accounts[run.account]
    return Entry(
        account=run.account,
        name=str(account.fields.get("name") or run.account),
        contact=run.contact,
        at=run.started_at,
        rule=str(run.trigger.get("rule", run.trigger.get("by", ""))),
        values=dict(run.trigger.get("values", {})),
        outcome=run.outcome,
        reason=run.reason,
        ended_at=run.ended_at,
        effects=effects[run.id],
    )


def _effects_by_run(played: Played) -> dict[str, Effects]:
    counts: dict[str, Counter[str]] = {id: Counter() for id in played.world.enrollments}
    for line in played.trace.lines:
        if kind := _kind(line, played):
            counts[line.enrollment][kind] += 1
    return {id: Effects(**found) for id, found in counts.items()}


def _kind(line: Line, played: Played) -> str | None:
    """Return as what a line counts, if as anything."""
    if line.what == "sent" and line.data.get("status") == "accepted":
        return _COUNTED.get(str(line.data.get("verb")))
    if line.what in TASKS:
        assignee = str(line.data.get("assignee") or "")
        return None if ContactId(assignee) in played.world.contacts else "tasks"
    return None


def _general(rule: str) -> str:
    """Leave out of a rule what is only true of one account.

    >>> _general("health drops by 17 (at least 15)")
    'health drops (at least 15)'
    """
    return _MOVED.sub("", rule)


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())


# --- days -------------------------------------------------------------------------------------


def _days(question: Question, zone: ZoneInfo) -> list[date]:
    first = question.start.astimezone(zone).date()
    last = (question.end - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _by_day(
    entries: Sequence[Entry], played: Played, zone: ZoneInfo, days: Sequence[date]
) -> Iterable[Day]:
    entered = Counter(one.at.astimezone(zone).date() for one in entries)
    counts: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for line in played.trace.lines:
        if kind := _kind(line, played):
            counts[line.at.astimezone(zone).date()][kind] += 1
    return (Day(day, entered[day], Effects(**counts[day])) for day in days)


# --- contacts ---------------------------------------------------------------------------------


def _mailing(played: Played) -> Mailing:
    sent: defaultdict[str, list[datetime]] = defaultdict(list)
    for line in played.trace.lines:
        if _kind(line, played) in ("emails", "surveys"):
            sent[str(line.data.get("recipient"))].append(line.at)
    ranked = sorted(sent, key=lambda one: (-len(sent[one]), one))
    distribution = Counter(len(one) for one in sent.values())
    return Mailing(
        contacts=len(sent),
        most=max((len(one) for one in sent.values()), default=0),
        most_in_7_days=max(
            (most_within(one, timedelta(days=7)) for one in sent.values()), default=0
        ),
        distribution=dict(sorted(distribution.items())),
        top=tuple((contact, len(sent[contact])) for contact in ranked[:TOP]),
        waited=len(_capped(played, "later")),
        left_out=len(_capped(played, "not sent")),
    )


def _capped(played: Played, what: str) -> set[tuple[str, ...]]:
    """Return the emails and surveys that a message cap had no room for."""
    return {
        (line.enrollment, str(line.node), *line.path)
        for line in played.trace.lines
        if line.what == what and str(line.data.get("why")).startswith(GETS)
    }


def most_within(instants: Sequence[datetime], length: timedelta) -> int:
    """Return how many instants lie within the fullest stretch of a length; they are in order.

    >>> days = [datetime(2025, 1, day) for day in (1, 2, 9, 10, 11)]
    >>> most_within(days, timedelta(days=7))
    3
    """
    most = first = 0
    for last, instant in enumerate(instants):
        while instant - instants[first] >= length:
            first += 1
        most = max(most, last - first + 1)
    return most


# --- what did not begin, and what was lost ----------------------------------------------------


def _reasons(question: Question, played: Played) -> Iterable[Reason]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in played.trace.refusals:
        if one.playbook == question.plan.playbook and not one.why.startswith(_HELD):
            found[reason(one.why, one.account)].append(one.account)
    ranked = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for why, accounts in ranked:
        yield Reason(why, len(accounts), tuple(dict.fromkeys(accounts))[:EXAMPLES])


def reason(why: str, account: str) -> str:
    """Leave out of a reason what is only true of one account.

    >>> reason('does not match: account.arr > 10  (account.arr = 5)', "acme")
    'does not match: account.arr > 10'
    >>> reason("its last run ended 2025-03-01, less than 30d ago", "acme")
    'its last run ended less than 30d ago'
    """
    plain = _DATES.sub("", _VALUES.sub("", why)).replace(f" for {account}", "")
    return plain.replace(" ,", "").replace("  ", " ").strip()


def _losses(entries: Sequence[Entry], played: Played) -> Losses:
    first: dict[str, datetime] = {}
    for one in entries:
        first.setdefault(one.account, one.at)
    ahead = [
        (at - first[account]).total_seconds() / 86400
        for account, at in played.lost.items()
        if account in first and first[account] < at
    ]
    missed = sorted(account for account, at in played.lost.items() if first.get(account, at) >= at)
    return Losses(
        lost=len(played.lost),
        entered_before=len(ahead),
        days_before=round(statistics.median(ahead), 1) if ahead else None,
        missed=tuple(missed),
    )

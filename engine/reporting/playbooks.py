"""What each playbook did in a period: runs, goals, time, tasks, and its lift. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from engine.reporting.figures import Figure, Period, Row, count, share
from engine.reporting.lift import lift

ACHIEVED = "achieved"
ENROLLED = "Runs that began in the period."
REACHED = (
    "Of the runs that began in the period and are over: those whose goal was met. Runs under way "
    "are not counted yet, those of a playbook without a goal never."
)
TIME = "Median of the days from the beginning of a run to its goal, of the runs that reached it."
ON_TIME = (
    "Tasks due in the period that were done by then, divided by all due in it. Withdrawn tasks do "
    "not count; open ones that are past due are late."
)
LIFT = (
    "Share of runs over that reached the goal, minus the same share of the arm left alone "
    "(`holdout: true`), in percentage points, with the 95 % interval of Newcombe (1998, method 10)."
)


@dataclass(frozen=True, slots=True)
class Ran:
    """A run. `holdout` says whether it was left alone; None where its playbook holds nobody out.
    `aims` is whether there is a goal that it could meet."""

    enrollment: str
    playbook: str
    account: str
    started: datetime
    ended: datetime | None
    outcome: str | None
    holdout: bool | None = None
    aims: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """A task with a due date that was not withdrawn."""

    task: str
    playbook: str
    account: str
    assignee: str | None
    due: datetime
    done: datetime | None


def playbook_figures(
    playbook: str, period: Period, runs: Iterable[Ran], tasks: Iterable[Due], now: datetime
) -> list[Figure]:
    """Return the figures of one playbook; `now` decides which open tasks are late."""
    began = [one for one in runs if one.playbook == playbook and period.holds(one.started)]
    over = [one for one in began if one.ended is not None and one.aims]
    reached = [one for one in over if one.outcome == ACHIEVED]
    due = [one for one in tasks if one.playbook == playbook and _counts(one, period, now)]
    key = f"playbook.{playbook}"
    return [
        count(f"{key}.enrolled", "Enrolled", ENROLLED, map(_row, began)),
        share(f"{key}.achieved", "Achieved", len(reached), len(over), REACHED, map(_row, over)),
        _time(key, reached),
        share(
            f"{key}.on_time",
            "Tasks on time",
            sum(_on_time(one) for one in due),
            len(due),
            ON_TIME,
            map(_task_row, due),
        ),
        *_lift(key, over),
    ]


def _counts(task: Due, period: Period, now: datetime) -> bool:
    """A task counts once it is done or past due."""
    return period.holds(task.due) and (task.done is not None or task.due < now)


def _on_time(task: Due) -> bool:
    return task.done is not None and task.done <= task.due


def _time(key: str, reached: Sequence[Ran]) -> Figure:
    days = [_days(one) for one in reached]
    value = median(days) if days else None
    rows = tuple(map(_row, reached))
    return Figure(f"{key}.time_to_goal", "Time to goal", value, "days", TIME, rows)


def _lift(key: str, over: Sequence[Ran]) -> list[Figure]:
    measured = [one for one in over if one.holdout is not None]
    if not measured:
        return []
    alone = [one for one in measured if one.holdout]
    treated = [one for one in measured if not one.holdout]
    found = lift(_reached(treated), len(treated), _reached(alone), len(alone))
    rows = tuple(_row(one) | {"held_out": one.holdout} for one in measured)
    if found is None:
        return [Figure(f"{key}.lift", "Lift", None, "points", LIFT, rows)]
    value, low, high = (100 * one for one in (found.difference, found.low, found.high))
    return [Figure(f"{key}.lift", "Lift", value, "points", LIFT, rows, low=low, high=high)]


def _reached(runs: Iterable[Ran]) -> int:
    return sum(one.outcome == ACHIEVED for one in runs)


def _days(run: Ran) -> float:
    assert run.ended is not None
    return (run.ended - run.started).total_seconds() / 86400


def _row(run: Ran) -> dict[str, object]:
    return {
        "enrollment": run.enrollment,
        "account": run.account,
        "started": run.started,
        "ended": run.ended,
        "outcome": run.outcome,
        "days": None if run.ended is None else round(_days(run), 2),
    }


def _task_row(task: Due) -> Row:
    return {
        "task": task.task,
        "account": task.account,
        "assignee": task.assignee,
        "due": task.due,
        "done": task.done,
        "on_time": _on_time(task),
    }

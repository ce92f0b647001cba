"""From a `when` of the plan to an instant, by somebody's calendar. Pure over what is known."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from engine.calendars import Calendar, add_span, next_working, subtract_span, working_day
from engine.effects.knowing import Known
from engine.errors import RunError
from engine.plan.model import After, Anchor, Cadence, On, Span, When


def instant(known: Known, when: When, calendar: Calendar, start: datetime) -> datetime | None:
    """Return when it is; None when the account has no date there. Dates are local days of the
    calendar's zone and begin when the calendar's working day does, or at midnight on a day off."""
    match when:
        case After(span):
            return add_span(calendar, start, span)
        case On(date):
            return _local(date, calendar)
        case Anchor():
            return _anchored(known, when, calendar)


def _anchored(known: Known, when: Anchor, calendar: Calendar) -> datetime | None:
    written = known.values([(when.field, "date")])[when.field]
    if not written:
        return None
    day = _local(str(written), calendar)
    if when.span is None:
        return day
    move = subtract_span if when.before else add_span
    return move(calendar, day, when.span)


def _local(written: str, calendar: Calendar) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise RunError(
            "a date of the account is not a date",
            remedy="Correct the field; dates are written 2026-12-31.",
        ) from error
    if at.tzinfo is not None:
        return at
    if len(written) > len("2026-12-31"):
        return at.replace(tzinfo=ZoneInfo(calendar.zone))
    midnight = datetime.combine(at.date(), time(), ZoneInfo(calendar.zone))
    return next_working(calendar, midnight) if working_day(calendar, at.date()) else midnight


def due_for_person(
    known: Known, when: When, calendar: Calendar, start: datetime
) -> datetime | None:
    """As `instant`, but never on a day the person does not work: moved to when they next do."""
    at = instant(known, when, calendar, start)
    return (
        None if at is None else at if _works_that_day(calendar, at) else next_working(calendar, at)
    )


def _works_that_day(calendar: Calendar, at: datetime) -> bool:
    return working_day(calendar, at.astimezone(ZoneInfo(calendar.zone)).date())


def next_of(known: Known, every: Cadence, calendar: Calendar, start: datetime) -> datetime:
    """Return when a repetition that began at `start` is followed by the next."""
    for condition, span in every.choices:
        if condition is None or known.holds(condition).holds:
            return add_span(calendar, start, span)
    return add_span(calendar, start, every.choices[-1][1])


def after_due(calendar: Calendar, due: datetime, span: Span) -> datetime:
    """Return when a rung of an overdue ladder is climbed: in the person's working time."""
    return next_working(calendar, add_span(calendar, due, span))

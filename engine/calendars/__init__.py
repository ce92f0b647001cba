"""Business time: calendars, spans, and the arithmetic of both.

Pure: it reads no clock and no database. It knows `plan` (a span is part of a plan) and `errors`,
and nothing else of the engine.
"""

from engine.calendars.arithmetic import add_span, subtract_span
from engine.calendars.calendar import Calendar, Leave, holiday_name, why_off
from engine.calendars.fiscal import FiscalYear, Quarter
from engine.calendars.refusal import BadCalendar
from engine.calendars.spans import check_span, format_span, parse_span
from engine.calendars.worktime import is_working, next_working, working_day

__all__ = [
    "BadCalendar",
    "Calendar",
    "FiscalYear",
    "Leave",
    "Quarter",
    "add_span",
    "check_span",
    "format_span",
    "holiday_name",
    "is_working",
    "next_working",
    "parse_span",
    "subtract_span",
    "why_off",
    "working_day",
]

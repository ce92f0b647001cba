"""What `fiscal.<name>` means at a moment: our own quarter, by our own day. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.language.workspace.model import Workspace


def fiscal_value(workspace: Workspace, now: datetime, name: str) -> float | str | date | None:
    """Return the value of a name of `FISCAL_NAMES`, without its `fiscal.`; None for any other."""
    today = now.astimezone(ZoneInfo(workspace.zone)).date()
    quarter = workspace.fiscal_year.quarter_of(today)
    match name:
        case "year":
            return quarter.year
        case "quarter":
            return quarter.number
        case "name":
            return quarter.name
        case "quarter_begins":
            return quarter.first
        case "quarter_ends":
            return quarter.last
        case "day_of_quarter":
            return quarter.day(today)
        case "week_of_quarter":
            return quarter.week(today)
        case "days_left":
            return quarter.days_left(today)
    return None

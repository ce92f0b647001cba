"""When customers may be written to: the workspace's sending hours, in their own zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.effects.context import Context
from engine.effects.entities import Contact, User
from engine.effects.knowing import Known


def zone_of(known: Known, person: Contact | User) -> str | None:
    """Return the zone whose sending hours hold for a customer; None for one of ours, who may be
    written to at any time."""
    if isinstance(person, User):
        return None
    return str(person.fields.get("zone") or _account_zone(known))


def _account_zone(known: Known) -> str:
    return known.context.calendar_of(known.records.account(known.enrollment.account)).zone


def why_not_now(context: Context) -> str:
    """Say what keeps a letter outside the sending hours."""
    first, last, _ = context.workspace.send_window
    return f"outside their sending hours, {first} to {last}"


def send_window(context: Context, now: datetime, zone: str) -> datetime | None:
    """Return the start of the next sending hours in a zone, or None inside them."""
    first, last, weekdays_only = context.workspace.send_window
    local = now.astimezone(ZoneInfo(zone))
    if first <= local.hour < last and not (weekdays_only and local.weekday() >= 5):
        return None
    start = local.replace(hour=first, minute=0, second=0, microsecond=0)
    if local.hour >= first:
        start = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    while weekdays_only and start.weekday() >= 5:
        start = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    return start.astimezone(now.tzinfo)

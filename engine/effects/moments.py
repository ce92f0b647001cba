"""Date triggers: when they fire for whom, and firing those that are due. One transaction each.

A moment is worked out anew each time, so one whose date has moved is simply no longer there. What
has fired is written down by trigger and date, so that a date fires once, whoever looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engine.effects.context import Context
from engine.effects.enrolling import subjects
from engine.effects.entities import AccountId, ContactId
from engine.effects.ingesting import by_the_clock
from engine.effects.instants import instant
from engine.effects.knowing import Known
from engine.effects.matching import Live, known_before
from engine.effects.records import Records
from engine.effects.starting import Begun, begin
from engine.enrolling.clocks import Dated, dated
from engine.enrolling.deciding import Hit
from engine.errors import InputError, RunError

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a date trigger fires for a subject, and until when it still may; `value` is the date it
    hangs on."""

    live: Live
    account: AccountId
    contact: ContactId | None
    trigger: Dated
    value: str
    at: datetime
    until: datetime

    @property
    def subject(self) -> str:
        """The id of whom the run would be for."""
        return self.contact or self.account

    @property
    def key(self) -> str:
        """What is written down when it has fired."""
        return _key(self.live, self.trigger, self.value)

    @property
    def hit(self) -> Hit:
        """The rule and the date that set a run off."""
        return Hit(self.trigger.rule, {self.trigger.when.field: self.value})


def moments(
    records: Records, context: Context, live: Live, account: AccountId, grace: timedelta
) -> Iterator[Moment]:
    """Give the moments of a playbook's date triggers for an account, or for each of its contacts.
    What is no date has none."""
    triggers = dated(live.plan.enroll)
    for contact in subjects(records, live.plan, account) if triggers else ():
        known = known_before(records, context, live, account, contact, records.now)
        for trigger in triggers:
            value = known.values([(trigger.when.field, "date")])[trigger.when.field]
            if value and (times := _times(known, trigger, grace)) is not None:
                yield Moment(live, account, contact, trigger, str(value), *times)


def _times(known: Known, trigger: Dated, grace: timedelta) -> tuple[datetime, datetime] | None:
    calendar = known.context.calendar_of(known.records.account(known.enrollment.account))
    now = known.records.now
    try:
        at = instant(known, trigger.when, calendar, now)
        day = instant(known, replace(trigger.when, span=None), calendar, now)
    except (RunError, InputError, OverflowError):  # no date, or out of all calendars
        return None
    if at is None or day is None:
        return None
    until = at + trigger.window(grace)
    if trigger.when.before and at < day:
        until = min(until, day + A_DAY)  # once the date is over, nothing comes before it
    return at, until


@dataclass(frozen=True, slots=True)
class Near:
    """Accounts whose date is near enough to be worth working the moment out, and what has fired."""

    accounts: Sequence[AccountId]
    fired: frozenset[tuple[str, str]]


def near_dates(records: Records, context: Context, live: Live, grace: timedelta) -> Near:
    """Return whom a playbook's date triggers may be due for."""
    fired: frozenset[tuple[str, str]] = frozenset()
    found: set[AccountId] = set()
    for trigger in dated(live.plan.enroll):
        since = records.now - trigger.window(grace) - A_DAY
        fired |= records.fired_since(live.playbook, since)
        days = trigger.due_days(context.calendars["default"], records.now, grace)
        near = _having(records, trigger, days)
        own = live.plan.subject == "account"  # then its own firing says enough
        found.update(
            id
            for id, value in near.items()
            if not own or (id, _key(live, trigger, value)) not in fired
        )
    return Near(sorted(found), fired)


def is_date_due(
    records: Records,
    context: Context,
    live: Live,
    account: AccountId,
    fired: frozenset[tuple[str, str]],
    grace: timedelta,
) -> bool:
    """Tell whether a date trigger is due for an account, or a contact of it, and has not fired."""
    return any(
        one.at <= records.now <= one.until and (one.subject, one.key) not in fired
        for one in moments(records, context, live, account, grace)
    )


def _key(live: Live, trigger: Dated, value: str) -> str:
    """A draft begins nothing: what it fires has not fired when the playbook goes live."""
    draft = "draft/" if live.plan.enroll.get("mode") == "draft" else ""
    return f"{draft}{trigger.key(value)}"


def _having(records: Records, trigger: Dated, days: tuple[date, date]) -> Mapping[AccountId, str]:
    """Return the accounts with a date between two days; the text of the date if it is their own."""
    whose, _, field = trigger.when.field.rpartition(".")
    if whose == "account":
        return dict(records.accounts_dated(field, *days))
    return {id: "" for id, _ in records.contacts_dated(field, *days)}


def coming(records: Records, context: Context, live: Live, until: datetime) -> list[Moment]:
    """Return the moments of a playbook's date triggers from now until an instant."""
    found = []
    for trigger in dated(live.plan.enroll):
        days = trigger.days(context.calendars["default"], records.now, until)
        for account in _having(records, trigger, days):
            for one in moments(records, context, live, account, timedelta()):
                if one.trigger == trigger and records.now < one.at <= until:
                    found.append(one)
    return found


def fire_dates(
    records: Records, context: Context, lives: Iterable[Live], account: AccountId, grace: timedelta
) -> tuple[Begun, datetime | None]:
    """Begin the runs of an account whose date is due, each date once; return also when the next
    date is."""
    records.account(account, lock=True)
    begun, ahead = Begun(), []
    for live in lives:
        for one in moments(records, context, live, account, grace):
            if one.at > records.now:
                ahead.append(one.at)
            elif records.now <= one.until and records.put_firing(
                live.playbook, one.subject, one.key
            ):
                fact = by_the_clock(account, one.at, one.key)
                begin(records, context, live, fact, one.contact, one.hit, begun)
    return begun, min(ahead, default=None)

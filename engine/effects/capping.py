"""How many messages one contact gets: what is above a cap of tenure.yaml waits, or is left out.

Emails and surveys to contacts count, of all playbooks together, service and marketing alike, from
the intent on; what was refused or left out does not. Mails to our own people, chat and calls have
no cap, and copies (cc) are not counted. A cap looks back from now: a day is 24 hours, a week seven
days, a month thirty.

Those that wait for room are queued: when a place is free, the one of the highest rank goes, and of
these the one that has waited longest. Who does not come for its place within ten minutes holds up
nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.delivery.provider import Message
from engine.effects.context import Context
from engine.effects.enrolling_entities import Queued
from engine.effects.entities import ContactId, Enrollment
from engine.effects.hours import send_window
from engine.effects.letters import Held, LeftOut, Letter
from engine.effects.records import Records
from engine.enrolling.grouping import group_of
from engine.language.workspace.model import Cap
from engine.wording import counted

COMES_WITHIN = timedelta(minutes=10)
"""How long a place is kept for one whose turn it is."""
GETS = "a contact gets at most"
"""How it is said that a cap is full."""
PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Full:
    """A cap that lets nothing through before an instant."""

    cap: Cap
    until: datetime

    @property
    def why(self) -> str:
        """Name the cap."""
        return f"{GETS} {counted(self.cap.at_most, 'message')} a {self.cap.per}"


def within_caps(
    records: Records, context: Context, run: Enrollment, letters: Sequence[Letter]
) -> tuple[Letter, ...]:
    """Return the letters of a run with those held or left out that no cap has room for.

    Locks the contacts, in the order of their ids: who counts next sees the intents of this
    transaction. A letter that the ledger knows keeps its place.
    """
    caps = context.workspace.caps
    capped = {one.recipient for one in letters if _counts(one)} if caps else set()
    for contact in sorted(capped):
        records.lock_contact(ContactId(contact))
    return tuple(
        _fitted(records, context, run, one) if one.recipient in capped else one for one in letters
    )


def _counts(letter: Letter) -> bool:
    return letter.zone is not None and isinstance(letter.content, Message)


def _fitted(records: Records, context: Context, run: Enrollment, letter: Letter) -> Letter:
    if not _counts(letter) or records.effect(letter.key) is not None:
        return letter
    now, caps, contact = records.now, context.workspace.caps, ContactId(letter.recipient)
    sent = records.messages_to(contact, now - max(PERIODS[cap.per] for cap in caps))
    mine = Queued(contact, letter.key, run.id, rank_of(context, run, letter), now, now)
    full = fullest(caps, sent, now)
    if full is not None and full.cap.otherwise == "skip":
        records.unqueue_message(contact, letter.key)
        return replace(letter, content=LeftOut(full.why))
    if full is None and (ahead := _ahead(records, mine)):
        full = fullest(caps, [*sent, *(now for _ in ahead)], now)
        full = None if full is None else replace(full, until=now + COMES_WITHIN)
    if full is None:
        records.unqueue_message(contact, letter.key)
        return letter
    assert letter.zone is not None
    until = send_window(context, full.until, letter.zone) or full.until
    records.queue_message(replace(mine, asks_at=until))
    return replace(letter, content=Held(until, full.why))


def rank_of(context: Context, run: Enrollment, letter: Letter) -> int:
    """Return how soon a letter's turn is, 0 first: service before marketing, then as the playbook
    stands in its group."""
    template = context.templates.get(letter.template)
    marketing = template is not None and template.purpose == "marketing"
    group = group_of(context.workspace.groups, run.playbook)
    place = group.playbooks.index(run.playbook) if group else 0
    return place + 1000 * marketing


def _ahead(records: Records, mine: Queued) -> list[Queued]:
    """Return those that go before one, and have come for their place, or are about to."""
    now = mine.since
    waiting = {one.key: one for one in records.queued_messages(mine.contact)}
    mine = waiting.pop(mine.key, mine)
    return [
        one
        for one in waiting.values()
        if _turn(one) < _turn(mine) and one.asks_at <= now <= one.asks_at + COMES_WITHIN
    ]


def _turn(one: Queued) -> tuple[int, datetime, str]:
    return one.rank, one.since, one.key


def fullest(caps: Iterable[Cap], sent: Sequence[datetime], now: datetime) -> Full | None:
    """Return the cap that has no room for longest; one that leaves out comes before all others.
    `sent` is when messages went out, oldest first.

    >>> now = datetime.fromisoformat("2026-03-04T09:00:00Z")
    >>> full = fullest([Cap(1, "day"), Cap(2, "week")], [now - timedelta(days=2), now], now)
    >>> str(full.until), full.why
    ('2026-03-09 09:00:00+00:00', 'a contact gets at most 2 messages a week')
    """
    full = [
        Full(cap, until)
        for cap in caps
        if len(sent) >= cap.at_most and (until := sent[-cap.at_most] + PERIODS[cap.per]) > now
    ]
    skipping = [one for one in full if one.cap.otherwise == "skip"]
    return max(skipping or full, key=lambda one: one.until, default=None)

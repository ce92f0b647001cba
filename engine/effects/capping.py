"""How many messages one contact gets: what is above a cap of tenure.yaml waits, or is left out.

Emails and surveys to contacts count, of all playbooks together, service and marketing alike, from
the intent on; what was refused or left out does not. Mails to our own people, chat and calls have
no cap, and copies (cc) are not counted. A cap looks back from now: a day is 24 hours, a week seven
days, a month thirty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.delivery.provider import Message
from engine.effects.context import Context
from engine.effects.entities import ContactId
from engine.effects.hours import send_window
from engine.effects.letters import Held, LeftOut, Letter
from engine.effects.records import Records
from engine.language.workspace.model import Cap

PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Full:
    """A cap that lets nothing through before an instant."""

    cap: Cap
    until: datetime

    @property
    def why(self) -> str:
        """Name the cap."""
        plural = "" if self.cap.at_most == 1 else "s"
        return f"a contact gets at most {self.cap.at_most} message{plural} a {self.cap.per}"


def within_caps(
    records: Records, context: Context, letters: Sequence[Letter]
) -> tuple[Letter, ...]:
    """Return the letters with those held or left out that no cap has room for.

    Locks the contacts, in the order of their ids: who counts next sees the intents of this
    transaction. A letter that the ledger knows keeps its place.
    """
    caps = context.workspace.caps
    capped = {one.recipient for one in letters if _counts(one)} if caps else set()
    for contact in sorted(capped):
        records.lock_contact(ContactId(contact))
    return tuple(
        _fitted(records, context, one) if one.recipient in capped else one for one in letters
    )


def _counts(letter: Letter) -> bool:
    return letter.zone is not None and isinstance(letter.content, Message)


def _fitted(records: Records, context: Context, letter: Letter) -> Letter:
    if not _counts(letter) or records.effect(letter.key) is not None:
        return letter
    now, caps = records.now, context.workspace.caps
    longest = max(PERIODS[cap.per] for cap in caps)
    sent = records.messages_to(ContactId(letter.recipient), now - longest)
    full = fullest(caps, sent, now)
    if full is None:
        return letter
    if full.cap.otherwise == "skip":
        return replace(letter, content=LeftOut(full.why))
    assert letter.zone is not None
    until = send_window(context, full.until, letter.zone) or full.until
    return replace(letter, content=Held(until, full.why))


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

"""Taking a fact in: the fact, what it changes, the runs it wakes and the runs it starts, at once.

All in the one transaction of the records it is handed; what is owed to runs goes to the outbox.
Owns the order: `fitting`, `changing` (health with `assessing`), `waking`, `starting`. Every fact
comes this way; what the clock alone has changed joins at `follow`.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime

from engine.effects.changing import change
from engine.effects.context import Context
from engine.effects.entities import CLOCK, AccountId, EnrollmentId, Fact, FactId
from engine.effects.fitting import fitted
from engine.effects.lateness import is_late
from engine.effects.records import Records
from engine.effects.starting import start
from engine.effects.waking import wake
from engine.enrolling.deciding import Change
from engine.errors import InputError, NotFound


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a fact led to. `refused` are playbooks whose trigger it set off but that did not start,
    each with the reason. `late`: it came too late to set a trigger off by itself."""

    duplicate: bool = False
    started: tuple[EnrollmentId, ...] = ()
    woken: tuple[EnrollmentId, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    late: bool = False


def ingest(records: Records, context: Context, fact: Fact, *, quiet: bool = False) -> Ingested:
    """Take a fact in; one of a known id changes nothing. Raises NotFound for an unknown account,
    InputError for a fact whose data does not fit its kind.

    One that comes in late changes what nothing newer is known of, wakes who still waits for it, and
    starts nothing by itself. With `quiet` nothing is started at all: it tells of what has been so
    for long.
    """
    account = records.account(fact.account, lock=True)
    fact = fitted(context.workspace.schema, fact, records.now)
    _check_contact(records, fact)
    if not records.put_fact(fact):
        return Ingested(duplicate=True)
    touched, changed = change(records, context, account, fact)
    late = is_late(records, context, fact)
    if not late and not quiet:
        return follow(records, context, fact, touched, changed)
    woken = wake(records, context, fact, touched)
    now_so = touched - {"health"} if fact.kind == "health.changed" else touched
    begun = start(records, context, fact, now_so, replace(changed, late=late), quiet=quiet)
    return Ingested(False, tuple(begun.started), tuple(woken), tuple(begun.refused), late)


def _check_contact(records: Records, fact: Fact) -> None:
    """A fact about a contact is told about the account the contact is at."""
    if fact.contact is None:
        if fact.kind.startswith("contact."):
            raise InputError(f"a fact {fact.kind} needs the contact's id", remedy="Add contact.")
        return
    if all(one.id != fact.contact for one in records.contacts(fact.account)):
        raise NotFound(
            f"{fact.account} has no contact {fact.contact}", remedy="Import the contact first."
        )


def by_the_clock(account: AccountId, at: datetime, what: str) -> Fact:
    """Return what stands for a fact where the clock alone changed something; it is not kept."""
    return Fact(FactId(f"clock/{what}/{account}/{at.isoformat()}"), CLOCK, account, at)


def follow(
    records: Records, context: Context, fact: Fact, touched: Set[str], changed: Change
) -> Ingested:
    """Wake and start what a change asks for; `touched` are the names conditions know it by."""
    woken = wake(records, context, fact, touched)
    begun = start(records, context, fact, touched, changed)
    return Ingested(False, tuple(begun.started), tuple(woken), tuple(begun.refused))

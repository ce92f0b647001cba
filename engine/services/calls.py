"""Signed calls that bring facts in: each comes in once, with the kinds of facts its hook may bring.

A fact without an id gets one from what was signed, so that a call whose answer was lost does
no harm when it is made again, whatever died in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from engine.delivery.signing import verify
from engine.effects.context import Context
from engine.errors import Conflict
from engine.language.workspace.model import Inbound
from engine.services.facts import Answer, Written, rejected, take_in
from engine.services.transacting import transact
from engine.store import tokens as store
from engine.store.database import Database

KEPT_FOR = timedelta(minutes=15)
"""Longer than a signature can be good: the window before now, and the one after."""


def admit(database: Database, hook: str, header: str, body: bytes, secrets: Collection[str]) -> str:
    """Return by what a call is known that is signed and comes in for the first time. Raises
    Unsigned, or Conflict for a replay."""
    now = database.real_time
    nonce = verify(header, body, secrets, now_s=now.timestamp())
    with database.begin() as connection:
        if store.knows_call(connection, hook, nonce):
            raise Conflict("this call has come in already", remedy="Sign each call anew.")
    return nonce


def take_call(
    database: Database,
    contexts: Callable[[], Context],
    hook: Inbound,
    nonce: str,
    written: Sequence[Any],
) -> list[Answer]:
    """Take in the facts of an admitted call, then note that it has come in; one answer each."""
    source = f"hook:{hook.name}"
    named = [_named(one, f"{source}:{nonce[:32]}:{n}") for n, one in enumerate(written)]
    allowed = [one for one in named if _kind(one) in hook.kinds or not hook.kinds]
    answers = iter(take_in(database, contexts, allowed, source=source))
    found = [
        next(answers)
        if _kind(one) in hook.kinds or not hook.kinds
        else _refused(database, hook, one, source)
        for one in named
    ]
    now = database.real_time
    with database.begin() as connection:
        store.put_call(connection, hook.name, nonce, now)
        store.drop_calls(connection, now - KEPT_FOR)
    return found


def _named(written: Any, id: str) -> Written:
    if not isinstance(written, Mapping):
        return str(written)
    return written if written.get("id") else {**written, "id": id}


def _kind(written: Written) -> object:
    return written.get("fact") if isinstance(written, Mapping) else None


def _refused(database: Database, hook: Inbound, written: Written, source: str) -> Answer:
    why = f"the hook {hook.name} brings only facts of the kinds {', '.join(hook.kinds)}"
    return transact(database, lambda records: rejected(records, written, why, source))

"""Sends whose fate is unclear or that were refused: shown to a person, settled by a person.

The only place besides `outgoing.prepare` from which something may be sent, and only because a
person said that it never arrived.
"""

from __future__ import annotations

from typing import Literal

from engine.effects.entities import Effect, EffectKey, Line
from engine.errors import Conflict, NotFound
from engine.services.transacting import transact
from engine.store.database import Database
from engine.store.records import PostgresRecords

Verdict = Literal["arrived", "never-arrived"]
UNSETTLED = ("unknown", "intent", "waiting", "refused")


def settle(database: Database, key: str, *, by: str, verdict: Verdict, reason: str = "") -> Effect:
    """Write down what a person found out about an unclear send.

    `arrived` makes it accepted, `never-arrived` makes it skipped: it is not sent again by itself; a
    person who wants it sent writes it, or enrolls again. Raises Conflict when it is settled.
    """

    def work(records: PostgresRecords) -> Effect:
        found = records.effect(EffectKey(key))
        if found is None:
            raise NotFound(f"there is no send {key}", remedy="See `tenure sends list`.")
        if found.status not in UNSETTLED:
            raise Conflict(f"the send is {found.status} already", remedy="Nothing is left to do.")
        status = "accepted" if verdict == "arrived" else "skipped"
        why = f"{by} says: {verdict.replace('-', ' ')}" + (f" ({reason})" if reason else "")
        records.change_effect(found.key, status=status, reason=why)
        data = {"verb": found.verb, "recipient": found.recipient, "status": status, "why": why}
        key_of_line = f"{key}.settled"
        line = Line(
            found.enrollment, key_of_line, records.now, found.node, found.path, "sent", data
        )
        records.put_line(line)
        settled = records.effect(found.key)
        assert settled is not None
        return settled

    return transact(database, work)

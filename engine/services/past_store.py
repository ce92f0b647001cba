"""The past from the store: facts as they were recorded. Reads only; see `history.open_past`."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from engine.effects.entities import Account, AccountId, Contact, Fact, FactId, User
from engine.plan.model import NodeId
from engine.simulation.backtest.past import Glimpse, Scored
from engine.store.queries import history
from engine.store.queries.people import list_users


class StoreRecord:
    """The past in the store. `as_occurred` takes each fact as known when it happened: for facts
    that were brought in long after."""

    source = "the recorded facts"

    def __init__(self, connection: Connection, *, as_occurred: bool = False) -> None:
        self.accounts: list[Account] = history.list_all_accounts(connection)
        self.contacts: list[Contact] = history.list_all_contacts(connection)
        self.users: list[User] = list(list_users(connection))
        self._connection = connection
        self._kinds = history.fact_kinds(connection)
        self._as_occurred = as_occurred
        self._late = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """Say when much of what happened became known only much later."""
        if not self._late:
            return ()
        return (
            f"{self._late} facts became known more than 30 days after they happened, and count "
            "from when they were known; `--as-occurred` takes them as known when they happened.",
        )

    def glimpses(self, kinds: Container[str]) -> Iterator[Glimpse]:
        """Yield a first look at each fact of some kinds, and at each computed score."""
        wanted = [kind for kind in self._kinds if kind in kinds]
        rows = history.glance_at_facts(self._connection, wanted, as_occurred=self._as_occurred)
        for known_at, at, kind, account, contact, data in rows:
            yield Glimpse(known_at, at, kind, account, contact, data)
        if "health.changed" in kinds:
            for known_at, account, score, band in history.read_scores(self._connection):
                seen = {"score": score, "band": band}
                yield Glimpse(known_at, known_at, "health.changed", account, None, seen)

    def facts(
        self, accounts: Collection[str], kinds: Container[str]
    ) -> Iterable[tuple[datetime, Fact]]:
        """Yield the facts of some accounts and kinds in the order they became known."""
        wanted = [kind for kind in self._kinds if kind in kinds]
        self._late = 0
        for known_at, id, kind, account, at, data, contact, run, node, path in history.read_facts(
            self._connection, accounts, wanted, as_occurred=self._as_occurred
        ):
            self._late += (known_at - at).days > 30
            fact = Fact(
                FactId(id),
                kind,
                AccountId(account),
                at,
                data,
                contact,
                run,
                NodeId(node) if node else None,
                tuple(path),
            )
            yield known_at, fact

    def scores(self, accounts: Collection[str]) -> Iterable[Scored]:
        """Yield the scores that models computed, in the order they became known."""
        for known_at, account, score, band in history.read_scores(self._connection, accounts):
            yield Scored(known_at, AccountId(account), score, band)

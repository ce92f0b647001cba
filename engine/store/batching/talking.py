"""One batch's talk with PostgreSQL: what is read for all of its accounts at once, what is kept
back, and what one fact did alone.

The parts of the batched records stand on it. Knows no meaning of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from psycopg.pq import TransactionStatus

from engine.effects.entities import Account, AccountId, Fact, FactId
from engine.errors import Conflict, TenureError
from engine.store import rows
from engine.store.batching import ahead
from engine.store.batching.outgoing import OutgoingRows
from engine.store.errors import Translated
from engine.store.records import PostgresRecords
from engine.store.rows import Rows
from engine.store.talking import missing_row

T = TypeVar("T")
Read = dict[str, dict[Any, Any]]


class Spoiled(Conflict):
    """What a fact wrote cannot be taken back alone; the batch has to be done one by one."""


class BatchedTalk(PostgresRecords):
    """One transaction over the accounts of a batch, locked by `look_ahead`."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._out = OutgoingRows(self._now)
        self._journal = self._out.journal
        self._mark = (0, 0)
        self._spoiled = False
        self._sent = False
        self._accounts: dict[AccountId, Account] = {}
        self._missing: set[AccountId] = set()
        self._fact_ids: dict[FactId, bool] = {}
        self._told_by: dict[str, set[AccountId]] = {}
        self._kind_at_hand = ""
        self._read: Read = {}

    def look_ahead(
        self,
        accounts: Collection[AccountId],
        facts: Collection[FactId],
        coming: Iterable[Fact] = (),
    ) -> None:
        """Lock the accounts that are there, in the order of their ids, and learn which facts are
        known already. Once more in the same transaction begins another batch. What `coming` facts
        are about says of whom to read the same at once."""
        self.flush()
        self._begin_anew()
        found = self._peek(ahead.LOCK_ACCOUNTS, accounts=sorted(accounts))
        self._accounts.update((row[0], rows.ACCOUNTS.read(row)) for row in found)
        self._missing.update(set(accounts) - set(self._accounts))
        known = self._peek(ahead.KNOWN_FACTS, facts=list(facts))
        self._fact_ids.update(dict.fromkeys(facts, False))
        self._fact_ids.update((row[0], True) for row in known)
        for fact in coming:
            if fact.account in self._accounts:
                self._told_by.setdefault(fact.kind, set()).add(fact.account)

    def _begin_anew(self) -> None:
        for known in (self._accounts, self._missing, self._fact_ids, self._told_by, self._read):
            known.clear()
        self._sent = False

    @contextmanager
    def alone(self, kind: str = "") -> Iterator[None]:
        """Take back what is written within, and nothing else, when it ends in an error; Spoiled
        when that cannot be done. `kind` is that of the fact at hand."""
        self._kind_at_hand = kind
        self._mark, self._spoiled, owed = self._place(), False, self.owes
        try:
            yield
        except TenureError as error:
            broken = self._connection.info.transaction_status != TransactionStatus.INTRANS
            if self._spoiled or broken:
                raise Spoiled(error.message, remedy=error.remedy) from error
            written, kept = self._mark
            self._journal.undo(written)
            del self._kept[kept:]
            self.owes = owed
            raise

    def _place(self) -> tuple[int, int]:
        return self._journal.mark(), len(self._kept)

    # --- sending ------------------------------------------------------------------------------

    def flush(self) -> None:
        """Send what was kept back."""
        self._send_rows()
        super().flush()

    def commit(self) -> None:
        """Send what was kept back, and commit."""
        self._send_rows()
        super().commit()

    def _send(self, statement: str = "", values: Mapping[str, Any] | None = None) -> Any:
        self._send_rows()
        return super()._send(statement, values)

    def _send_rows(self) -> None:
        """Send the rows; what is kept back besides goes right after them."""
        self._spoiled |= self._place() != self._mark
        self._mark = (0, 0)
        with Translated():
            self._sent |= self._out.send(self._connection)

    def _plainly(self, do: Callable[..., T], *given: Any, **named: Any) -> T:
        """Do what is rare as `PostgresRecords` does it, and read everything anew after it."""
        self.flush()
        done = do(*given, **named)
        super().flush()
        self._spoiled = True
        self._read.clear()
        return done

    # --- reading ------------------------------------------------------------------------------

    def account(self, account: AccountId, *, lock: bool = False) -> Account:
        if account in self._missing:
            raise missing_row("account", account)
        found = self._accounts.get(account)
        return found if found is not None else super().account(account, lock=lock)

    def _peek(self, statement: str, **values: Any) -> Sequence[tuple[Any, ...]]:
        """Read what nothing that is kept back can change."""
        with Translated():
            return self._connection.execute(statement, values).fetchall()

    def _once(self, what: str, read: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
        """Return what is read once for the whole batch."""
        if what not in self._read:
            self._read[what] = read()
        return self._read[what]

    def _of_alike(
        self,
        what: str,
        account: AccountId,
        read: Callable[[list[AccountId]], Mapping[AccountId, T]],
        nothing: T,
    ) -> T:
        """Return what is read of an account together with all others that a fact of the kind at
        hand tells of: what this one asks for, they will ask for too."""
        known: dict[AccountId, T] = self._once(what, dict)
        if account not in known:
            alike = self._told_by.get(self._kind_at_hand) or self._accounts
            some = {account, *(one for one in alike if one not in known)}
            known.update(dict.fromkeys(some, nothing))
            known.update(read(sorted(some)))
        return known[account]

    def _of_each(self, what: str, kind: Rows[Any], statement: str) -> dict[AccountId, Any]:
        """Return the rows of a kind of all accounts, as tuples by account."""
        if (known := self._read.get(what)) is not None:
            return known

        def read() -> dict[AccountId, tuple[Any, ...]]:
            found: dict[AccountId, tuple[Any, ...]] = {}
            for row in self._peek(statement, accounts=list(self._accounts)):
                one = kind.read(row)
                found[one.account] = (*found.get(one.account, ()), one)
            return found

        return self._once(what, read)

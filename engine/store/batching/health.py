"""The batched records, the part about accounts, contacts and health."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from engine.effects.entities import Account, AccountId, Contact, ContactId, Fact, Override
from engine.store import rows
from engine.store.batching import ahead
from engine.store.batching.talking import BatchedTalk
from engine.store.health_records import FIELDS_SAID_OF_ALL, SAYING

Scores = tuple[tuple[datetime, float], ...]
FURTHER_BACK = timedelta(days=31)
"""How much more scores are read than was asked for: the next fact may ask for more."""
MOST_FACTS = 20_000
"""How many facts are read at once for many accounts of a batch."""
Happened = tuple[datetime, Sequence[Fact]]
"""The facts of an account from an instant on."""
NEVER = datetime.max.replace(tzinfo=UTC)
"""Nothing is known from it on."""
_when = attrgetter("occurred_at")
_at = itemgetter(0)


def _with_score(known: Scores, at: datetime, score: float) -> Scores:
    if not known or at > known[-1][0]:
        return (*known, (at, score))
    if at == known[-1][0]:
        return (*known[:-1], (at, score))
    return tuple(sorted([*(one for one in known if one[0] != at), (at, score)]))


class BatchedHealth(BatchedTalk):
    """What facts change of an account."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._facts: dict[AccountId, tuple[Fact, ...]] = {}
        self._scores: dict[AccountId, Scores] = {}
        self._scores_from: dict[AccountId, datetime] = {}
        self._put_scores: dict[AccountId, Mapping[datetime, float]] = {}

    def _begin_anew(self) -> None:
        super()._begin_anew()
        for known in (self._facts, self._scores, self._scores_from, self._put_scores):
            known.clear()

    # --- accounts and contacts ----------------------------------------------------------------

    def change_account(self, account: AccountId, fields: Mapping[str, Any]) -> None:
        found = self._accounts.get(account)
        if found is None:
            super().change_account(account, fields)
            return
        self._keep_account(replace(found, fields={**found.fields, **fields}))
        self._out.change_account(account, fields)

    def _keep_account(self, account: Account) -> None:
        self._journal.put(self._accounts, account.id, account)

    def contacts(self, account: AccountId) -> Sequence[Contact]:
        if account not in self._accounts:
            return super().contacts(account)
        nobody: tuple[Contact, ...] = ()
        return [*self._of_alike("contacts", account, self._stored_contacts, nobody)]

    def _stored_contacts(self, some: list[AccountId]) -> dict[AccountId, tuple[Contact, ...]]:
        found: dict[AccountId, tuple[Contact, ...]] = {}
        for one in map(rows.CONTACTS.read, self._peek(ahead.CONTACTS, accounts=some)):
            found[one.account] = (*found.get(one.account, ()), one)
        return found

    def put_account(self, account: AccountId, fields: Mapping[str, Any]) -> bool:
        self._missing.discard(account)
        return self._plainly(super().put_account, account, fields)

    def put_contact(self, contact: Contact) -> bool:
        return self._plainly(super().put_contact, contact)

    def change_contact(self, contact: ContactId, fields: Mapping[str, Any]) -> None:
        self._plainly(super().change_contact, contact, fields)

    # --- scores -------------------------------------------------------------------------------

    def last_scored(self, account: AccountId) -> datetime | None:
        if account not in self._accounts:
            return super().last_scored(account)
        return self._last_scored().get(account)

    def _last_scored(self) -> dict[AccountId, datetime | None]:
        def read() -> dict[AccountId, datetime | None]:
            return dict(self._peek(ahead.LAST_SCORED, accounts=list(self._accounts)))

        return self._once("scored", read)

    def score_at(self, account: AccountId, at: datetime) -> float | None:
        if account not in self._accounts:
            return super().score_at(account, at)
        known = self._scores_around(account, at)
        first = bisect_right(known, at, key=_at)
        return known[first - 1][1] if first else None

    def scores_since(self, account: AccountId, since: datetime) -> Sequence[float]:
        if account not in self._accounts:
            return super().scores_since(account, since)
        known = self._scores_around(account, since)
        first = bisect_right(known, since, key=_at)
        return [score for _, score in known[max(first - 1, 0) :]]

    def _scores_around(self, account: AccountId, since: datetime) -> Scores:
        """Return the scores from an instant on, and at least the one before it."""
        known_from = self._scores_from.get(account)
        if known_from is None or since < known_from:
            self._read_scores(since - FURTHER_BACK, account)
        return self._scores.get(account, ())

    def _read_scores(self, since: datetime, account: AccountId) -> None:
        """Read the scores of an account, and of all others of the batch that have not been read."""
        ids = {account, *(one for one in self._accounts if one not in self._scores_from)}
        found: dict[AccountId, list[tuple[datetime, float]]] = {one: [] for one in ids}
        for id, at, score in self._peek(ahead.SCORES, accounts=list(ids), since=since):
            found[id].append((at, score))
        for id, scores in found.items():
            known = tuple(scores)
            for at, score in self._put_scores.get(id, {}).items():
                known = _with_score(known, at, score)
            self._scores[id], self._scores_from[id] = known, since

    def put_score(
        self,
        account: AccountId,
        score: float,
        band: str,
        band_since: datetime | None,
        at: datetime,
        *,
        model: str | None = None,
        inputs: Mapping[str, Any] | None = None,
    ) -> None:
        found = self._accounts.get(account)
        if found is None:
            super().put_score(account, score, band, band_since, at, model=model, inputs=inputs)
            return
        if band_since is not None:
            now = replace(found, score=score, band=band, band_since=band_since)
            self._keep_account(now)
            self._out.score_account(now)
        self._remember_score(account, at, score)
        self._out.put_score(account, at, score, band, model, inputs)

    def _remember_score(self, account: AccountId, at: datetime, score: float) -> None:
        latest = self._last_scored()
        last = latest.get(account)
        if last is None or at > last:
            self._journal.put(latest, account, at)
        put = {**self._put_scores.get(account, {}), at: score}
        self._journal.put(self._put_scores, account, put)
        if account in self._scores_from:
            known = self._scores[account]
            self._journal.put(self._scores, account, _with_score(known, at, score))

    # --- assessments and overrides ------------------------------------------------------------

    def keep_assessment(
        self,
        account: AccountId,
        assessment: Mapping[str, Any] | None,
        reassess_at: datetime | None,
    ) -> None:
        found = self._accounts.get(account)
        if found is None:
            super().keep_assessment(account, assessment, reassess_at)
            return
        self._keep_account(replace(found, assessment=assessment))
        self._out.assess_account(account, assessment, reassess_at)

    def override(self, account: AccountId) -> Override | None:
        if account not in self._accounts:
            return super().override(account)
        found = self._of_each("overrides", rows.OVERRIDES, ahead.OVERRIDES).get(account, ())
        return next(iter(found), None)

    def put_override(self, override: Override) -> None:
        self._plainly(super().put_override, override)

    def end_override(self, account: AccountId, at: datetime, by: str) -> None:
        self._plainly(super().end_override, account, at, by)

    # --- facts --------------------------------------------------------------------------------

    def put_fact(self, fact: Fact) -> bool:
        self._kind_at_hand = fact.kind
        known = self._fact_ids.get(fact.id)
        if known is None or fact.account not in self._accounts:
            return self._plainly(super().put_fact, fact)
        if known:
            return False
        self._journal.put(self._fact_ids, fact.id, True)
        self._journal.put(self._facts, fact.account, (*self._facts.get(fact.account, ()), fact))
        self._out.put_fact(fact)
        return True

    def facts_since(
        self, account: AccountId, kinds: Collection[str], since: datetime
    ) -> Sequence[Fact]:
        if account not in self._accounts:
            return super().facts_since(account, kinds, since)
        stored = self._stored_facts(account, tuple(sorted(kinds)), since)
        put = self._facts.get(account, ())
        new = [one for one in put if one.kind in kinds and one.occurred_at >= since]
        if not new:
            return [*stored]
        there = {one.id for one in stored} if self._sent else ()
        return sorted([*stored, *(one for one in new if one.id not in there)], key=_when)

    def latest_facts(self, account: AccountId, kinds: Collection[str]) -> Mapping[str, Fact]:
        if account not in self._accounts:
            return super().latest_facts(account, kinds)
        found = {**self._stored_latest(account, tuple(sorted(kinds)))}
        for one in self._facts.get(account, ()):
            known = found.get(one.kind)
            newest = known is None or one.occurred_at >= known.occurred_at
            if one.kind in kinds and one.occurred_at <= self._now and newest:
                found[one.kind] = one
        return found

    def fields_said(self, account: AccountId, fields: Collection[str]) -> Mapping[str, datetime]:
        if account not in self._accounts:
            return super().fields_said(account, fields)
        said = {**self._stored_said(account, tuple(sorted(fields)))}
        for one in self._facts.get(account, ()):
            if one.kind in SAYING and one.occurred_at <= self._now:
                for name in set(fields).intersection(one.data.get("fields") or ()):
                    said[name] = max(said.get(name, one.occurred_at), one.occurred_at)
        return said

    def _stored_said(self, account: AccountId, names: tuple[str, ...]) -> Mapping[str, datetime]:
        def read(some: list[AccountId]) -> dict[AccountId, Mapping[str, datetime]]:
            each: dict[AccountId, dict[str, datetime]] = {}
            asked = {"accounts": some, "names": [*names], "now": self._now}
            for id, name, at in self._peek(FIELDS_SAID_OF_ALL, **asked):
                each.setdefault(id, {})[name] = at
            return {**each}

        return self._of_alike(f"said {names}", account, read, {})

    def _stored_latest(self, account: AccountId, kinds: tuple[str, ...]) -> Mapping[str, Fact]:
        def read(some: list[AccountId]) -> dict[AccountId, Mapping[str, Fact]]:
            each: dict[AccountId, dict[str, Fact]] = {}
            asked = {"accounts": some, "kinds": [*kinds], "now": self._now}
            for fact in map(rows.FACTS.read, self._peek(ahead.LATEST_FACTS, **asked)):
                each.setdefault(fact.account, {})[fact.kind] = fact
            return {**each}

        return self._of_alike(f"latest {kinds}", account, read, {})

    def _stored_facts(
        self, account: AccountId, kinds: tuple[str, ...], since: datetime
    ) -> Sequence[Fact]:
        """Return what is stored; read for many accounts at once where that is not too much."""

        def read(some: list[AccountId]) -> dict[AccountId, Happened]:
            return self._facts_of_all(some, kinds, since)

        nothing: Happened = since, ()
        known_from, found = self._of_alike(f"facts {kinds}", account, read, nothing)
        if since < known_from:
            known_from, found = since, self._facts_of_one(account, kinds, since)
            self._read[f"facts {kinds}"][account] = known_from, found
        return found if since == known_from else [one for one in found if one.occurred_at >= since]

    def _facts_of_all(
        self, some: list[AccountId], kinds: tuple[str, ...], since: datetime
    ) -> dict[AccountId, Happened]:
        """Return the facts of many accounts; if those are too many, of none of them from now on."""
        asked = {"accounts": some, "kinds": [*kinds], "since": since}
        found = self._peek(ahead.FACTS_OF_ALL, **asked, most=MOST_FACTS + 1)
        if len(found) > MOST_FACTS:
            return dict.fromkeys(some, (NEVER, ()))
        each: dict[AccountId, list[Fact]] = {}
        for fact in map(rows.FACTS.read, found):
            each.setdefault(fact.account, []).append(fact)
        return {one: (since, facts) for one, facts in each.items()}

    def _facts_of_one(
        self, account: AccountId, kinds: tuple[str, ...], since: datetime
    ) -> Sequence[Fact]:
        given = {"account": account, "kinds": [*kinds], "since": since}
        return [rows.FACTS.read(row) for row in self._peek(ahead.FACTS_SINCE, **given)]

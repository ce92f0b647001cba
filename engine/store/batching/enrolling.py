"""The batched records, the part about runs, waits and who enrolls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.effects.deliveries import Delivery
from engine.effects.enrolling_entities import Decision, Held, Notice
from engine.effects.entities import (
    AccountId,
    Enrollment,
    EnrollmentId,
    Fact,
    FactId,
    Line,
    Wait,
)
from engine.plan.events import CommandId
from engine.plan.model import PlanHash
from engine.store import rows
from engine.store.batching import ahead
from engine.store.batching.talking import BatchedTalk

Pairs = frozenset[tuple[str, str]]


class BatchedEnrolling(BatchedTalk):
    """What facts begin and wake."""

    def look_ahead(
        self,
        accounts: Collection[AccountId],
        facts: Collection[FactId],
        coming: Iterable[Fact] = (),
    ) -> None:
        super().look_ahead(accounts, facts, coming)
        self.current_plans()  # while there is nothing that would be sent before it

    # --- runs ---------------------------------------------------------------------------------

    def current_plans(self) -> Mapping[str, PlanHash]:
        return self._once("live", lambda: dict(super(BatchedEnrolling, self).current_plans()))

    def enrollments(self, account: AccountId) -> Sequence[Enrollment]:
        if account not in self._accounts:
            return super().enrollments(account)
        return [*self._runs().get(account, ())]

    def _runs(self) -> dict[AccountId, tuple[Enrollment, ...]]:
        return self._of_each("runs", rows.ENROLLMENTS, ahead.RUNS)

    def _run(self) -> dict[EnrollmentId, Enrollment]:
        every = self._runs()
        return self._once("run", lambda: {one.id: one for of in every.values() for one in of})

    def enrollment(self, enrollment: EnrollmentId, *, lock: bool = False) -> Enrollment:
        found = None if lock else self._run().get(enrollment)
        return found if found is not None else super().enrollment(enrollment, lock=lock)

    def put_enrollment(self, enrollment: Enrollment) -> bool:
        account = enrollment.account
        if account not in self._accounts or enrollment.status == "finished":
            return self._plainly(super().put_enrollment, enrollment)
        others, key = self._runs().get(account, ()), (enrollment.playbook, enrollment.subject)
        if any((one.playbook, one.subject) == key for one in others):
            return False
        self._journal.put(self._run(), enrollment.id, enrollment)
        self._journal.put(self._runs(), account, (*others, enrollment))
        self._count_for_brakes(enrollment)
        self._out.put_enrollment(enrollment)
        return True

    def change_enrollment(self, enrollment: EnrollmentId, **fields: Any) -> None:
        self._plainly(super().change_enrollment, enrollment, **fields)

    def last_ended(self, playbook: str, subject: str) -> datetime | None:
        def read() -> dict[tuple[str, str], datetime]:
            found = self._peek(ahead.ENDED, accounts=list(self._accounts))
            return {(one, of): at for one, of, at in found}

        ended: datetime | None = self._once("ended", read).get((playbook, subject))
        return ended

    # --- waits --------------------------------------------------------------------------------

    def waits_touched(self, account: AccountId, names: Collection[str]) -> Sequence[Wait]:
        if account not in self._accounts:
            return super().waits_touched(account, names)
        if not (waits := self._waits().get(account)):
            return []
        touched = frozenset(names)
        return [
            one
            for one in waits
            if one.fact_kind in touched
            or not touched.isdisjoint(one.names)
            or not touched.isdisjoint(one.anchors)
        ]

    def _waits(self) -> dict[AccountId, tuple[Wait, ...]]:
        return self._of_each("waits", rows.WAITS, ahead.WAITS)

    def put_wait(self, wait: Wait) -> None:
        self._plainly(super().put_wait, wait)

    def drop_waits(
        self, enrollment: EnrollmentId, waits: Collection[CommandId] | None = None
    ) -> None:
        run = self._run().get(enrollment)
        if waits is None or run is None:
            self._plainly(super().drop_waits, enrollment, waits)
            return
        left = tuple(
            one
            for one in self._waits().get(run.account, ())
            if one.enrollment != enrollment or one.id not in waits
        )
        self._journal.put(self._waits(), run.account, left)
        self._out.drop_waits(enrollment, waits)

    # --- who enrolls --------------------------------------------------------------------------

    def put_decision(self, decision: Decision) -> None:
        self._out.put_decision(decision)

    def held_for(self, account: AccountId) -> Sequence[Held]:
        if account not in self._accounts:
            return super().held_for(account)
        return [*self._held().get(account, ())]

    def _held(self) -> dict[AccountId, tuple[Held, ...]]:
        return self._of_each("held", rows.HELD, ahead.HELD)

    def put_held(self, held: Held) -> bool:
        if held.account not in self._accounts:
            return self._plainly(super().put_held, held)
        others, key = self._held().get(held.account, ()), (held.playbook, held.subject)
        if any((one.playbook, one.subject) == key for one in others):
            return False
        self._journal.put(self._held(), held.account, (*others, held))
        self._out.put_held(held)
        return True

    def change_held(self, id: str, **fields: Any) -> None:
        self._plainly(super().change_held, id, **fields)

    # --- brakes -------------------------------------------------------------------------------

    def lock_brakes(self) -> None:
        locked = self._once("brakes", dict)
        if not locked:
            super().lock_brakes()
            locked["locked"] = True

    def started_since(self, playbook: str, since: datetime) -> int:
        """Counted once in a batch, which has the lock of the brakes, and counted on from there."""
        begun = self._once("begun", dict)
        if (playbook, since) not in begun:
            begun[playbook, since] = super().started_since(playbook, since)
        count: int = begun[playbook, since]
        return count

    def _count_for_brakes(self, run: Enrollment) -> None:
        if run.trigger.get("by") == "hand" or "released_by" in run.trigger:
            return
        begun = self._once("begun", dict)
        for (playbook, since), count in list(begun.items()):
            if playbook == run.playbook and run.started_at >= since:
                self._journal.put(begun, (playbook, since), count + 1)

    def put_notice(self, notice: Notice) -> bool:
        known = self._once("notices", dict)
        if notice.id in known:
            return False
        known[notice.id] = True
        return super().put_notice(notice)

    # --- matches ------------------------------------------------------------------------------

    def matching(self, account: AccountId) -> Pairs:
        if account not in self._accounts:
            return super().matching(account)
        return self._matching().get(account, frozenset())

    def _matching(self) -> dict[AccountId, Pairs]:
        def read() -> dict[AccountId, Pairs]:
            found: dict[AccountId, Pairs] = {}
            for id, key, subject in self._peek(ahead.MATCHING, accounts=list(self._accounts)):
                found[id] = found.get(id, frozenset()) | {(key, subject)}
            return found

        return self._once("matching", read)

    def put_matching(self, account: AccountId, subject: str, key: str) -> None:
        if account in self._accounts:
            pairs = self.matching(account) | {(key, subject)}
            self._journal.put(self._matching(), account, pairs)
        super().put_matching(account, subject, key)

    def drop_matching(self, account: AccountId, subject: str, key: str) -> None:
        if account in self._accounts:
            pairs = self.matching(account) - {(key, subject)}
            self._journal.put(self._matching(), account, pairs)
        super().drop_matching(account, subject, key)

    # --- the timeline and the outbox ----------------------------------------------------------

    def put_line(self, line: Line) -> None:
        self._out.put_line(line)

    def owe(self, delivery: Delivery) -> None:
        self.owes = True
        self._out.owe(delivery)

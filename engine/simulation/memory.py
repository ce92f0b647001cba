"""The records port in memory: the twin of `engine/store`, held to the same contract tests.

Decides nothing: one method, one look into a table of the `World`. Rows are read in the order the
port promises. Used by one thread, one transaction at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any

from engine.effects.deliveries import Delivery
from engine.effects.entities import (
    CLOCK,
    MESSAGES,
    AccountId,
    Effect,
    EffectKey,
    Enrollment,
    EnrollmentId,
    Line,
    Task,
    TaskId,
    Wait,
)
from engine.errors import Conflict
from engine.plan.events import CommandId, Path
from engine.plan.model import NodeId, Plan, PlanHash
from engine.simulation.customers_memory import CustomersInMemory
from engine.simulation.enrolling_memory import EnrollingInMemory
from engine.simulation.health_memory import HealthInMemory
from engine.simulation.tables import named, referred
from engine.simulation.world import Moved


class MemoryRecords(CustomersInMemory, HealthInMemory, EnrollingInMemory):
    """Transactions over a `World`, one after the other: each `with` takes everything back on an
    error."""

    def __enter__(self) -> MemoryRecords:
        self._world.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._world.roll_back()

    @property
    def now(self) -> datetime:
        return self._world.now

    # --- plans and enrollments ----------------------------------------------------------------

    def plan(self, plan: PlanHash) -> Plan:
        return named(self._world.plans, plan, "plan")

    def current_plans(self) -> Mapping[str, PlanHash]:
        return self._world.live

    def enrollment(self, enrollment: EnrollmentId, *, lock: bool = False) -> Enrollment:
        return named(self._world.enrollments, enrollment, "enrollment")

    def last_ended(self, playbook: str, subject: str) -> datetime | None:
        return self._world.ended.get((playbook, subject))

    def enrollments(self, account: AccountId) -> Sequence[Enrollment]:
        known = self._world.enrollments
        found = [known[run] for run in self._world.under_way.get(account, ())]
        return sorted(found, key=lambda run: run.started_at)

    def put_enrollment(self, enrollment: Enrollment) -> bool:
        world = self._world
        referred(world.accounts, enrollment.account)
        referred(world.plans, enrollment.plan)
        finished = enrollment.status == "finished"
        if not finished and (enrollment.playbook, enrollment.subject) in world.active:
            return False
        if enrollment.id in world.enrollments:
            raise _there_already(f"enrollment {enrollment.id}")
        world.put(world.enrollments, enrollment.id, enrollment)
        self._count_start(enrollment)
        if finished:
            self._end(enrollment)
        else:
            self._begin(enrollment)
        return True

    def change_enrollment(self, enrollment: EnrollmentId, **fields: Any) -> None:
        before = self.enrollment(enrollment)
        after = replace(before, **fields)
        self._world.put(self._world.enrollments, enrollment, after)
        if after.status != "finished":
            return
        if before.status != "finished":
            under_way = self._world.under_way
            left = tuple(run for run in under_way[after.account] if run != enrollment)
            self._world.put(under_way, after.account, left)
            self._world.drop(self._world.active, (after.playbook, after.subject))
        self._end(after)

    def _count_start(self, run: Enrollment) -> None:
        world, day = self._world, run.started_at.date()
        known = world.begun.get((run.playbook, day))
        if known is None:
            days = world.begun_on.get(run.playbook, ())
            world.put(world.begun_on, run.playbook, (*days, day))
        world.put(world.begun, (run.playbook, day), (*(known or ()), run.id))

    def _begin(self, run: Enrollment) -> None:
        world = self._world
        world.put(world.active, (run.playbook, run.subject), run.id)
        under_way = world.under_way.get(run.account, ())
        world.put(world.under_way, run.account, (*under_way, run.id))

    def _end(self, run: Enrollment) -> None:
        subject = (run.playbook, run.subject)
        latest = self._world.ended.get(subject)
        if run.ended_at is not None and (latest is None or latest < run.ended_at):
            self._world.put(self._world.ended, subject, run.ended_at)

    # --- waits --------------------------------------------------------------------------------

    def put_wait(self, wait: Wait) -> None:
        world = self._world
        referred(world.enrollments, wait.enrollment)
        key = (wait.enrollment, wait.id)
        self._forget_wait(world.waits_of.get(wait.enrollment, {}).get(wait.id))
        world.put(world.waits.setdefault(wait.account, {}), key, wait)
        world.put(world.waits_of.setdefault(wait.enrollment, {}), wait.id, wait)
        if wait.task is not None:
            world.put(world.task_waits, wait.task, key)
        if CLOCK in wait.names:
            world.note_moved(wait.account, Moved.WAITS)

    def drop_waits(
        self, enrollment: EnrollmentId, waits: Collection[CommandId] | None = None
    ) -> None:
        known = self._world.waits_of.get(enrollment, {})
        for wait in list(known) if waits is None else waits:
            self._forget_wait(known.get(wait))

    def _forget_wait(self, wait: Wait | None) -> None:
        if wait is None:
            return
        world = self._world
        world.drop(world.waits[wait.account], (wait.enrollment, wait.id))
        world.drop(world.waits_of[wait.enrollment], wait.id)
        if wait.task is not None:
            world.drop(world.task_waits, wait.task)

    def has_wait(self, enrollment: EnrollmentId, wait: CommandId) -> bool:
        return wait in self._world.waits_of.get(enrollment, {})

    def waits_touched(self, account: AccountId, names: Collection[str]) -> Sequence[Wait]:
        known = self._world.waits.get(account)
        if not known:
            return []
        wanted = frozenset(names)
        found = [wait for wait in known.values() if _touches(wait, wanted)]
        runs = self._world.enrollments
        found = [wait for wait in found if runs[wait.enrollment].status != "finished"]
        return sorted(found, key=lambda wait: (wait.since, wait.enrollment, wait.id))

    def wait_for_task(self, task: TaskId) -> Wait | None:
        place = self._world.task_waits.get(task)
        return None if place is None else self._world.waits_of[place[0]][place[1]]

    # --- tasks --------------------------------------------------------------------------------

    def put_task(self, task: Task) -> None:
        world = self._world
        referred(world.enrollments, task.enrollment)
        place = (task.enrollment, task.node, task.path)
        if task.id in world.tasks or place in world.task_at:
            raise _there_already(f"task of {task.node}")
        world.put(world.tasks, task.id, task)
        world.put(world.task_at, place, task.id)
        before = world.tasks_of.get(task.enrollment, ())
        world.put(world.tasks_of, task.enrollment, (*before, task.id))
        self._count(task, 1)
        world.handed.append(task.id)

    def task(self, task: TaskId, *, lock: bool = False) -> Task:
        return named(self._world.tasks, task, "task")

    def task_of(self, enrollment: EnrollmentId, node: NodeId, path: Path) -> Task | None:
        found = self._world.task_at.get((enrollment, node, path))
        return None if found is None else self._world.tasks[found]

    def tasks_of(
        self, enrollment: EnrollmentId, nodes: Collection[NodeId] | None = None
    ) -> Sequence[Task]:
        known = [self._world.tasks[task] for task in self._world.tasks_of.get(enrollment, ())]
        found = [task for task in known if nodes is None or task.node in nodes]
        return sorted(found, key=lambda task: task.created_at)

    def change_task(self, task: TaskId, **fields: Any) -> None:
        before = self.task(task)
        after = replace(before, **fields)
        self._count(before, -1)
        self._world.put(self._world.tasks, task, after)
        self._count(after, 1)

    def _count(self, task: Task, by: int) -> None:
        if task.status == "open" and task.assignee and not task.customer:
            load = self._world.load
            self._world.put(load, task.assignee, load.get(task.assignee, 0) + by)

    # --- the ledger, the timeline, the outbox -------------------------------------------------

    def effect(self, key: EffectKey, *, lock: bool = False) -> Effect | None:
        return self._world.effects.get(key)

    def put_effect(self, effect: Effect) -> bool:
        referred(self._world.enrollments, effect.enrollment)
        if effect.key in self._world.effects:
            return False
        world = self._world
        world.put(world.effects, effect.key, effect)
        if effect.recipient is not None and effect.verb in MESSAGES:
            known = world.messages.get(effect.recipient, ())
            world.put(world.messages, effect.recipient, (*known, effect.key))
        self._note_waiting(effect)
        return True

    def add_effect(self, effect: Effect) -> None:
        self.put_effect(effect)

    def change_effect(self, key: EffectKey, **fields: Any) -> None:
        changed = replace(named(self._world.effects, key, "effect"), **fields)
        self._world.put(self._world.effects, key, changed)
        self._note_waiting(changed)

    def settle_effect(self, key: EffectKey, **fields: Any) -> None:
        if key in self._world.effects:
            self.change_effect(key, **fields)

    def leave_out_waiting(self, enrollment: EnrollmentId, reason: str) -> None:
        for key in self._world.waiting.get(enrollment, ()):
            self.change_effect(key, status="skipped", reason=reason)

    def _note_waiting(self, effect: Effect) -> None:
        waiting = self._world.waiting.get(effect.enrollment, frozenset())
        if effect.status == "waiting":
            self._world.put(self._world.waiting, effect.enrollment, waiting | {effect.key})
        elif effect.key in waiting:
            self._world.put(self._world.waiting, effect.enrollment, waiting - {effect.key})

    def put_line(self, line: Line) -> None:
        referred(self._world.enrollments, line.enrollment)
        table = self._world.lines.setdefault(line.enrollment, {})
        if line.key not in table:
            self._world.put(table, line.key, line)
            self._world.written.append(line)

    def line(self, enrollment: EnrollmentId, key: str) -> Line | None:
        return self._world.lines.get(enrollment, {}).get(key)

    def lines(self, enrollment: EnrollmentId) -> Sequence[Line]:
        return sorted(self._world.lines.get(enrollment, {}).values(), key=lambda line: line.at)

    def owe(self, delivery: Delivery) -> None:
        self._world.outbox.append(delivery)


def _touches(wait: Wait, names: frozenset[str]) -> bool:
    return (
        not names.isdisjoint(wait.names)
        or not names.isdisjoint(wait.anchors)
        or wait.fact_kind in names
    )


def _there_already(what: str) -> Conflict:
    return Conflict(
        f"there is such a row already ({what})",
        remedy="Read the row again before trying to make it.",
    )

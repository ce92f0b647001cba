"""The workflow "Enrollment": one run of one plan, driven by the core.

Handlers record, the main loop acts. Owns what Temporal sees of a run: signals, updates, the query,
search attributes, continue-as-new, and how it ends. Decides nothing about the plan. Imports next to
nothing and touches no clock, file or network: see `docs/decisions/0003-how-a-run-fails.md`.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from engine.plan.advance import begin
    from engine.plan.clock import Clock
    from engine.plan.codec import (
        decode,
        encode,
        plan_from_json,
        plan_to_json,
        state_from_json,
        state_to_json,
    )
    from engine.plan.events import (
        Cancelled,
        CommandId,
        Event,
        Met,
        Moved,
        Paused,
        Resumed,
        Started,
    )
    from engine.plan.model import PlanHash
    from workflows.driving import Driver
    from workflows.messages import (
        INPUT_FORMAT,
        WORKFLOW,
        EnrollmentInput,
        Standing,
        Told,
        Wanted,
    )
    from workflows.migrating import move, refuse_migration
    from workflows.plans import remembered
    from workflows.standing import standing

PLAN = SearchAttributeKey.for_keyword("TenurePlan")
STATE = SearchAttributeKey.for_keyword("TenureState")
OUTCOME = SearchAttributeKey.for_keyword("TenureOutcome")
REMEMBERED_DELIVERIES = 256


@workflow.defn(name=WORKFLOW)
class EnrollmentWorkflow:
    """One enrollment under way."""

    @workflow.init
    def __init__(self, given: EnrollmentInput) -> None:
        if given.format != INPUT_FORMAT:
            raise ValueError(f"a run's input of format {given.format} needs another worker")
        self._given = given
        self._seen = dict.fromkeys(given.seen)
        self._cancelled = False
        self._migrating = False
        plan_hash = PlanHash(given.plan_hash)
        self._driver = Driver(
            given.enrollment,
            remembered(plan_hash, given.plan),
            plan_hash,
            begin(given.subject) if given.state is None else state_from_json(given.state),
            clock=Clock.parse(given.clock),
            outbound_queue=given.outbound_queue,
        )
        self._driver.events.extend(decode(Event, event) for event in given.carried)
        if given.state is None:
            self._driver.events.append(Started(self._began()))

    @workflow.run
    async def run(self, given: EnrollmentInput) -> str:
        """Drive the run to its end and return its outcome; fails when the run cannot go on."""
        driver = self._driver
        driver.wake_again()
        driver.work()
        while driver.finished is None:
            await self._wait_for_work()
            if self._should_continue_as_new():
                self._continue_as_new()
            driver.work()
        return await self._end(driver.finished.outcome)

    def _began(self) -> datetime:
        """When the enrollment was committed; Temporal may begin the run much later."""
        written = self._given.started_at
        return datetime.fromisoformat(written) if written else self._driver.now

    # --- signals ------------------------------------------------------------------------------

    @workflow.signal
    def met(self, told: Told) -> None:
        """What a watch waits for has happened."""
        if self._is_new(told):
            watch = CommandId(told.watch)
            self._driver.events.append(Met(self._driver.now, watch, told.fact, told.data))

    @workflow.signal
    def moved(self, told: Told) -> None:
        """The date a watch is anchored to has changed."""
        if self._is_new(told):
            self._driver.events.append(Moved(self._driver.now, CommandId(told.watch)))

    @workflow.signal
    def stopped(self, told: Told) -> None:
        """Another playbook's `stop` step, or a trigger that begins it anew, ends this run."""
        if self._is_new(told):
            self._driver.events.append(Cancelled(self._driver.now, told.reason, told.outcome))

    @workflow.signal
    async def held(self, told: Told) -> None:
        """Another run of its group has precedence."""
        if self._is_new(told):
            await self._followed(Paused(self._driver.now, told.reason, "group"))

    @workflow.signal
    async def unheld(self, told: Told) -> None:
        """None of its group has precedence any more."""
        if self._is_new(told):
            await self._followed(Resumed(self._driver.now, "group"))

    # --- updates ------------------------------------------------------------------------------

    @workflow.update
    async def pause(self, wanted: Wanted) -> Standing:
        """Hold the run until it is resumed."""
        await self._applied(Paused(self._driver.now, wanted.reason))
        workflow.upsert_search_attributes([STATE.value_set("paused")])
        return self.state()

    @pause.validator
    def _may_pause(self, wanted: Wanted) -> None:
        if not self._is_held_by_group():
            self._refuse_unless("new", "running", wish="paused")

    @workflow.update
    async def resume(self, wanted: Wanted) -> Standing:
        """Let a paused run go on."""
        await self._applied(Resumed(self._driver.now))
        workflow.upsert_search_attributes([STATE.value_set("running")])
        return self.state()

    @resume.validator
    def _may_resume(self, wanted: Wanted) -> None:
        self._refuse_unless("paused", wish="resumed")

    @workflow.update
    async def cancel(self, wanted: Wanted) -> Standing:
        """End the run."""
        await self._applied(Cancelled(self._driver.now, wanted.reason, wanted.outcome))
        return self.state()

    @cancel.validator
    def _may_cancel(self, wanted: Wanted) -> None:
        self._refuse_unless("new", "running", "paused", wish="cancelled")

    @workflow.update
    async def migrate(self, wanted: Wanted) -> Standing:
        """Move the run to another plan; fails, in words, when it cannot be moved."""
        plan_hash = PlanHash(wanted.plan_hash)
        plan = remembered(plan_hash, wanted.plan)
        while not self._driver.resting or self._migrating:
            await workflow.wait_condition(lambda: self._driver.resting and not self._migrating)
        self._migrating = True
        try:
            await move(self._driver, plan, plan_hash)
        finally:
            self._migrating = False
        workflow.upsert_search_attributes([PLAN.value_set(plan_hash)])
        return self.state()

    @migrate.validator
    def _may_migrate(self, wanted: Wanted) -> None:
        self._refuse_unless("new", "running", "paused", wish="migrated")
        refuse_migration(self._driver, plan_from_json(wanted.plan))

    @workflow.query
    def state(self) -> Standing:
        """Say where the run stands and what it waits for."""
        return standing(self._driver)

    # --- the main loop's parts ----------------------------------------------------------------

    async def _wait_for_work(self) -> None:
        """Wait; a cancellation asked for in Temporal ends the run as an update would."""
        try:
            await workflow.wait_condition(self._has_work)
        except asyncio.CancelledError:
            self._cancelled = True
            self._driver.events.append(Cancelled(self._driver.now, "cancelled in Temporal"))
            await workflow.wait_condition(self._has_work)

    def _has_work(self) -> bool:
        if self._migrating:
            return False
        return self._driver.has_work or self._should_continue_as_new()

    def _should_continue_as_new(self) -> bool:
        """Only at rest: what is under way belongs to this run's history."""
        if not self._driver.resting or not workflow.all_handlers_finished():
            return False
        info, limit = workflow.info(), self._given.continue_after
        return info.is_continue_as_new_suggested() or (
            0 < limit <= info.get_current_history_length()
        )

    def _continue_as_new(self) -> None:
        if self._driver.unwritten:
            self._driver.write()  # and look again when it is written
        else:
            workflow.continue_as_new(self._carried_on())

    def _carried_on(self) -> EnrollmentInput:
        return replace(
            self._given,
            plan=self._given.plan if self._is_first_plan() else plan_to_json(self._driver.plan),
            plan_hash=self._driver.plan_hash,
            state=state_to_json(self._driver.state),
            carried=[encode(event) for event in self._driver.events],
            seen=list(self._seen),
        )

    def _is_first_plan(self) -> bool:
        return self._driver.plan_hash == self._given.plan_hash

    async def _end(self, outcome: str) -> str:
        """End when all that was asked for has been answered, and all is written."""
        if self._driver.unwritten:
            self._driver.write()
        await workflow.wait_condition(
            lambda: workflow.all_handlers_finished() and not self._driver.in_flight
        )
        failure = self._driver.failure
        shown = "failed" if failure else "finished"
        workflow.upsert_search_attributes([STATE.value_set(shown), OUTCOME.value_set(outcome)])
        if failure:
            raise ApplicationError(failure, type="run", non_retryable=True)
        if self._cancelled:
            raise asyncio.CancelledError
        return outcome

    async def _applied(self, event: Event) -> None:
        self._driver.events.append(event)
        await workflow.wait_condition(
            lambda: not any(other is event for other in self._driver.events)
        )

    async def _followed(self, event: Event) -> None:
        """Let an event of the group be applied, and show what became of the run by it."""
        before = self._driver.state.status
        self._driver.events.append(event)
        await workflow.wait_condition(
            lambda: (
                self._driver.finished is not None
                or not any(other is event for other in self._driver.events)
            )
        )
        after = self._driver.state.status
        if after != before and after in ("paused", "running"):
            workflow.upsert_search_attributes([STATE.value_set(after)])

    def _is_held_by_group(self) -> bool:
        state = self._driver.state
        return state.status == "paused" and state.paused_by == "group"

    def _refuse_unless(self, *statuses: str, wish: str) -> None:
        status = self._driver.state.status
        if status not in statuses:
            shown = "over" if status in ("closing", "finished") else status
            raise ApplicationError(
                f"the run is {shown} and cannot be {wish}", type="conflict", non_retryable=True
            )

    def _is_new(self, told: Told) -> bool:
        """Remember the delivery; a repeat is dropped (and would be harmless)."""
        if told.delivery in self._seen:
            return False
        self._seen[told.delivery] = None
        while len(self._seen) > REMEMBERED_DELIVERIES:
            del self._seen[next(iter(self._seen))]
        return True

"""One delivery to Temporal: start a run, or signal it. And what a run to be started is given.

Knows no outbox. Ids only: nothing personal goes into inputs, search attributes or summaries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from engine.effects.deliveries import Delivery, Pause, Resume, Start, Stop, Wake
from engine.effects.entities import EnrollmentId
from engine.effects.records import Records
from engine.errors import NotFound, RunError
from engine.plan.codec import plan_to_json
from engine.plan.model import Plan, PlanHash
from workflows.messages import INPUT_FORMAT, WORKFLOW, EnrollmentInput, Told

ACCOUNT = SearchAttributeKey.for_keyword("TenureAccount")
PLAYBOOK = SearchAttributeKey.for_keyword("TenurePlaybook")
PLAN = SearchAttributeKey.for_keyword("TenurePlan")
STATE = SearchAttributeKey.for_keyword("TenureState")

RPC_TIMEOUT = timedelta(seconds=10)
AWAY = frozenset(
    [
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.PERMISSION_DENIED,
    ]
)
"""What says nothing about the delivery, only that Temporal cannot be had now."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where runs are started, and what is the same for all of them."""

    task_queue: str
    outbound_queue: str
    clock: str = "real"
    continue_after: int = 0


class Inputs:
    """Reads what runs to be started are given. Called in the dispatcher's threads."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._plans: dict[PlanHash, dict[str, Any]] = {}

    def of(
        self, records: Records, starts: Iterable[Start]
    ) -> dict[EnrollmentId, EnrollmentInput | str]:
        """Return the input of each run, or in words why it has none."""
        found: dict[EnrollmentId, EnrollmentInput | str] = {}
        for start in starts:
            try:
                found[start.enrollment] = self._input(records, start.enrollment)
            except (NotFound, RunError) as error:
                found[start.enrollment] = error.message
        return found

    def _input(self, records: Records, enrollment: EnrollmentId) -> EnrollmentInput:
        row = records.enrollment(enrollment)
        return EnrollmentInput(
            format=INPUT_FORMAT,
            enrollment=row.id,
            account=row.account,
            subject=row.subject,
            plan_hash=row.plan,
            plan=self._written(row.plan, records.plan(row.plan)),
            clock=self._address.clock,
            outbound_queue=self._address.outbound_queue,
            continue_after=self._address.continue_after,
            started_at=row.started_at.isoformat(),
        )

    def _written(self, plan_hash: PlanHash, plan: Plan) -> dict[str, Any]:
        if plan_hash not in self._plans:
            self._plans[plan_hash] = plan_to_json(plan)
        return self._plans[plan_hash]


class Handover:
    """Hands deliveries to Temporal. Raises RPCError when it does not take one."""

    def __init__(self, client: Client, address: Address) -> None:
        self._client = client
        self._address = address

    async def deliver(self, number: int, delivery: Delivery, given: Any) -> None:
        """Hand over one delivery; `given` is the EnrollmentInput of a start."""
        match delivery:
            case Start():
                await self._start(given)
            case Wake(moved=True):
                told = Told(f"moved:{delivery.watch}:{delivery.fact}", delivery.watch)
                await self._signal(delivery.enrollment, "moved", told)
            case Wake():
                told = Told(
                    f"met:{delivery.watch}:{delivery.fact}",
                    delivery.watch,
                    delivery.fact,
                    data=dict(delivery.data),
                )
                await self._signal(delivery.enrollment, "met", told)
            case Stop():
                told = Told(f"stop:{number}", reason=delivery.reason, outcome=delivery.outcome)
                await self._signal(delivery.enrollment, "stopped", told)
            case Pause():
                told = Told(f"pause:{number}", reason=delivery.reason)
                await self._signal(delivery.enrollment, "held", told)
            case Resume():
                told = Told(f"resume:{number}")
                await self._signal(delivery.enrollment, "unheld", told)
            case _:
                assert_never(delivery)

    def is_away(self, error: RPCError) -> bool:
        """Say whether the error is about Temporal, not about the delivery."""
        return error.status in AWAY or _is_about_namespace(error)

    async def _start(self, given: EnrollmentInput) -> None:
        playbook = str(given.plan["playbook"])
        pairs: list[SearchAttributePair[Any]] = [
            SearchAttributePair(ACCOUNT, given.account),
            SearchAttributePair(PLAYBOOK, playbook),
            SearchAttributePair(PLAN, given.plan_hash),
            SearchAttributePair(STATE, "running"),
        ]
        try:
            await self._client.start_workflow(
                WORKFLOW,
                vars(given),  # the dataclass's own JSON; the converter would copy the plan first
                id=given.enrollment,
                task_queue=self._address.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=TypedSearchAttributes(pairs),
                static_summary=f"{playbook} for {given.subject}",
                request_eager_start=True,
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return  # it ran before: an earlier attempt to deliver succeeded

    async def _signal(self, enrollment: EnrollmentId, name: str, told: Told) -> None:
        handle = self._client.get_workflow_handle(enrollment)
        try:
            await handle.signal(name, told, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND or _is_about_namespace(error):
                raise  # otherwise the run is over, and wants no more news


def _is_about_namespace(error: RPCError) -> bool:
    return error.status == RPCStatusCode.NOT_FOUND and "namespace" in error.message.lower()

"""Runs and decisions over the API."""

from __future__ import annotations

from fastapi import APIRouter, Response

from engine.effects.enrolling_entities import Decided
from engine.effects.entities import AccountId, EnrollmentId, EnrollmentStatus
from engine.errors import Conflict
from engine.services import steering
from engine.services.enrolling import enroll_by_hand
from engine.store.queries import decisions as decided
from engine.store.queries import runs as queries
from engine.web.api.access import Guarded, asks
from engine.web.api.house import Caller, InHouse, Limit, acting
from engine.web.api.shapes.enrollments import (
    DecisionList,
    EnrollmentInFull,
    EnrollmentList,
    GivenEnrollment,
    Reason,
    ShownDecision,
    ShownEnrollment,
    ShownLine,
    ShownSend,
    Started,
)

routes = APIRouter(route_class=Guarded, tags=["enrollments"])
_READ = asks("enrollments:read")
_WRITE = asks("enrollments:write")


@routes.get("/enrollments", openapi_extra=_READ)
def list_enrollments(
    house: InHouse,
    playbook: str | None = None,
    account: str | None = None,
    status: EnrollmentStatus | None = None,
    outcome: str | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> EnrollmentList:
    """List runs, the latest first."""
    with house.database.begin() as connection:
        rows = queries.list_runs(
            connection,
            status=status,
            playbook=playbook,
            account=AccountId(account) if account else None,
            outcome=outcome,
            after=after,
            limit=limit,
        )
    found = [ShownEnrollment.model_validate(row.run) for row in rows]
    return EnrollmentList(enrollments=found, next=rows[-1].cursor if len(rows) == limit else None)


@routes.post(
    "/enrollments", status_code=201, responses={202: {"model": Started}}, openapi_extra=_WRITE
)
def start_enrollment(
    house: InHouse, token: Caller, given: GivenEnrollment, response: Response
) -> Started:
    """Begin a run by hand; 202 when it is held and may begin later, 409 says why none begins."""
    result = enroll_by_hand(
        house.database,
        house.context(),
        given.playbook,
        given.account,
        by=acting(house, token, given.by),
        contact=given.contact,
        inputs=given.inputs,
        force=given.force,
    )
    if result.held is not None:
        response.status_code = 202
        return Started(enrollment=result.held, status="held", why=result.why)
    if result.enrollment is None:
        raise Conflict(f"not enrolled: {result.said}", remedy="See GET /decisions for the rule.")
    return Started(enrollment=result.enrollment)


@routes.get("/enrollments/{id}", openapi_extra=_READ)
def show_enrollment(house: InHouse, id: str) -> EnrollmentInFull:
    """Show a run, its timeline and what it sent."""
    with house.database.begin() as connection:
        page = queries.show_run(connection, EnrollmentId(id))
    return EnrollmentInFull(
        **ShownEnrollment.model_validate(page.run).model_dump(),
        timeline=[ShownLine.model_validate(one) for one in page.lines],
        sends=[ShownSend.model_validate(one) for one in page.effects if one.recipient],
    )


@routes.post("/enrollments/{id}/pause", openapi_extra=_WRITE)
def pause_enrollment(house: InHouse, id: str, given: Reason) -> ShownEnrollment:
    """Hold a run: nothing is sent or handed out until it is resumed."""
    run = steering.pause(house.database, house.runner(), id, reason=given.reason)
    return ShownEnrollment.model_validate(run)


@routes.post("/enrollments/{id}/resume", openapi_extra=_WRITE)
def resume_enrollment(house: InHouse, id: str) -> ShownEnrollment:
    """Let a paused run go on, as its playbook's `on_resume` says."""
    run = steering.resume(house.database, house.runner(), id)
    return ShownEnrollment.model_validate(run)


@routes.post("/enrollments/{id}/cancel", openapi_extra=_WRITE)
def cancel_enrollment(house: InHouse, id: str, given: Reason) -> ShownEnrollment:
    """End a run: open tasks are withdrawn, waits dropped."""
    run = steering.cancel(house.database, house.runner(), id, reason=given.reason)
    return ShownEnrollment.model_validate(run)


@routes.get("/decisions", tags=["decisions"], openapi_extra=_READ)
def list_decisions(
    house: InHouse,
    account: str | None = None,
    playbook: str | None = None,
    decision: Decided | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> DecisionList:
    """List what triggers came to, and why, the latest first."""
    with house.database.begin() as connection:
        rows = decided.list_decisions(
            connection,
            account=AccountId(account) if account else None,
            playbook=playbook,
            decision=decision,
            after=after,
            limit=limit,
        )
    found = [ShownDecision.model_validate(row.decision) for row in rows]
    return DecisionList(decisions=found, next=rows[-1].cursor if len(rows) == limit else None)

"""Move a running enrollment to another plan, inside its workflow.

Owns the order in which record, plan and watches change. What may move is `engine.plan.migrate`.
"""

from __future__ import annotations

from datetime import datetime

from temporalio.exceptions import ApplicationError, FailureError

from engine.plan.events import CommandId, Do, Met, Moved, Note
from engine.plan.migrate import FollowUp, follow_up, migrate
from engine.plan.model import Plan, PlanHash
from workflows.driving import Driver, failure_text


def refuse_migration(driver: Driver, plan: Plan) -> None:
    """Raise ApplicationError, in words, when the run cannot move to the plan now."""
    _, problems = migrate(driver.state, driver.plan, plan)
    if problems:
        raise ApplicationError("; ".join(problems), type="migration", non_retryable=True)


async def move(driver: Driver, plan: Plan, plan_hash: PlanHash) -> None:
    """Move a run that rests. The caller keeps its main loop from working meanwhile.

    The record changes first: should that fail, the run is where it was, and the update says so.
    """
    refuse_migration(driver, plan)
    try:
        await driver.run_errand("migrate", None, plan_hash=plan_hash)
    except FailureError as error:
        why = failure_text("migrate", error)
        raise ApplicationError(why, type="migration", non_retryable=True) from error
    before, old_hash = driver.state, driver.plan_hash
    state, _ = migrate(before, driver.plan, plan)
    todo = follow_up(before, state, driver.plan, plan)
    driver.state, driver.plan, driver.plan_hash = state, plan, plan_hash
    note = CommandId(f"migrated.{state.asked['migrated']}.{plan_hash}")
    driver.note(Note(note, driver.now, None, (), "migrated", {"from": old_hash, "to": plan_hash}))
    await _catch_up(driver, todo, state.started_at or driver.now)


async def _catch_up(driver: Driver, todo: FollowUp, since: datetime) -> None:
    for watch in todo.dropped:
        driver.drop(watch)
    if todo.watches:
        asked = CommandId(f"begin.{min(todo.watches.values())}")
        watches = {slot: str(watch) for slot, watch in todo.watches.items()}
        do = Do(asked, "begin", None, (), since, {"watches": watches})
        try:
            answer = await driver.run_errand("begin", do)
        except FailureError as error:
            driver.fail(failure_text("begin", error))
            return
        driver.events.extend(
            Met(driver.now, CommandId(watch), fact="") for watch in answer.get("met", ())
        )
    driver.events.extend(Moved(driver.now, watch) for watch in todo.moved)

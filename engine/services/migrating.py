"""Moving a run under way to another version of its playbook, on purpose."""

from __future__ import annotations

from engine.effects.entities import EnrollmentId
from engine.errors import Conflict, InputError
from engine.plan.model import Plan, PlanHash
from engine.services.runner import Runner
from engine.services.steering import steer
from engine.services.transacting import transact
from engine.store.database import Database
from engine.store.records import PostgresRecords


def migrate_run(database: Database, runner: Runner, run: str, plan: str | None) -> str:
    """Move a run to a plan of its playbook (the live one by default); returns what was done.

    Raises Conflict, with every reason, when a place the run stands at is not in the other plan.
    """
    wanted, hash = transact(database, lambda records: _wanted(records, EnrollmentId(run), plan))
    if wanted is None:
        return f"{run} is on plan {hash} already"
    steer(database, run, lambda id: runner.migrate(id, wanted))
    transact(database, lambda records: records.change_enrollment(EnrollmentId(run), plan=hash))
    return f"{run} moved to plan {hash}"


def _wanted(
    records: PostgresRecords, run: EnrollmentId, plan: str | None
) -> tuple[Plan | None, PlanHash]:
    found = records.enrollment(run)
    if found.status == "finished":
        raise Conflict(f"{run} is over", remedy="Only a run under way can be moved.")
    live = records.current_plans().get(found.playbook)
    hash = PlanHash(plan) if plan else live
    if hash is None:
        raise InputError(f"{found.playbook} is not live", remedy="Name a plan with --to.")
    if hash == found.plan:
        return None, hash
    other = records.plan(hash)
    if other.playbook != found.playbook:
        raise InputError(
            f"plan {hash} is of the playbook {other.playbook}, not {found.playbook}",
            remedy="See the plans with `tenure playbooks list --all`.",
        )
    return other, hash

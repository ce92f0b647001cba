"""Show where a run stands: the answer to the query `state` and to every update. Pure."""

from __future__ import annotations

from engine.plan.codec import state_to_json
from engine.plan.state import Branch
from workflows.driving import Driver
from workflows.messages import Place, Standing


def standing(driver: Driver) -> Standing:
    """Return where the run stands and what would move it on."""
    return Standing(
        enrollment=driver.enrollment,
        status=driver.state.status,
        outcome=driver.state.outcome,
        reason=driver.state.reason,
        plan_hash=driver.plan_hash,
        places=[_place(driver, branch) for branch in driver.state.branches.values()],
        in_flight=[str(command) for command in driver.in_flight],
        state=state_to_json(driver.state),
    )


def _place(driver: Driver, branch: Branch) -> Place:
    timers = driver.state.timers
    return Place(
        node=branch.node,
        path=list(branch.path),
        source=str(driver.plan.nodes[branch.node].source),
        phase=branch.phase,
        asked=branch.asked,
        watch=branch.watch,
        wakes={
            timers[timer].isoformat(): purpose
            for timer, purpose in branch.timers.items()
            if timer in timers
        },
    )

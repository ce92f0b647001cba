"""The core: `advance(plan, state, event) -> (state, commands)`. Pure and deterministic.

>>> from engine.plan.examples import WAIT_A_DAY
>>> from datetime import UTC, datetime
>>> from engine.plan.events import Started
>>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
>>> state, commands = advance(WAIT_A_DAY, begin("acme"), Started(noon))
>>> [type(command).__name__ for command in commands]
['Note', 'WakeAt']
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeGuard, assert_never

from engine.plan import steps
from engine.plan.events import (
    Cancelled,
    CancelWake,
    Command,
    CommandId,
    Do,
    Done,
    Event,
    Failed,
    Met,
    Moved,
    Paused,
    Resumed,
    Started,
    WakeAt,
    Woke,
)
from engine.plan.model import Anchor, On, Plan, Wait
from engine.plan.run import Run
from engine.plan.state import ROOT, Branch, BranchId, State

CATCH_UP_SPACING = timedelta(hours=1)


def begin(subject: str) -> State:
    """Return the state of a run that has not started."""
    return State(subject=subject)


def advance(plan: Plan, state: State, event: Event) -> tuple[State, tuple[Command, ...]]:
    """Apply one event. An event the run no longer waits for changes nothing; news of what it has
    not asked for yet is kept until it does."""
    if state.status == "finished":
        return state, ()
    run = Run(plan, state, event.at)
    if isinstance(event, Met) and event.id not in run.watches:
        if state.status != "closing":
            run.hold_early(event)
        return run.close(), ()
    if _waits_for_resume(event, run):
        if _is_known(run, event):
            run.held.append(event)
        return run.close(), ()
    _apply(run, event)
    while run.state.status == "running" and (early := run.take_early()) is not None:
        _apply(run, replace(early, at=event.at))
    return run.close(), tuple(run.commands)


def _apply(run: Run, event: Event) -> None:
    match event:
        case Started():
            _start(run)
        case Done() if "run_over" in event.result:
            if run.state.status != "closing":
                run.finish(event.result["run_over"] or "", "the run was over already")
        case Done() if run.watches.get(event.id) in ("finish", "begin"):
            _answer_run(run, run.watches[event.id], event)
        case Met() if run.watches.get(event.id, "").startswith(("goal", "exit.", "milestone.")):
            _run_watch_met(run, event.id)
        case Done() | Met() | Moved() | Woke():
            _tell_branch(run, event)
        case Failed():
            _fail(run, event)
        case Paused():
            _pause(run, event)
        case Resumed():
            if event.by == "hand" or run.state.paused_by == "group":
                _resume(run)
        case Cancelled():
            if run.state.status != "closing":
                run.finish(event.outcome, event.reason)
        case _:
            assert_never(event)


def _waits_for_resume(event: Event, run: Run) -> TypeGuard[Done | Met | Moved | Woke]:
    """Tell whether an event is kept until a paused run goes on. What its group paused ends when its
    goal or an exit is met: it may have become of no use. What a person paused waits for them."""
    if run.state.status != "paused" or not isinstance(event, Done | Met | Moved | Woke):
        return False
    slot = run.watches.get(event.id, "") if isinstance(event, Met) else ""
    return run.state.paused_by != "group" or not slot.startswith(("goal", "exit."))


def _is_known(run: Run, event: Done | Met | Moved | Woke) -> bool:
    match event:
        case Woke():
            return event.id in run.timers
        case Done():
            return event.id in run.watches or _asker(run, event.id) is not None
        case Met() | Moved():
            return event.id in run.watches


# --- the run as a whole -----------------------------------------------------------------------


def _start(run: Run) -> None:
    if run.state.status != "new":
        return
    run.set(status="running", started_at=run.at)
    slots = run_slots(run.plan)
    if not slots and run.plan.roles == "live":
        _enter_first(run)
        return
    asked = run.fresh("begin")
    watches = {slot: str(run.fresh(slot)) for slot in slots}
    run.commands.append(Do(asked, "begin", None, (), run.at, {"watches": watches}))
    run.watches[asked] = "begin"
    run.watches.update({CommandId(watch): slot for slot, watch in watches.items()})


def run_slots(plan: Plan) -> tuple[str, ...]:
    """Name the conditions that are watched for the whole run."""
    goal = ("goal",) if plan.goal else ()
    exits = tuple(f"exit.{index}" for index in range(len(plan.exits)))
    return goal + exits + tuple(f"milestone.{mark.name}" for mark in plan.milestones)


def _enter_first(run: Run) -> None:
    if run.plan.entry is None:
        run.finish(run.plan.outcome, "the playbook has no steps")
        return
    steps.enter(run, run.put(Branch(ROOT, run.plan.entry, (), run.at)))


def _answer_run(run: Run, what: str, event: Done) -> None:
    if what == "finish":
        run.finished(event.result.get("outcome"))
        return
    del run.watches[event.id]
    met = list(event.result.get("met", ()))
    for watch in met:
        _run_watch_met(run, CommandId(watch))
    if run.state.status == "running":
        _enter_first(run)


def _run_watch_met(run: Run, watch: CommandId) -> None:
    slot = run.watches.pop(watch, "")
    if run.state.status not in ("running", "paused"):
        return
    if slot == "goal":
        run.finish("achieved", "the goal is met")
    elif slot.startswith("exit."):
        found = run.plan.exits[int(slot.removeprefix("exit."))]
        run.finish(found.outcome, f"exit: {found.when.text}")
    elif slot.startswith("milestone."):
        name = slot.removeprefix("milestone.")
        run.results[slot] = {"at": run.at.isoformat()}
        run.note(None, "milestone", name=name)


def _fail(run: Run, event: Failed) -> None:
    known = event.id in run.watches or _asker(run, event.id) is not None
    if run.state.status == "closing" and run.watches.get(event.id) == "finish":
        run.set(outcome="failed", reason=event.error)
        run.finished()
    elif known and run.state.status != "closing":
        run.finish("failed", event.error)


# --- one branch -------------------------------------------------------------------------------


def _asker(run: Run, command: CommandId) -> Branch | None:
    return next((b for b in run.branches.values() if b.asked == command), None)


def _tell_branch(run: Run, event: Done | Met | Moved | Woke) -> None:
    branch = _addressee(run, event)
    if branch is None:
        return
    if isinstance(event, Woke):
        del run.timers[event.id]
    if isinstance(event, Met):
        del run.watches[event.id]
        branch = run.put(branch, watch=None)
    steps.answer(run, branch, event)


def _addressee(run: Run, event: Done | Met | Moved | Woke) -> Branch | None:
    match event:
        case Done():
            return _asker(run, event.id)
        case Met() | Moved():
            return run.branches.get(BranchId(run.watches.get(event.id, "")))
        case Woke():
            return next((b for b in run.branches.values() if event.id in b.timers), None)


# --- pause and resume -------------------------------------------------------------------------


def _pause(run: Run, event: Paused) -> None:
    """Hold the run. One that its group holds already a person can hold as well: it is theirs to let
    go on then."""
    if run.state.status == "running":
        run.note(None, "paused", reason=event.reason)
        run.set(status="paused", paused_at=event.at, paused_by=event.by)
    elif run.state.status == "paused" and (run.state.paused_by, event.by) == ("group", "hand"):
        run.note(None, "paused", reason=event.reason)
        run.set(paused_by="hand")


def _resume(run: Run) -> None:
    """Go on, owing nobody a flood: see `Plan.on_resume`."""
    paused_at = run.state.paused_at
    if run.state.status != "paused" or paused_at is None:
        return
    run.note(None, "resumed", paused_for_s=(run.at - paused_at).total_seconds())
    run.set(status="running", paused_at=None)
    held, run.held = run.held, []
    woken = [event for event in held if isinstance(event, Woke)]
    if run.plan.on_resume == "shift":
        _shift_timers(run, run.at - paused_at, woken)
    elif run.plan.on_resume == "catch_up":
        _space_out(run, woken)
    else:
        _skip_passed(run, woken)
    for event in held:
        if not isinstance(event, Woke):
            _apply(run, _now(event, run.at))


def _shift_timers(run: Run, by: timedelta, woken: list[Woke]) -> None:
    """Move every alarm by the pause, but for those that hang on a date: a renewal does not move
    because a run was paused."""
    fired = {event.id for event in woken}
    for timer, at in list(run.timers.items()):
        dated = _hangs_on_a_date(run, timer)
        if dated and timer not in fired:
            continue
        if timer not in fired:
            run.commands.append(CancelWake(timer))
        then = run.at if dated else at + by
        run.timers[timer] = then
        run.commands.append(WakeAt(timer, then))


def _hangs_on_a_date(run: Run, timer: CommandId) -> bool:
    branch = next((one for one in run.branches.values() if timer in one.timers), None)
    node = run.node(branch) if branch is not None else None
    return isinstance(node, Wait) and isinstance(node.due, Anchor | On)


def _space_out(run: Run, woken: list[Woke]) -> None:
    """Wake at once the first that came due in the pause, the others an hour apart."""
    for number, event in enumerate(woken):
        at = run.at + number * CATCH_UP_SPACING
        run.timers[event.id] = at
        run.commands.append(WakeAt(event.id, at))


def _skip_passed(run: Run, woken: list[Woke]) -> None:
    for event in woken:
        branch = _addressee(run, event)
        if branch is None:
            continue
        if isinstance(run.node(branch), Wait):
            del run.timers[event.id]
            steps.skip_wait(run, branch)
        else:
            _tell_branch(run, replace(event, at=run.at))


def _now(event: Event, at: datetime) -> Event:
    return replace(event, at=at)

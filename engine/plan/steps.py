"""What each kind of step decides: where it goes when entered, and on each answer it gets.

A step never acts: it asks (`run.do`), listens (`run.watch`), sets alarms (`run.wake`) and moves its
branch on (`leave`). Deterministic and pure but for the `Run` it is handed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from engine.plan.events import Done, Met, Moved, Path, Woke
from engine.plan.model import (
    After,
    Anchor,
    Arm,
    Cadence,
    Choose,
    Effect,
    End,
    Escalate,
    ForEach,
    Fork,
    Json,
    Node,
    NodeId,
    Plan,
    Repeat,
    Split,
    Task,
    Wait,
    When,
)
from engine.plan.run import Run
from engine.plan.state import Branch, BranchId

Answer: TypeAlias = Done | Met | Woke | Moved


# --- moving -----------------------------------------------------------------------------------


def go(run: Run, branch: Branch, to: NodeId | None) -> None:
    """Put the branch at a node and enter it; None ends the branch's body."""
    branch = run.drop_timers(run.unwatch(branch))
    if to is None:
        end_body(run, branch)
        return
    branch = run.put(branch, node=to, phase="entering", asked=None, data={})
    enter(run, branch)


def leave(run: Run, branch: Branch, result: Mapping[str, Json], to: NodeId | None = None) -> None:
    """Record the step's result and go on, to `to` or else to the node's `next`."""
    run.settle(branch, result)
    if branch.loose:
        discard(run, branch, "over")
        _unblock(run)
        _end_when_nothing_is_left(run)
        return
    go(run, branch, to if to is not None else run.node(branch).next)
    _unblock(run)


def end_body(run: Run, branch: Branch) -> None:
    """The branch has come to the end of its body: tell whoever waits for it."""
    run.branches.pop(branch.id, None)
    parent = run.branches.get(branch.parent) if branch.parent else None
    if parent is None:
        _end_when_nothing_is_left(run)
        return
    match run.node(parent):
        case Fork() as node:
            _fork_child_over(run, parent, node, branch)
        case ForEach():
            if not run.children(parent.id):
                leave(run, parent, {"status": "done"})
        case Repeat() as node:
            _repetition_over(run, parent, node)
        case other:
            raise AssertionError(f"{other.id} has no bodies")


def discard(run: Run, branch: Branch, reason: str) -> None:
    """Take the branch and all below it out of the run; its task, if open, is withdrawn."""
    for child in run.children(branch.id):
        discard(run, child, reason)
    branch = run.drop_timers(run.unwatch(branch))
    del run.branches[branch.id]
    if reason == "over":
        return
    if isinstance(run.node(branch), Task | Escalate):
        run.settle(branch, {"status": "withdrawn", "done": False})
        if branch.phase in ("creating", "alarming"):
            # The answer is still out: withdraw only once the task is sure to exist.
            run.put(branch, phase="withdrawing", parent=None, loose=True, data={"why": reason})
        elif branch.phase == "open":
            run.tell(branch, "withdraw_task", reason=reason)


def _end_when_nothing_is_left(run: Run) -> None:
    if not run.branches and run.state.status == "running":
        run.finish(run.plan.outcome, "the last step is over")


def _unblock(run: Run) -> None:
    for branch in list(run.branches.values()):
        node = run.node(branch)
        if branch.phase == "blocked" and isinstance(node, Task):
            current = run.branches.get(branch.id)
            if current is not None and current.phase == "blocked":
                _enter_task(run, current, node)


# --- entering and answering -------------------------------------------------------------------


def enter(run: Run, branch: Branch) -> None:
    """Begin the step the branch stands at."""
    match run.node(branch):
        case Effect() as node:
            run.put(run.do(branch, node.verb), phase="doing")
        case Task() as node:
            _enter_task(run, branch, node)
        case Escalate() as node:
            _enter_escalate(run, branch, node)
        case Wait() as node:
            _enter_wait(run, branch, node)
        case Choose():
            run.put(run.do(branch, "evaluate", slot="cases"), phase="choosing")
        case Split() as node:
            _enter_split(run, branch, node)
        case Fork() as node:
            _enter_fork(run, branch, node)
        case ForEach():
            run.put(run.do(branch, "list_items"), phase="listing")
        case Repeat() as node:
            _enter_repeat(run, branch, node)
        case End() as node:
            run.note(branch, "end", outcome=node.outcome)
            run.finish(node.outcome, f"the step {node.id} ends the run")
        case other:
            assert_never(other)


def answer(run: Run, branch: Branch, event: Answer) -> None:
    """Give the step what it asked for, listened for or set its alarm for."""
    if isinstance(event, Done):
        branch = run.put(branch, asked=None)
        if (later := event.result.get("later")) is not None:
            _ask_again_later(run, branch, datetime.fromisoformat(later))
            return
    if isinstance(event, Woke):
        purpose = branch.timers[event.id]
        branch = run.put(
            branch, timers={key: why for key, why in branch.timers.items() if key != event.id}
        )
        if purpose == "again":
            _ask_again(run, branch)
            return
    else:
        purpose = ""
    _ANSWERS[type(run.node(branch))](run, branch, event, purpose)


def _ask_again_later(run: Run, branch: Branch, at: datetime) -> None:
    run.note(branch, "later", until=at.isoformat())
    run.wake(branch, at, "again")


def _ask_again(run: Run, branch: Branch) -> None:
    node = run.node(branch)
    if isinstance(node, Task | Escalate) and branch.phase == "open":
        _act_on_rung(run, branch, node)
    else:
        enter(run, run.unwatch(branch))


# --- effects ----------------------------------------------------------------------------------


def _answer_effect(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    if isinstance(event, Done):
        leave(run, branch, event.result)


# --- tasks ------------------------------------------------------------------------------------


def _enter_task(run: Run, branch: Branch, node: Task) -> None:
    waiting_for = [dep for dep in node.depends_on if run.result(dep, branch.path) is None]
    if waiting_for:
        if branch.phase != "blocked":
            run.note(branch, "blocked", by=list(waiting_for))
        if not node.required and not branch.loose:
            _go_on_without(run, branch, node, phase="blocked")
        else:
            run.put(branch, phase="blocked")
        return
    if not node.required and not branch.loose:
        _go_on_without(run, branch, node, phase="creating")
        return
    _create_task(run, branch)


def _create_task(run: Run, branch: Branch) -> None:
    run.put(run.listen(run.do(branch, "create_task")), phase="creating")


def _go_on_without(run: Run, branch: Branch, node: Task, *, phase: str) -> None:
    """Watch an optional task beside the run; one left from an earlier repetition is withdrawn."""
    for other in list(run.branches.values()):
        if other.loose and other.node == node.id and _items(other.path) == _items(branch.path):
            discard(run, other, "superseded by the next repetition")
    beside = BranchId(f"{branch.id}~{node.id}{run.fresh()}")
    loose = Branch(beside, node.id, branch.path, branch.since, phase=phase, loose=True)
    run.put(loose)
    if phase == "creating":
        _create_task(run, loose)
    go(run, branch, node.next)


def _items(path: Path) -> tuple[str, ...]:
    return tuple(part for part in path if "=" in part)


def _answer_task(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Task)
    match event, branch.phase:
        case Done(), "creating":
            _task_created(run, branch, node, event.result)
        case Done(), "withdrawing":
            _withdrawal_answered(run, branch, node)
        case Done(), "open":
            _set_next_rung(run, branch)
        case Met(), "creating" | "open":
            _task_over(run, branch, node, event.data)
        case Woke(), "open" if purpose == "deadline":
            branch = run.drop_timers(run.unwatch(branch))
            branch = run.do(branch, "withdraw_task", reason="nobody did it in time")
            run.put(branch, phase="withdrawing", data={"timeout": True})
        case Woke(), "open":
            _act_on_rung(run, branch, node)
        case _:
            pass


def _task_created(run: Run, branch: Branch, node: Task, result: Mapping[str, Json]) -> None:
    if result.get("over"):
        _task_over(run, branch, node, result["over"])
        return
    rungs = list(result.get("rungs", ()))
    branch = run.put(branch, phase="open", data={"rungs": rungs, "next": 0})
    if (deadline := result.get("deadline")) is not None:
        branch = run.wake(branch, datetime.fromisoformat(deadline), "deadline")
    _wake_for_rung(run, branch)


def _wake_for_rung(run: Run, branch: Branch) -> None:
    rungs, at = branch.data["rungs"], branch.data["next"]
    if at < len(rungs):
        run.wake(branch, datetime.fromisoformat(rungs[at]), "rung")


def _act_on_rung(run: Run, branch: Branch, node: Task | Escalate) -> None:
    at = branch.data["next"]
    if isinstance(node, Escalate):
        run.do(branch, "escalate", level=at)
        return
    rung = node.overdue[at]
    run.do(branch, rung.action, rung=at, to=rung.to)


def _set_next_rung(run: Run, branch: Branch) -> None:
    branch = run.remember(branch, next=branch.data["next"] + 1)
    _wake_for_rung(run, branch)


def _task_over(run: Run, branch: Branch, node: Task, data: Mapping[str, Json]) -> None:
    decision = data.get("decision")
    leave(run, branch, data, node.routes.get(decision) if decision else None)


def _withdrawal_answered(run: Run, branch: Branch, node: Task) -> None:
    if branch.data.get("timeout"):
        result = {"status": "timeout", "done": False, "decision": "timeout"}
        leave(run, branch, result, node.routes.get("timeout"))
    elif "why" in branch.data:
        run.tell(branch, "withdraw_task", reason=branch.data["why"])
        run.branches.pop(branch.id)
        _end_when_nothing_is_left(run)


# --- escalations ------------------------------------------------------------------------------


def _enter_escalate(run: Run, branch: Branch, node: Escalate) -> None:
    branch = run.listen(run.do(branch, "escalate", level=0, open=True))
    run.put(branch, phase="alarming", data={"next": 0})


def _answer_escalate(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Escalate)
    match event, branch.phase:
        case Done(), "withdrawing":
            run.tell(branch, "withdraw_task", reason=branch.data.get("why", ""))
            run.branches.pop(branch.id)
            _end_when_nothing_is_left(run)
        case Done(), "alarming" | "open":
            _alarm_raised(run, branch, node, event.result)
        case Met(), "alarming" | "open":
            leave(run, branch, {"status": "acknowledged", "acknowledged": True, **event.data})
        case Woke(), "open" if purpose == "give_up":
            run.tell(branch, "withdraw_task", reason="nobody acknowledged it")
            result = {"status": "unanswered", "acknowledged": False}
            leave(run, branch, result, node.on_give_up)
        case Woke(), "open":
            _act_on_rung(run, branch, node)
        case _:
            pass


def _alarm_raised(run: Run, branch: Branch, node: Escalate, result: Mapping[str, Json]) -> None:
    """Answered: {"next": instant of the next rung, or of giving up after the last}."""
    if result.get("over"):
        leave(run, branch, {"status": "acknowledged", "acknowledged": True, **result["over"]})
        return
    level = branch.data["next"] + 1
    branch = run.put(branch, phase="open", data={"next": level})
    if (at := result.get("next")) is not None:
        purpose = "rung" if level < len(node.chain) else "give_up"
        run.wake(branch, datetime.fromisoformat(at), purpose)


# --- waits ------------------------------------------------------------------------------------


def _exact(when: When | None) -> float | None:
    return when.span.seconds if isinstance(when, After) else None


def _later(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


def _enter_wait(run: Run, branch: Branch, node: Wait) -> None:
    seconds = _exact(node.due)
    if seconds is not None and node.until is None and node.watch_for is None:
        at = _later(run.at, seconds)
        run.note(branch, "wait", until=at.isoformat())
        run.wake(run.put(branch, phase="waiting"), at, "due")
        return
    start = branch.data.get("from", run.at.isoformat())
    branch = run.watch(run.remember(branch, **{"from": start}), slot="until", start=start)
    run.put(branch, phase="asking")


def _answer_wait(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Wait)
    match event:
        case Done():
            _wait_registered(run, branch, node, event.result)
        case Met():
            run.note(branch, "wait over", by=event.fact)
            leave(run, branch, {"met": True, "timed_out": False, **event.data})
        case Moved():
            branch = run.drop_timers(run.unwatch(branch))
            enter(run, branch)
        case Woke():
            _wait_timed_out(run, branch, node)


def _wait_registered(run: Run, branch: Branch, node: Wait, result: Mapping[str, Json]) -> None:
    """Answered: {"met": bool, "data": …, "due": instant or null, "past": bool}."""
    if result.get("met"):
        leave(run, branch, {"met": True, "timed_out": False, **result.get("data", {})})
        return
    due = result.get("due")
    past = bool(result.get("past"))
    if past and isinstance(node.due, Anchor) and node.due.if_past == "skip":
        run.note(branch, "skipped", due=due)
        leave(run, branch, {"met": False, "timed_out": False, "skipped": True}, node.on_skip)
        return
    branch = run.put(branch, phase="waiting")
    if due is not None:
        run.wake(branch, datetime.fromisoformat(due), "due")


def _wait_timed_out(run: Run, branch: Branch, node: Wait) -> None:
    listened = node.until is not None or node.watch_for is not None
    run.note(branch, "wait over", by="time")
    leave(run, branch, {"met": not listened, "timed_out": listened}, node.on_timeout)


def skip_wait(run: Run, branch: Branch) -> None:
    """The wait passed during a pause: leave out what it was holding back."""
    node = run.node(branch)
    assert isinstance(node, Wait)
    run.note(branch, "skipped", by="pause")
    following = run.plan.nodes[node.next] if node.next else None
    to = following.next if isinstance(following, Effect) else node.next
    run.settle(branch, {"met": False, "timed_out": False, "skipped": True})
    go(run, branch, node.on_skip if node.on_skip is not None else to)


# --- choices ----------------------------------------------------------------------------------


def _answer_choose(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Choose)
    if isinstance(event, Done):
        taken = event.result["taken"]
        to = node.otherwise if taken is None else node.cases[taken].to
        leave(run, branch, {"taken": taken}, to)


def _enter_split(run: Run, branch: Branch, node: Split) -> None:
    arm = pick_arm(node.arms, f"{run.plan.playbook}/{node.id}/{run.state.subject}")
    run.note(branch, "split", arm=arm.name, holdout=arm.holdout)
    leave(run, branch, {"arm": arm.name}, arm.to)


def pick_arm(arms: tuple[Arm, ...], key: str) -> Arm:
    """Pick an arm by weight; the same key always picks the same one.

    >>> arms = (Arm("a", 1, None), Arm("b", 0, None))
    >>> pick_arm(arms, "any").name
    'a'
    """
    digest = hashlib.sha256(key.encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64 * sum(arm.weight for arm in arms)
    for arm in arms:
        point -= arm.weight
        if point < 0:
            return arm
    return arms[-1]


# --- bodies -----------------------------------------------------------------------------------


def _start_body(
    run: Run, parent: Branch, name: str, body: NodeId, path: Path, since: datetime
) -> None:
    child = Branch(BranchId(f"{parent.id}.{name}"), body, path, since, parent=parent.id)
    enter(run, run.put(child))


def _enter_fork(run: Run, branch: Branch, node: Fork) -> None:
    branch = run.put(branch, phase="joining")
    bodies = [(name, body) for name, body in node.branches if body is not None]
    if not bodies or (node.join == "first" and len(bodies) < len(node.branches)):
        leave(run, branch, {"status": "done"})
        return
    # All stand before the first moves, so that none can end the fork before the others exist.
    for name, body in bodies:
        child_id = BranchId(f"{branch.id}.{name}")
        run.put(Branch(child_id, body, branch.path, branch.since, parent=branch.id))
    for name, _ in bodies:
        child = run.branches.get(BranchId(f"{branch.id}.{name}"))
        if child is not None and child.phase == "entering" and child.asked is None:
            enter(run, child)


def _fork_child_over(run: Run, parent: Branch, node: Fork, child: Branch) -> None:
    left = run.children(parent.id)
    name = child.id.removeprefix(f"{parent.id}.")
    if node.join == "first":
        for other in left:
            discard(run, other, f"the branch {name} was first")
        leave(run, parent, {"status": "done", "first": name})
    elif not left:
        leave(run, parent, {"status": "done"})


def _answer_for_each(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, ForEach)
    if not isinstance(event, Done):
        return
    items = list(event.result["items"])
    if not items or node.body is None:
        leave(run, branch, {"status": "done"})
        return
    branch = run.put(branch, phase="joining")
    for item in items:
        child_id = BranchId(f"{branch.id}.{item}")
        path = (*branch.path, f"{node.id}={item}")
        run.put(Branch(child_id, node.body, path, branch.since, parent=branch.id))
    for item in items:
        enter(run, run.branches[BranchId(f"{branch.id}.{item}")])


# --- repetitions ------------------------------------------------------------------------------


def _enter_repeat(run: Run, branch: Branch, node: Repeat) -> None:
    if branch.data:
        _between(run, branch, node)
    elif node.until is not None:
        run.put(run.do(branch, "evaluate", slot="until"), phase="checking")
    else:
        _repeat_body(run, branch, node, 1)


def _repeat_body(run: Run, branch: Branch, node: Repeat, number: int) -> None:
    if node.body is None or (node.at_most is not None and number > node.at_most):
        leave(run, branch, {"times": number - 1})
        return
    branch = run.drop_timers(run.unwatch(branch))
    run.forget(body_nodes(run.plan, node.body))
    data = {"number": number, "began": run.at.isoformat()}
    branch = run.put(branch, phase="body", data=data)
    path = (*branch.path, f"{node.id}#{number}")
    _start_body(run, branch, str(number), node.body, path, run.at)


def body_nodes(plan: Plan, body: NodeId) -> set[NodeId]:
    """Return the ids of all nodes of a body, nested bodies included."""
    found: set[NodeId] = set()
    ahead: list[NodeId | None] = [body]
    while ahead:
        at = ahead.pop()
        if at is not None and at not in found:
            found.add(at)
            ahead.extend(targets(plan.nodes[at]))
    return found


def targets(node: Node) -> tuple[NodeId | None, ...]:
    """Return every node this one can lead to, bodies included; None is the end of the body."""
    match node:
        case Task():
            return (node.next, *node.routes.values())
        case Escalate():
            return (node.next, node.on_give_up)
        case Wait():
            return (node.next, node.on_timeout, node.on_skip)
        case Choose():
            return (node.next, node.otherwise, *(case.to for case in node.cases))
        case Split():
            return (node.next, *(arm.to for arm in node.arms))
        case Fork():
            return (node.next, *(body for _, body in node.branches))
        case ForEach() | Repeat():
            return (node.next, node.body)
        case Effect() | End():
            return (node.next,)


def _repetition_over(run: Run, branch: Branch, node: Repeat) -> None:
    if branch.data["number"] == node.at_most:
        leave(run, branch, {"times": branch.data["number"]})
    else:
        _between(run, branch, node)


def _between(run: Run, branch: Branch, node: Repeat) -> None:
    """Wait for the next repetition, or for `until`."""
    exact = _exact_cadence(node.every)
    if node.until is None and exact is not None:
        at = _later(datetime.fromisoformat(branch.data["began"]), exact)
        run.wake(run.put(branch, phase="between"), at, "next")
        return
    branch = run.watch(branch, slot="until", start=branch.data["began"])
    run.put(branch, phase="between")


def _exact_cadence(every: Cadence | None) -> float | None:
    if every is None:
        return 0.0
    ((condition, span), *more) = every.choices
    return None if more or condition is not None else span.seconds


def _answer_repeat(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    node = run.node(branch)
    assert isinstance(node, Repeat)
    number = int(branch.data.get("number", 0))
    match event, branch.phase:
        case Done(), "checking" if event.result["taken"] is None:
            _repeat_body(run, branch, node, 1)
        case Done(), "checking":
            leave(run, branch, {"times": 0})
        case Done(), "between" if event.result.get("met"):
            leave(run, branch, {"times": number})
        case Done(), "between":
            due = event.result.get("due")
            run.wake(branch, datetime.fromisoformat(due) if due else run.at, "next")
        case Met(), "between":
            leave(run, branch, {"times": number})
        case Woke(), "between":
            _repeat_body(run, branch, node, number + 1)
        case Moved(), "between":
            _between(run, run.drop_timers(run.unwatch(branch)), node)
        case _:
            pass


_ANSWERS: Mapping[type[Node], Callable[[Run, Branch, Answer, str], None]] = {
    Effect: _answer_effect,
    Task: _answer_task,
    Escalate: _answer_escalate,
    Wait: _answer_wait,
    Choose: _answer_choose,
    ForEach: _answer_for_each,
    Repeat: _answer_repeat,
}

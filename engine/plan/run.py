"""The working copy of a state while one event is applied: branches, questions, timers, watches.

Owns the bookkeeping every step needs, so that `steps` holds only what each kind of step decides.
Knows nothing of any kind of node. Deterministic: reads no clock and draws no lots.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields as fields_of
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from engine.plan.events import (
    CancelWake,
    Command,
    CommandId,
    Do,
    Event,
    Finish,
    Met,
    Note,
    Path,
    Unwatch,
    Verb,
    WakeAt,
)
from engine.plan.model import Json, Node, NodeId, Plan
from engine.plan.state import Branch, BranchId, State


def result_key(node: str, path: Path) -> str:
    """Name the slot a step's result is kept in: repetitions overwrite, items of a for-each do not.

    >>> result_key("invite", ("weekly#2", "people=c-17"))
    'invite@people=c-17'
    """
    return "@".join((node, *(part for part in path if "=" in part)))


def command_name(what: str, node: NodeId | None = None, path: Path = ()) -> str:
    """Name what a run asks for, by where it asks it: the n-th of a name is `<name>.<n>`.

    A name, not a number in order: when a workflow task is lost after its effects were written, and
    is done again with news before what it did first, the same command finds what it wrote, and
    another one does not take it for its own.

    >>> command_name("create_task", NodeId("call"), ("weekly#2",))
    'call/weekly#2:create_task'
    >>> command_name("finish")
    'finish'
    """
    return f"{'/'.join((node, *path))}:{what}" if node else what


def count_command(asked: dict[str, int], name: str) -> CommandId:
    """Count one more command of a name, and return its id.

    >>> count_command({"finish": 1}, "finish")
    'finish.2'
    """
    asked[name] = times = asked.get(name, 0) + 1
    return CommandId(f"{name}.{times}")


T = TypeVar("T", State, Branch)


def _shape(kind: type[Any]) -> tuple[attrgetter[tuple[Any, ...]], dict[str, int]]:
    names = [field.name for field in fields_of(kind)]
    return attrgetter(*names), {name: place for place, name in enumerate(names)}


ASKED_AT_MOST = 48
"""From how many names of commands on a run forgets those of places it has left."""
EARLY_AT_MOST = 16
"""How much early news a run keeps. Most of it is late in truth, and never asked for."""

_SHAPES = {kind: _shape(kind) for kind in (State, Branch)}


def changed(value: T, **fields: Any) -> T:
    """Return a copy with some fields changed: `dataclasses.replace`, in half the time. It is most
    of what an `advance` does.

    >>> changed(State("acme"), reason="x") == State("acme", reason="x")
    True
    """
    read, places = _SHAPES[type(value)]
    values = list(read(value))
    for name, content in fields.items():
        values[places[name]] = content
    return type(value)(*values)


def _asked_as(verb: Verb, args: Mapping[str, Json]) -> str:
    """Name a verb; the end of a watch after the watch, so that its answer is never another's."""
    ended = args.get("watch")
    return verb if ended is None else f"{verb}.{ended.rpartition('.')[2]}"


class Run:
    """One `advance` under way. Mutable, lives for one call, never shared."""

    def __init__(self, plan: Plan, state: State, at: datetime) -> None:
        self.plan = plan
        self.at = at
        self.commands: list[Command] = []
        self.branches: dict[BranchId, Branch] = dict(state.branches)
        self.results: dict[str, Json] = dict(state.results)
        self.timers: dict[CommandId, datetime] = dict(state.timers)
        self.watches: dict[CommandId, str] = dict(state.watches)
        self.held: list[Event] = list(state.held)
        self.early: list[Met] = list(state.early)
        self.asked: dict[str, int] = dict(state.asked)
        self.state = state

    def close(self) -> State:
        """Return the new state."""
        return changed(
            self.state,
            branches=self.branches,
            results=self.results,
            timers=self.timers,
            watches=self.watches,
            held=tuple(self.held),
            early=tuple(self.early),
            asked=self._still_asked(),
        )

    def _still_asked(self) -> Mapping[str, int]:
        """Forget, when it is much, what was asked at places the run has left: it comes to none of
        them again."""
        if len(self.asked) <= ASKED_AT_MOST:
            return self.asked
        here = {command_name("", branch.node, branch.path) for branch in self.branches.values()}
        return {
            name: times
            for name, times in self.asked.items()
            if ":" not in name or name[: name.rindex(":") + 1] in here
        }

    def set(self, **fields: Any) -> None:
        """Change top-level fields of the state."""
        self.state = changed(self.state, **fields)

    # --- nodes and branches -------------------------------------------------------------------

    def node(self, branch: Branch) -> Node:
        """Return the node the branch stands at."""
        return self.plan.nodes[branch.node]

    def put(self, branch: Branch, **fields: Any) -> Branch:
        """Store a changed branch and return it."""
        stored = changed(branch, **fields) if fields else branch
        self.branches[branch.id] = stored
        return stored

    def remember(self, branch: Branch, **data: Json) -> Branch:
        """Add to the node's own small memory."""
        return self.put(branch, data={**branch.data, **data})

    def children(self, parent: BranchId) -> list[Branch]:
        """Return the branches that run the bodies of the node `parent` stands at."""
        return [branch for branch in self.branches.values() if branch.parent == parent]

    def beside(self, branch: BranchId) -> list[Branch]:
        """Return the loose branches that a branch, or one below it, has left beside it."""
        began = (f"{branch}~", f"{branch}.")
        return [one for one in self.branches.values() if one.loose and one.id.startswith(began)]

    def forget(self, nodes: Set[NodeId]) -> None:
        """Drop what the steps came to, so that a new repetition starts afresh."""
        for key in [key for key in self.results if key.split("@")[0] in nodes]:
            del self.results[key]

    def settle(self, branch: Branch, result: Mapping[str, Json]) -> None:
        """Record what the step the branch stands at came to."""
        self.results[result_key(branch.node, branch.path)] = dict(result)

    def result(self, node: NodeId, path: Path) -> Json | None:
        """Return what a step came to, as seen from `path`: the own item's result first."""
        for end in range(len(path), -1, -1):
            found = self.results.get(result_key(node, path[:end]))
            if found is not None:
                return found
        return None

    # --- commands -----------------------------------------------------------------------------

    def fresh(self, what: str, branch: Branch | None = None) -> CommandId:
        """Return a new command id, unique within the run: see `command_name`."""
        name = command_name(what, branch.node, branch.path) if branch else what
        return count_command(self.asked, name)

    def do(self, branch: Branch, verb: Verb, **args: Json) -> Branch:
        """Ask the world to do something for the branch and make the branch await the answer."""
        return self.put(branch, asked=self.tell(branch, verb, **args))

    def tell(self, branch: Branch, verb: Verb, **args: Json) -> CommandId:
        """Ask the world to do something; nobody awaits the answer."""
        asked = self.fresh(_asked_as(verb, args), branch)
        reads = self.node(branch).reads
        found = {str(node): self.result(node, branch.path) for node in reads}
        results = {node: result for node, result in found.items() if result is not None}
        self.commands.append(Do(asked, verb, branch.node, branch.path, branch.since, args, results))
        return asked

    def watch(self, branch: Branch, **args: Json) -> Branch:
        """Register what the branch listens for; the answer says whether it is met already."""
        branch = self.do(branch, "watch", **args)
        return self.listen(branch)

    def listen(self, branch: Branch) -> Branch:
        """Let the command just asked double as a watch: `Met` of its id reaches the branch."""
        assert branch.asked is not None
        self.watches[branch.asked] = branch.id
        return self.put(branch, watch=branch.asked)

    def unwatch(self, branch: Branch) -> Branch:
        """Stop listening."""
        if branch.watch is None:
            return branch
        if self.watches.pop(branch.watch, None) is not None:
            self.commands.append(Unwatch(branch.watch))
        return self.put(branch, watch=None)

    def forget_watch(self, branch: Branch) -> Branch:
        """Stop listening for what the world has forgotten already."""
        if branch.watch is not None:
            self.watches.pop(branch.watch, None)
        return self.put(branch, watch=None)

    def hold_early(self, event: Met) -> None:
        """Keep the news of a watch the run has not asked for yet.

        It may have asked for it in a workflow task that was lost: then the watch stands in the
        store, the fact has met it, and the news is told once, before the run asks again.
        """
        self.early = [*self.early, event][-EARLY_AT_MOST:]

    def take_early(self) -> Met | None:
        """Take out the first early news of what is watched by now."""
        found = next((event for event in self.early if event.id in self.watches), None)
        if found is not None:
            self.early.remove(found)
        return found

    def end_watch(self, branch: Branch) -> Branch:
        """Ask whether the watch still stood when its time was up, and end it."""
        assert branch.watch is not None
        return self.do(branch, "unwatch", watch=branch.watch)

    def wake(self, branch: Branch, at: datetime, purpose: str) -> Branch:
        """Wake the branch at the instant; `purpose` tells it why when it comes."""
        timer = self.fresh(purpose, branch)
        self.timers[timer] = at
        self.commands.append(WakeAt(timer, at))
        return self.put(branch, timers={**branch.timers, timer: purpose})

    def drop_timers(self, branch: Branch) -> Branch:
        """Cancel all that would wake the branch."""
        for timer in branch.timers:
            if self.timers.pop(timer, None) is not None:
                self.commands.append(CancelWake(timer))
        return self.put(branch, timers={})

    def note(self, branch: Branch | None, what: str, **data: Json) -> None:
        """Write a line for the timeline."""
        node, path = (branch.node, branch.path) if branch else (None, ())
        self.commands.append(Note(self.fresh(what, branch), self.at, node, path, what, data))

    # --- endings ------------------------------------------------------------------------------

    def finish(self, outcome: str, reason: str, *, leaves_tasks: bool = False) -> None:
        """Begin to end the run: nothing goes on, and the world closes what is open; optional tasks
        stay open when the run `leaves_tasks`."""
        self.branches.clear()
        self.held.clear()
        self.early.clear()
        self.commands.extend(CancelWake(timer) for timer in self.timers)
        self.timers.clear()
        self.watches.clear()
        asked = self.fresh("finish")
        since = self.state.started_at or self.at
        args: dict[str, Json] = {"outcome": outcome, "reason": reason}
        if leaves_tasks:
            args["leaves_tasks"] = True
        self.commands.append(Do(asked, "finish", None, (), since, args))
        self.watches[asked] = "finish"
        self.set(status="closing", outcome=outcome, reason=reason)

    def finished(self, outcome: str | None = None) -> None:
        """End the run for good, with the outcome that was written if it is another one."""
        self.watches.clear()
        self.set(status="finished", outcome=outcome or self.state.outcome)
        self.commands.append(Finish(self.state.outcome or "", self.state.reason))

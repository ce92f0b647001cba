"""Running playbook tests: each plays its scenario and compares the trace.

Owns what a test's result is, and which steps no test reaches. Prints nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from engine.effects.context import Context
from engine.errors import TenureError
from engine.language.diagnostics import Problem
from engine.language.workspace.model import Workspace
from engine.plan.model import Node, NodeId, Plan
from engine.simulation.comparing import compare, listed, tell_difference, to_paste
from engine.simulation.entries import Entry, entries_of
from engine.simulation.scenario import play
from engine.simulation.testfiles import PlaybookTest, read_tests
from engine.simulation.trace import Trace


@dataclass(frozen=True, slots=True)
class Result:
    """How one test came out. `failure` is what to show, empty when it passed."""

    test: PlaybookTest
    failure: str
    entries: tuple[Entry, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the trace was as expected."""
        return not self.failure


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which nodes of a playbook the tests reach."""

    playbook: str
    missed: tuple[Node, ...]
    total: int

    @property
    def percent(self) -> int:
        """How many of a hundred nodes are reached, rounded down."""
        return 100 if not self.total else (self.total - len(self.missed)) * 100 // self.total


@dataclass(frozen=True, slots=True)
class Results:
    """How all tests came out, and what is wrong with their files."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    coverage: tuple[Coverage, ...]

    @property
    def ok(self) -> bool:
        """Whether every test could be read and passed."""
        errors = any(one.severity == "error" for one in self.problems)
        return not errors and all(one.passed for one in self.results)


def run_tests(workspace: Workspace, plans: Mapping[str, Plan], files: Mapping[str, str]) -> Results:
    """Run the tests of some files (name to text) against plans by playbook name."""
    context = Context.of(workspace)
    results: list[Result] = []
    problems: list[Problem] = []
    visited: dict[str, set[NodeId]] = {}
    for file, text in files.items():
        tests, found = read_tests(file, text, context, plans)
        problems += found
        results += [_run(test, context, plans, visited) for test in tests]
    coverage = tuple(_coverage(plan, visited.get(name, set())) for name, plan in plans.items())
    return Results(tuple(results), tuple(problems), coverage)


def _run(
    test: PlaybookTest,
    context: Context,
    plans: Mapping[str, Plan],
    visited: dict[str, set[NodeId]],
) -> Result:
    began = perf_counter()
    try:
        simulator = play(test.scenario, test.playbook, plans, context)
    except TenureError as error:
        return Result(test, str(error), (), perf_counter() - began)
    trace = simulator.trace()
    for playbook, nodes in trace.visited.items():
        visited.setdefault(playbook, set()).update(nodes)
    entries = entries_of(simulator, context, plans[test.playbook], trace)
    rejected = [f"the fact {one.fact.kind} was rejected: {one.why}" for one in trace.rejections]
    failure = "\n".join(rejected) or _failure(test, context, entries, trace)
    return Result(test, failure, tuple(entries), perf_counter() - began)


def _failure(test: PlaybookTest, context: Context, entries: Sequence[Entry], trace: Trace) -> str:
    calendar = context.calendar_of(test.scenario.account)
    happened = listed(test.expect, entries)
    difference = compare(test.expect, happened, calendar)
    parts = []
    if difference is not None:
        parts.append(tell_difference(test.expect, happened, difference))
    for one in test.never:
        for entry in entries:
            if one.met_by(entry, calendar):
                parts.append(f"{one} must never happen, but {entry} did at {entry.at:%Y-%m-%d}")
    if parts:
        parts += [
            f"The run failed: {line.data['why']}"
            for line in trace.lines
            if line.what == "outcome" and line.data.get("outcome") == "failed"
        ]
        parts.append("All that happened, to paste:\n" + to_paste(entries))
    return "\n\n".join(parts)


def _coverage(plan: Plan, visited: set[NodeId]) -> Coverage:
    missed = tuple(node for id, node in plan.nodes.items() if id not in visited)
    return Coverage(plan.playbook, missed, len(plan.nodes))

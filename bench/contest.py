"""Rounds of runs, ours and the peers' in turn, and what they say: medians of each, as ratios.

A round lasts from before its first run is started to the end of its last one by the server's own
clock. Knows no figure that needs no server.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil
from temporalio.client import Client

from bench.arena import OURS, PEERS, Arena, open_arena
from bench.lines import Line, ratio
from engine.errors import TransientError

RUNS = 120
ROUNDS = 4
WARM_RUNS = 40
SETTLE_S = 1.5
POLL_S = 0.1
LONGEST_ROUND_S = 120.0
DESCRIBED = 10


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of one contestant came to; all but the first are per run."""

    runs_per_s: float
    cpu_ms: float
    servers_cpu_ms: float
    events: float
    history_bytes: float


Rounds = Mapping[str, Sequence[Round]]
Value = Callable[[Round], float]


def measure_contest(runs: int = RUNS, rounds: int = ROUNDS) -> list[Line]:
    """Run the rounds and return the five figures that compare us with the peers."""
    with open_arena() as arena:
        return lines(asyncio.run(_play(arena, runs, rounds)), runs)


def lines(rounds: Rounds, runs: int) -> list[Line]:
    """Return the figures of some rounds: the median of ours and of the peer, and their ratio."""
    return [
        _compare("throughput_vs_naive", rounds, "naive", "runs/s", runs, lambda r: r.runs_per_s),
        _compare("throughput_vs_tuned", rounds, "tuned", "runs/s", runs, lambda r: r.runs_per_s),
        _compare("history_events_vs_naive", rounds, "naive", "events", runs, lambda r: r.events),
        _compare("history_bytes_vs_naive", rounds, "naive", "B", runs, lambda r: r.history_bytes),
        _compare("worker_cpu_vs_tuned", rounds, "tuned", "CPU ms/run", runs, lambda r: r.cpu_ms),
    ]


def servers_cpu(rounds: Rounds) -> dict[str, float]:
    """Return what Temporal and PostgreSQL spent on a run of each, in ms: beside the worker's own
    time it is what throughput comes down to when the machine is busy."""
    return {
        who: round(statistics.median(one.servers_cpu_ms for one in played), 1)
        for who, played in rounds.items()
    }


def _compare(
    figure: str, rounds: Rounds, peer: str, measured: str, runs: int, value: Value
) -> Line:
    ours, theirs = ([round(value(one), 1) for one in rounds[who]] for who in (OURS, peer))
    return ratio(
        figure,
        statistics.median(ours),
        statistics.median(theirs),
        measured=measured,
        ours_rounds=ours,
        peer_rounds=theirs,
        runs=runs,
        servers_cpu_ms=servers_cpu(rounds),
    )


async def _play(arena: Arena, runs: int, rounds: int) -> Rounds:
    client = await Client.connect(arena.info.temporal_address)
    contestants = (OURS, *PEERS)
    for who in contestants:
        await _round(client, arena, who, "warm", min(WARM_RUNS, runs))
    played: dict[str, list[Round]] = {who: [] for who in contestants}
    for number in range(rounds):
        shift = number % len(contestants)
        for who in (*contestants[shift:], *contestants[:shift]):
            played[who].append(await _round(client, arena, who, f"r{number}", runs))
    return played


async def _round(client: Client, arena: Arena, who: str, label: str, runs: int) -> Round:
    accounts = arena.add_accounts(who, label, runs)
    await asyncio.sleep(SETTLE_S)
    watched = (arena.pid(who),), arena.server_pids()
    before, begun_s = [_cpu_s(pids) for pids in watched], time.time()
    await asyncio.to_thread(arena.start_runs, who, accounts)
    ids = arena.ids(who, label)
    await _all_completed(client, arena, ids, runs)
    spent = [_cpu_s(pids) - was for pids, was in zip(watched, before, strict=True)]
    return await _measured(client, ids, begun_s, spent)


async def _all_completed(client: Client, arena: Arena, ids: str, runs: int) -> None:
    query = f'WorkflowId STARTS_WITH "{ids}" AND ExecutionStatus = "Completed"'
    latest = time.monotonic() + LONGEST_ROUND_S
    while (count := (await client.count_workflows(query)).count) < runs:
        if arena.stop_requested():
            raise KeyboardInterrupt
        if time.monotonic() > latest:
            raise TransientError(
                f"{count} of {runs} runs of {ids} ended in {LONGEST_ROUND_S:g} s",
                remedy="Measure on a machine that does nothing else.",
            )
        await asyncio.sleep(POLL_S)


async def _measured(client: Client, ids: str, begun_s: float, cpu_s: Sequence[float]) -> Round:
    found = [run async for run in client.list_workflows(f'WorkflowId STARTS_WITH "{ids}"')]
    ended_s = max(run.close_time.timestamp() for run in found if run.close_time)
    described = [await client.get_workflow_handle(run.id).describe() for run in found[:DESCRIBED]]
    sizes = [one.raw_description.workflow_execution_info.history_size_bytes for one in described]
    return Round(
        runs_per_s=len(found) / (ended_s - begun_s),
        cpu_ms=cpu_s[0] * 1000 / len(found),
        servers_cpu_ms=cpu_s[1] * 1000 / len(found),
        events=statistics.mean(run.history_length for run in found),
        history_bytes=statistics.mean(sizes),
    )


def _cpu_s(pids: Sequence[int]) -> float:
    """Return the processor time of processes, their children included. A connection's server
    process that ended meanwhile is not counted; pools keep theirs."""
    total = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
    return total

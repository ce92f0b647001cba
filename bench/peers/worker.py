"""The worker process of a peer: `python -m bench.peers.worker naive|tuned`.

Reads orders from standard input, one JSON object a line ({"accounts": [...], "wait_s": 0.1}), and
starts one run for each account, as Tenure's dispatcher does in its own worker. Ends with the input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from psycopg_pool import ConnectionPool
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.peers.naive import NaiveReference
from bench.peers.tuned import TunedReference
from bench.peers.work import Work
from engine.services.leaving import leave_cleanly

STARTS_AT_ONCE = 16
THREADS = 16


def make_worker(kind: str, client: Client, work: Work) -> Worker:
    """Return the worker of a peer, not yet running. Its task queue has the peer's name.

    Both have bounded slots: with the SDK's defaults (100 of each) two cores take on more workflow
    tasks than they finish in time, and both get slower.
    """
    executor = ThreadPoolExecutor(THREADS)
    if kind == "naive":
        return Worker(
            client,
            task_queue=kind,
            workflows=[NaiveReference],
            activities=work.activities(),
            activity_executor=executor,
            max_concurrent_workflow_tasks=16,
            max_concurrent_activities=THREADS,
        )
    return Worker(
        client,
        task_queue=kind,
        workflows=[TunedReference],
        activities=work.activities(),
        activity_executor=executor,
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=1000,
        max_concurrent_workflow_tasks=16,
        max_concurrent_local_activities=THREADS,
        max_concurrent_workflow_task_polls=4,
        no_remote_activities=True,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


async def start_runs(client: Client, kind: str, order: dict[str, Any]) -> None:
    """Start one run for each account of an order."""
    run = NaiveReference.run if kind == "naive" else TunedReference.run
    bounded = asyncio.Semaphore(STARTS_AT_ONCE)

    async def start(account: str) -> None:
        async with bounded:
            await client.start_workflow(
                run,
                args=[account, order["wait_s"]],
                id=f"{kind}.{account}",
                task_queue=kind,
                request_eager_start=kind == "tuned",
            )

    await asyncio.gather(*(start(account) for account in order["accounts"]))


async def serve(kind: str) -> None:
    """Work, and start what is ordered, until the input ends."""
    url = os.environ["TENURE_DATABASE_URL"].replace("+psycopg", "")
    client = await Client.connect(os.environ["TENURE_TEMPORAL_ADDRESS"])
    loop = asyncio.get_running_loop()
    with ConnectionPool(url, min_size=THREADS, max_size=THREADS) as pool:
        async with make_worker(kind, client, Work(pool)):
            print("ready", flush=True)
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                await start_runs(client, kind, json.loads(line))


def main() -> None:
    """Run the peer named on the command line."""
    asyncio.run(serve(sys.argv[1]))
    leave_cleanly(0)


if __name__ == "__main__":
    main()

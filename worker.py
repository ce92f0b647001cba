"""The worker process: wiring and run, nothing else.

    python -m worker        settings from TENURE_* and the stack on the data directory

Runs all task queues, the sweeps among them, and the dispatcher, and sends what notices are owed,
until SIGTERM or SIGINT; then finishes what is under way and exits 0.
"""

from __future__ import annotations

import asyncio
import logging
import signal

from engine.effects.context import Context
from engine.effects.sending import Ways
from engine.services.leaving import work_and_leave
from engine.services.sweeping import KINDS
from engine.settings import Settings
from engine.wiring import Contexts, check_ways, complete_settings, open_database, ways_out
from workflows.activities import Activities
from workflows.connecting import connect, ensure_search_attributes
from workflows.dispatcher import Dispatcher
from workflows.effects import RealEffects
from workflows.handing_over import Address
from workflows.schedules import ensure_schedules
from workflows.sweeping import make_sweeper
from workflows.telling import keep_telling
from workflows.workers import Bounds, make_workers

logger = logging.getLogger("worker")
LANES = 2


class CurrentWays:
    """The ways out of the workspace in force, made once for each version of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: tuple[Context, Ways] | None = None

    def __call__(self, context: Context) -> Ways:
        """Return the ways out for a context."""
        made = self._made
        if made is None or made[0] is not context:
            made = self._made = (context, ways_out(self._settings, context))
        return made[1]


async def run(settings: Settings, bounds: Bounds, stop: asyncio.Event) -> None:
    """Work until `stop` is set, then finish what is under way."""
    check_ways(settings)
    connections = bounds.local_activities + bounds.outbound + 2 * LANES + len(KINDS) + 1
    database = open_database(settings, connections=connections)
    client = await connect(settings)
    await ensure_search_attributes(client)
    await ensure_schedules(client, settings, database.clock)
    contexts = Contexts(database, settings)
    ways = CurrentWays(settings)
    effects = RealEffects(contexts.current, ways)
    # With a rate to keep to, everything goes through the queue that keeps it.
    at_once = 0 if bounds.outbound_per_second else bounds.at_hand
    activities = Activities(database.transaction, effects, sends_at_once=at_once)
    address = Address(settings.task_queue, settings.outbound_task_queue, settings.clock)
    dispatcher = Dispatcher(database, client, address, lanes=LANES)
    main_worker, outbound_worker = make_workers(
        client,
        activities,
        task_queue=address.task_queue,
        outbound_queue=address.outbound_queue,
        bounds=bounds,
    )
    sweeper = make_sweeper(client, settings, database, contexts.current)
    async with main_worker, outbound_worker, sweeper:
        dispatching = asyncio.create_task(dispatcher.run())
        telling = asyncio.create_task(keep_telling(database, contexts.current, ways, stop))
        logger.info("worker ready")
        stopping = asyncio.create_task(stop.wait())
        working = {dispatching, telling, stopping}
        await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        dispatcher.stop()
        await dispatching
        stop.set()
        await telling
    database.close()


async def run_until_signalled() -> None:
    """Read the settings and work until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(complete_settings(), Bounds(), stop)
    logger.info("worker stopped")


def main() -> None:
    """Run the worker and end the process."""
    work_and_leave("worker", lambda: asyncio.run(run_until_signalled()))


if __name__ == "__main__":
    main()

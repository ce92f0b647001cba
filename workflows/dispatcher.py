"""The dispatcher: from the outbox to Temporal, at least once, each run's deliveries in order.

Owns the translation of deliveries into starts and signals. A delivery is forgotten only after
Temporal has it; a repeat is harmless: starts are by id, signals carry a delivery id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from temporalio.client import Client
from temporalio.service import RPCError

from engine.effects.deliveries import Delivery, Start
from engine.effects.entities import EnrollmentId
from engine.errors import TenureError, TransientError
from engine.store import outbox
from engine.store.database import Database
from workflows.handing_over import Address, Handover, Inputs
from workflows.messages import EnrollmentInput

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
LONGEST_PAUSE_S = 5.0


@dataclass
class Outcome:
    """What came of a batch: whether it was as large as it may be, what Temporal has, what is wrong
    with what it will not take, and whether it answered at all."""

    is_full: bool = False
    delivered: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    unavailable: bool = False


class Lane:
    """One of the dispatcher's loops: whether it has heard of news, and whether it works."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.busy = False


class Dispatcher:
    """Delivers until told to stop. Each lane has one batch of runs under way at a time."""

    def __init__(
        self,
        database: Database,
        client: Client,
        address: Address,
        *,
        lanes: int = 2,
        batch: int = 50,
        at_once: int = 16,
    ) -> None:
        self._database = database
        self._handover = Handover(client, address)
        self._inputs = Inputs(address)
        self._lanes = [Lane() for _ in range(lanes)]
        self._batch = batch
        self._at_once = asyncio.Semaphore(at_once)
        self._threads = ThreadPoolExecutor(lanes, "dispatcher")
        self._stopping = False

    async def run(self) -> None:
        """Deliver until `stop` is called; what is under way then is finished."""
        lanes = [asyncio.create_task(self._work(lane)) for lane in self._lanes]
        listener = asyncio.create_task(self._listen())
        try:
            await asyncio.gather(*lanes)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            self._threads.shutdown(wait=False)

    def stop(self) -> None:
        """Make `run` return once what is under way is delivered."""
        self._stopping = True
        for lane in self._lanes:
            lane.news.set()

    def _tell(self) -> None:
        """Wake a lane that is idle; when none is, one looks again after what it has in hand."""
        idle = (lane for lane in self._lanes if not (lane.busy or lane.news.is_set()))
        next(idle, self._lanes[0]).news.set()

    async def _listen(self) -> None:
        """Tell the lanes of news, and every so often without any."""
        while True:
            try:
                async for _ in outbox.listen(self._database.url, LOOK_EVERY_S):
                    self._tell()
            except TransientError as error:
                logger.warning("the outbox cannot be heard: %s", error.message)
                await asyncio.sleep(LOOK_EVERY_S)
                self._tell()

    async def _work(self, lane: Lane) -> None:
        pause_s = 0.0
        while True:
            await lane.news.wait()
            if self._stopping:
                return
            lane.news.clear()
            lane.busy = True
            if await self._drain():
                lane.busy = False
                pause_s = 0.0
                continue
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2 or 0.25)
            await asyncio.sleep(pause_s)
            lane.news.set()

    async def _drain(self) -> bool:
        """Deliver until nothing is due; False when Temporal or the database does not answer."""
        loop = asyncio.get_running_loop()
        while not self._stopping:
            try:
                found = await loop.run_in_executor(self._threads, self._cycle, loop)
            except TenureError as error:
                logger.warning("the outbox cannot be read: %s", error.message)
                return False
            if found is None:
                return True
            if found.unavailable:
                return False
            if found.is_full:
                self._tell()  # there is more than one lane can take
        return True

    def _cycle(self, loop: asyncio.AbstractEventLoop) -> Outcome | None:
        """One transaction, in a thread: take, deliver in the event loop, note what came of it."""
        with self._database.begin_with_records() as (connection, records):
            taken = outbox.take(connection, self._batch)
            if not taken:
                return None
            inputs = self._inputs.of(records, (one for _, one in taken if isinstance(one, Start)))
            delivering = self._deliver(taken, inputs)
            outcome = asyncio.run_coroutine_threadsafe(delivering, loop).result()
            outcome.is_full = len(taken) >= self._batch
            outbox.delivered(connection, outcome.delivered)
            for number, error in outcome.refused.items():
                outbox.postpone(connection, number, error)
        return outcome

    # --- in the event loop --------------------------------------------------------------------

    async def _deliver(
        self,
        taken: Sequence[tuple[int, Delivery]],
        inputs: Mapping[EnrollmentId, EnrollmentInput | str],
    ) -> Outcome:
        runs: dict[EnrollmentId, list[tuple[int, Delivery]]] = {}
        for number, delivery in taken:
            runs.setdefault(delivery.enrollment, []).append((number, delivery))
        outcome = Outcome()
        await asyncio.gather(*(self._deliver_run(run, inputs, outcome) for run in runs.values()))
        return outcome

    async def _deliver_run(
        self,
        owed: Sequence[tuple[int, Delivery]],
        inputs: Mapping[EnrollmentId, EnrollmentInput | str],
        outcome: Outcome,
    ) -> None:
        """Deliver to one run, in order; what follows a failure waits for it."""
        async with self._at_once:
            for number, delivery in owed:
                given = inputs.get(delivery.enrollment)
                if isinstance(delivery, Start) and isinstance(given, str):
                    outcome.refused[number] = given
                    return
                try:
                    await self._handover.deliver(number, delivery, given)
                except RPCError as error:
                    self._note_failure(number, error, outcome)
                    return
                outcome.delivered.append(number)

    def _note_failure(self, number: int, error: RPCError, outcome: Outcome) -> None:
        if self._handover.is_away(error):
            logger.warning("Temporal does not answer: %s", error.status.name)
            outcome.unavailable = True
        else:
            logger.error("Temporal refuses delivery %s: %s", number, error.status.name)
            outcome.refused[number] = f"{error.status.name}: {error.message}"

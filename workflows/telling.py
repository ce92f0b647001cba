"""Telling our own people outside any run: notices that are owed, sent as long as a worker works.

Owns how often it is looked for them. What a notice says, and that it is sent once, is
`engine/effects/noticing`. Needs no Temporal: one may be about Temporal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from engine.effects.context import Context
from engine.effects.noticing import send_notices
from engine.effects.sending import Ways
from engine.errors import InputError, TenureError
from engine.store.database import Database

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0


async def keep_telling(
    database: Database,
    contexts: Callable[[], Context],
    ways: Callable[[Context], Ways],
    stop: asyncio.Event,
) -> None:
    """Send what is owed, again and again, until `stop` is set."""
    loop = asyncio.get_running_loop()

    def send() -> int:
        context = contexts()
        return send_notices(database.transaction, context, ways(context))

    with ThreadPoolExecutor(1, "telling") as thread:
        while not stop.is_set():
            try:
                while await loop.run_in_executor(thread, send) and not stop.is_set():
                    pass
            except InputError:
                pass  # nothing has been applied yet
            except TenureError as error:
                logger.warning("notices cannot be sent: %s", error.message)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)

"""Assessing the parents of accounts that have moved, right after what moved them.

Each in a transaction of its own, after the children's: nobody holds two accounts. What is not done
here, because the process ends or somebody else took the facts in, the next sweep does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from engine.effects.assessing import MOST_ANCESTORS
from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.effects.ingesting import Ingested
from engine.effects.reassessing import reassess
from engine.effects.records import Records
from engine.errors import TenureError
from engine.services.transacting import transact
from engine.store.database import Database
from engine.store.records import PostgresRecords

T = TypeVar("T")
MOST_PARENTS = 200
logger = logging.getLogger("health")


def moving(database: Database, context: Context, work: Callable[[PostgresRecords], T]) -> T:
    """Do work that may move an account's health in one transaction, then look at its parents."""
    done = transact(database, work)
    roll_up(database, context)
    return done


def roll_up(database: Database, context: Context) -> None:
    """Assess the accounts whose children have moved, and theirs above them. Costs nothing where no
    health model looks at children. Never raises: what moved the children is committed."""
    if context.health.rolls_up is None:
        return
    try:
        _roll_up(database, context)
    except TenureError as error:
        logger.warning("parents are left to the next sweep of health: %s", error.message)


def _roll_up(database: Database, context: Context) -> None:
    for _ in range(MOST_ANCESTORS):
        told = transact(database, lambda records: records.parents_told(MOST_PARENTS))
        for parent in told:
            transact(database, partial(_reassess, context, parent))
        if not told:
            return


def _reassess(context: Context, parent: AccountId, records: Records) -> Ingested:
    return reassess(records, context, parent)

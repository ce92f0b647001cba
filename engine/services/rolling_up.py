"""Assessing the parents of accounts that have moved, right after the facts that moved them.

Each in a transaction of its own, after the children's: nobody holds two accounts. What is not done
here, because the process ends or somebody else took the facts in, the next sweep does.
"""

from __future__ import annotations

from functools import partial

from engine.effects.assessing import MOST_ANCESTORS
from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.effects.ingesting import Ingested
from engine.effects.reassessing import reassess
from engine.effects.records import Records
from engine.services.transacting import transact
from engine.store.database import Database

MOST_PARENTS = 200


def roll_up(database: Database, context: Context) -> None:
    """Assess the accounts whose children have moved, and theirs above them. Costs nothing where no
    health model looks at children."""
    if context.health.rolls_up is None:
        return
    for _ in range(MOST_ANCESTORS):
        told = transact(database, lambda records: records.parents_told(MOST_PARENTS))
        for parent in told:
            transact(database, partial(_reassess, context, parent))
        if not told:
            return


def _reassess(context: Context, parent: AccountId, records: Records) -> Ingested:
    return reassess(records, context, parent)

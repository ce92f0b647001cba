"""The records port for many facts in one transaction: read at once, written at once.

The accounts of a batch are locked first, in the order of their ids, and what facts look at most is
read for all of them together. Writes are kept back, later reads see them, and they go out as one
statement for each table. What is not foreseen here is done as `PostgresRecords` does it, after
everything kept back has been sent: slower, never another result.

    with database.transaction(BatchedRecords) as records:
        records.look_ahead(accounts, fact_ids)
        for fact in facts:
            with records.alone():          # an error takes back this fact only
                ingest(records, context, fact)

ahead      what is read at once: statements
bulk       what is written at once: statements
journal    tables in memory that can be put back
outgoing   the rows that are not sent yet
talking    reading ahead, sending, one fact alone
health     accounts, scores, facts
enrolling  runs, waits, matches, the outbox
"""

from engine.store.batching.enrolling import BatchedEnrolling
from engine.store.batching.health import BatchedHealth
from engine.store.batching.talking import Spoiled

__all__ = ["BatchedRecords", "Spoiled"]


class BatchedRecords(BatchedHealth, BatchedEnrolling):
    """One transaction over a batch of facts."""

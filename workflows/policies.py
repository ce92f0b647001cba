"""How long each activity may take, how it is tried again, and what is final.

Owns the numbers only; `docs/decisions/0003-how-a-run-fails.md` says why they are what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

FINAL = ("run", "not_found", "author")
"""Codes of `engine.errors` that trying again cannot help. They are the types of our
ApplicationErrors."""

OTHER_ATTEMPTS = 30
"""How often an activity is tried that fails for a reason that is neither final nor transient: a
mistake of ours, or of the set-up (a migration not run yet). That is more than an hour and a half,
in which it can be put right. Then it is final, and the run ends visibly."""

HOUSE: Mapping[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=40),
    "local_retry_threshold": timedelta(seconds=1),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(minutes=5),
        non_retryable_error_types=list(FINAL),
    ),
}
"""House verbs wait for the database as long as it takes: an outage fails no run. From a second on
they wait on a timer, so that no workflow task is held open meanwhile."""

AT_HAND: Mapping[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=45),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
"""The first attempt at a send, in the workflow's own worker: one try, longer than any provider's
own time-outs. While it lasts, Temporal keeps the workflow task alive by heartbeats."""

OUTBOUND: Mapping[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=2),
    "schedule_to_close_timeout": timedelta(days=3),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(minutes=10),
        non_retryable_error_types=list(FINAL),
    ),
}
"""What leaves the house is tried for three days; later it would not be what the author meant."""

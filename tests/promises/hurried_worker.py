"""The worker, with a short limit for what leaves the house: a test need not wait two minutes until
Temporal gives up on an attempt whose worker was killed."""

from __future__ import annotations

from datetime import timedelta

from workflows import policies

policies.OUTBOUND["start_to_close_timeout"] = timedelta(seconds=3)  # type: ignore[index]

import worker  # noqa: E402 - what it imports reads the policies

if __name__ == "__main__":
    worker.main()

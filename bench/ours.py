"""Our worker as it is measured: `python -m bench.ours`.

It is `worker.py`, with one thing changed against us. A run that waits only seconds writes the line
of its wait together with the next step; one that waits for days writes it at once, by an errand of
its own. The bench's waits are short, but stand for long ones, so here every wait is taken as long.
"""

from __future__ import annotations

from datetime import timedelta

import worker
from workflows import driving


def main() -> None:
    """Run the worker."""
    driving.WRITE_WITHIN = timedelta(0)
    worker.main()


if __name__ == "__main__":
    main()

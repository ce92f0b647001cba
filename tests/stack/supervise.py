"""A supervisor of its own, to be killed by tests: `supervise.py DATA_DIR [COMMAND…]`.

Prints each report as a line, then `up` when everything runs. The command may take for ever to end:
one that does not end by itself is ended by a hurried stop alone, however slow the machine is.
"""

from __future__ import annotations

import contextlib
import sys
from functools import partial
from pathlib import Path

from engine.stack import supervisor
from engine.stack.place import Report
from engine.stack.process import Program
from engine.stack.stopping import Stopped
from engine.stack.supervisor import Command, Stack


def main() -> None:
    data_dir, *argv = sys.argv[1:]
    supervisor.Program = partial(Program, stop_timeout_s=300)  # type: ignore[attr-defined]
    stack = Stack(
        Path(data_dir),
        postgres_port=0,
        temporal_port=0,
        ui_port=0,
        commands=[Command("extra", argv)] if argv else [],
        report=show,
    )
    with contextlib.suppress(Stopped), stack:
        print("up", flush=True)
        stack.wait()


def show(report: Report) -> None:
    print(report.what, report.name, flush=True)


if __name__ == "__main__":
    main()

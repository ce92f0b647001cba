"""How a process that may have opened a Temporal client ends.

The client's threads can touch the interpreter while it is torn down, and then abort the process
after its work is done (sdk-python issue 300: one time in four). So it is not torn down.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from engine.errors import TenureError
from engine.services.logs import write_logs


def work_and_leave(name: str, work: Callable[[], None]) -> NoReturn:
    """Do a server's work and end its process: 0 when it has returned, 1 when it cannot go on.

    `name` is the logger's, and begins what is said on stderr.
    """
    write_logs()
    code = 1
    try:
        work()
        code = 0
    except TenureError as error:
        print(f"{name}: {error}", file=sys.stderr)
    except Exception:  # the outermost edge
        logging.getLogger(name).exception("this process ends for a reason nobody foresaw")
    leave_cleanly(code)


def leave_cleanly(code: int) -> NoReturn:
    """End the process now, with all output written. Only for the outermost edge of a program:
    no `finally` above it, no atexit handler and no thread gets its turn."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:  # whoever read it has read enough
            continue
        except (OSError, ValueError):  # it could not be written: a full disk, a closed stream
            code = code or 1
    os._exit(code)

"""How a process that may have opened a Temporal client ends.

The client's threads can touch the interpreter while it is torn down, and then abort the process
after its work is done (sdk-python issue 300: one time in four). So it is not torn down.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn


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

"""First in a supervised process: become its user, arm the death signal, become the program.

Standard library only, started as a script: the death signal has to be set after the user changed
(the kernel clears it then) and between fork and exec nothing else is safe in a threaded parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOST_PARENT = 125
CANNOT_RUN = 127


def main(arguments: list[str]) -> None:
    """Take: death signal, supervisor's pid, uid, gid (-1: unchanged), program, its arguments."""
    death_signal, parent, uid, gid = (int(value) for value in arguments[:4])
    command = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the death signal was armed
        os._exit(LOST_PARENT)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):  # execve keeps ignored signals
        signal.signal(ignored, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    try:
        os.execv(command[0], command)
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(CANNOT_RUN)


if __name__ == "__main__":
    main(sys.argv[1:])

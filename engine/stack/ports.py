"""TCP ports of the loopback interface: which are free, before anything is started."""

from __future__ import annotations

import contextlib
import errno
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import InputError

LOOPBACK = "127.0.0.1"
OURS = range(20_000, 32_000)
"""Where free ports are looked for: below those the system gives to outgoing connections, which
could take a port between the choice and the server's start."""
TRIES = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """A port somebody wants: 0 for any; `flag` is the option that changes it. With `or_any`,
    another one will do when it is taken."""

    wanted_by: str
    port: int
    flag: str
    or_any: bool = False


def choose(wishes: Sequence[Wish]) -> tuple[int, ...]:
    """Check that the wished ports are free and fill in the zeros, in order.

    All are held until the last is known, so no two get the same. Raises `InputError` for a port
    that is taken, out of range or not permitted.
    """
    with contextlib.ExitStack() as held:
        sockets = [(held.enter_context(_bind(wish))) for wish in wishes]
        return tuple(one.getsockname()[1] for one in sockets)


def is_taken(port: int) -> bool:
    """Tell whether somebody listens on a port, or nobody may."""
    try:
        _bind(Wish("", port, "")).close()
    except InputError:
        return True
    return False


def _bind(wish: Wish) -> socket.socket:
    return _bind_exactly(wish) if wish.port else _bind_any(wish)


def _bind_any(wish: Wish) -> socket.socket:
    for port in random.sample(OURS, TRIES):
        with contextlib.suppress(InputError):
            return _bind_exactly(replace(wish, port=port, or_any=False))
    return _bind_exactly(wish)


def _bind_exactly(wish: Wish) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, wish.port))
    except (OSError, OverflowError) as error:
        listener.close()
        if wish.or_any and getattr(error, "errno", None) == errno.EADDRINUSE:
            return _bind_any(wish)
        raise _refused(wish, error) from error
    listener.listen(1)  # without it a second bind with SO_REUSEADDR would succeed
    return listener


def _refused(wish: Wish, error: OSError | OverflowError) -> InputError:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            problem = "is taken by another process"
        case errno.EACCES:
            problem = "may not be used by this user"
        case _:
            problem = "is not a port number (0 to 65535)"
    return InputError(
        f"Port {wish.port}, wanted by {wish.wanted_by}, {problem}.",
        remedy=f"Choose another with {wish.flag} (0 picks a free one), or stop what listens there.",
    )

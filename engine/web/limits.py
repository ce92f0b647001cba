"""How much one visitor may ask: requests by address or token, the size and pace of what is sent.

In memory and bounded: a flood of addresses forgets the ones not seen for longest. Knows no pages.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

MAX_BODY_BYTES = 32_768
BODY_TIMEOUT_S = 10.0


class Limiter:
    """Lets each address, or name, make `burst` requests at once and `per_second` from then on."""

    def __init__(
        self,
        *,
        burst: int = 60,
        per_second: float = 2.0,
        addresses: int = 4096,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._addresses = addresses
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, address: str) -> bool:
        """Count a request; False when it is one too many.

        >>> limiter = Limiter(burst=2, clock=lambda: 0.0)
        >>> [limiter.admits("192.0.2.1") for _ in range(3)]
        [True, True, False]
        """
        return self.wait_s(address) == 0

    def wait_s(self, address: str) -> float:
        """Count a request; return 0, or how many seconds too early it comes.

        >>> limiter = Limiter(burst=1, per_second=4, clock=lambda: 0.0)
        >>> [limiter.wait_s("192.0.2.1") for _ in range(2)]
        [0.0, 0.25]
        """
        name, now = network_of(address), self._clock()
        left, at = self._seen.pop(name, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._per_second)
        admitted = left >= 1
        self._seen[name] = (left - 1 if admitted else left, now)
        while len(self._seen) > self._addresses:
            self._seen.popitem(last=False)
        return 0.0 if admitted else (1 - left) / self._per_second


def network_of(address: str) -> str:
    """Return what counts as one visitor: an IPv4 address, or the /64 an IPv6 address lies in.

    >>> network_of("2001:db8::1") == network_of("2001:db8::2")
    True
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((int(found), 64), strict=False))


async def read_body(request: Request, *, most_bytes: int = MAX_BODY_BYTES) -> bytes:
    """Return what was sent. HTTPException when it is too much (413), comes too slowly (408), or
    breaks off (400)."""
    received = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                received += chunk
                if len(received) > most_bytes:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(received)

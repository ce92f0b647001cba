"""Work in two lanes: while one waits for the database, the other is worked out.

Owns the order: what is about the same stays in its lane, one batch after the other, and answers
come back in the order of what was asked. Knows no facts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")
A = TypeVar("A")
LANES = 2
AHEAD = 2
"""How many rounds are begun before the answers of the first are waited for."""


def in_lanes(
    things: Iterable[T],
    about: Callable[[T], str],
    take: Callable[[Sequence[T]], Sequence[A]],
    size: int,
) -> Iterator[Sequence[A]]:
    """Yield the answers of `take`, which is called with some things of a lane at a time, about
    `size` of them; what is `about` the same is never taken at the same time, nor out of order. Few
    things are taken here and now.

    An error ends it; batches that had been begun by then are done or not, each as a whole.

    >>> taken = in_lanes("abcab", str, lambda some: [one.upper() for one in some], 2)
    >>> "".join(one for some in taken for one in some)
    'ABCAB'
    """
    coming = iter(things)
    first = list(islice(coming, size + 1))
    if len(first) <= size:
        if first:
            yield take(first)
        return
    begun: deque[tuple[list[int], list[Future[Sequence[A]] | None]]] = deque()
    with ExitStack() as stack:
        lanes = [stack.enter_context(ThreadPoolExecutor(1, "lane")) for _ in range(LANES)]
        while some := [*first, *islice(coming, size * LANES - len(first))]:
            first = []
            places = [crc32(about(one).encode(errors="replace")) % LANES for one in some]
            taken = [_begin(one, n, some, places, take, size) for n, one in enumerate(lanes)]
            begun.append((places, taken))
            if len(begun) >= AHEAD:
                yield _answers(*begun.popleft())
        while begun:
            yield _answers(*begun.popleft())


def _begin(
    lane: ThreadPoolExecutor,
    number: int,
    some: Sequence[T],
    places: Sequence[int],
    take: Callable[[Sequence[T]], Sequence[A]],
    size: int,
) -> Future[Sequence[A]] | None:
    mine = [one for one, place in zip(some, places, strict=True) if place == number]
    return lane.submit(_take_all, take, mine, size) if mine else None


def _take_all(
    take: Callable[[Sequence[T]], Sequence[A]], mine: Sequence[T], size: int
) -> Sequence[A]:
    """Take what a lane got: a little more than `size` at once, much more one batch after the
    other."""
    if len(mine) <= size * 5 / 4:
        return take(mine)
    batches = (mine[first : first + size] for first in range(0, len(mine), size))
    return [answer for batch in batches for answer in take(batch)]


def _answers(places: Sequence[int], taken: Sequence[Future[Sequence[A]] | None]) -> list[A]:
    """Put the answers of all lanes into the order of what was asked."""
    each = [iter(one.result() if one is not None else ()) for one in taken]
    return [next(each[place]) for place in places]

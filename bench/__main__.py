"""`python -m bench [figure …]`: measure, and print one JSON line for each figure asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator

from bench.lines import AIMS, Line
from engine.errors import TenureError
from engine.services.leaving import leave_cleanly

ALONE = ("check_20_playbooks_s", "simulate_runs_per_s")


def measure(wanted: Collection[str]) -> Iterator[Line]:
    """Yield the lines of the figures asked for, as they become known."""
    from bench.checking import measure_check
    from bench.simulating import measure_simulator

    alone: dict[str, Callable[[], Line]] = dict(
        zip(ALONE, (measure_check, measure_simulator), strict=True)
    )
    if set(wanted) - set(ALONE):
        from bench.contest import measure_contest

        yield from (line for line in measure_contest() if line.figure in wanted)
    yield from (take() for figure, take in alone.items() if figure in wanted)


def main(asked: list[str]) -> int:
    """Measure the figures named, or all. 2 when one is not known, 1 when it cannot be measured."""
    unknown = sorted(set(asked) - set(AIMS))
    if unknown:
        print(f"no figure {', '.join(unknown)}; there are: {', '.join(AIMS)}", file=sys.stderr)
        return 2
    try:
        for line in measure(asked or list(AIMS)):
            print(line.to_json(), flush=True)
    except TenureError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    leave_cleanly(main(sys.argv[1:]))

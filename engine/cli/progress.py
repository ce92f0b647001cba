"""Bars for whoever watches a terminal; where nobody does, nothing is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress_bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr; what is yielded takes how many of `length` steps have been done since
    it was told last."""
    watched = sys.stderr.isatty()
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=not watched) as bar:
        yield bar.update

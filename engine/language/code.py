"""One entry of the catalogue of problem codes: what a code means, with a bad and a good example.

Owns the shape only; each part of the language keeps its own entries beside the checks that use
them, and the catalogue gathers them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A problem code as its documentation page shows it. `bad` and `good` are what the author
    writes (an expression, a text or YAML), not prose."""

    code: str
    title: str
    explanation: str
    bad: str
    good: str

"""Problems: what is wrong in an author's file, where, and what to do. Finding only, no rendering.

Owns the `Problem` value. Knows nothing of YAML, terminals or pages; `codes.py` holds the catalogue
of codes and `rendering.py` turns problems into text, JSON and GitHub annotations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.plan.model import Source

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, at one place.

    `where` is 1-based and points at the first character of the culprit; `length` is how many
    characters the caret line underlines. `code` is a key of the catalogue.
    """

    code: str
    message: str
    where: Source
    remedy: str
    length: int = 1
    severity: Severity = "error"

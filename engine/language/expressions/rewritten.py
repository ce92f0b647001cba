"""An expression on its way to CEL: the text so far, what was found, and the way back.

Owns the map from offsets of the CEL text to the author's tokens. Knows no rule of the language.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from engine.language.expressions.tokens import Token


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at the tokens from `first` up to `last`, both included. `skip` characters of
    the first are left out."""

    code: str
    message: str
    remedy: str
    first: int
    last: int
    skip: int = 0


@dataclass(slots=True)
class Rewritten:
    """The CEL text of an expression. `reads` and `asks` (the arguments of has()) map names to
    hidden variables; `refs` are all names in the order of their first use."""

    tokens: list[Token]
    findings: list[Finding] = field(default_factory=list)
    broken: bool = False
    reads: dict[str, str] = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    _pieces: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _owners: list[int] = field(default_factory=list)
    _length: int = 0

    @property
    def text(self) -> str:
        """The expression as CEL reads it, on one line."""
        return "".join(self._pieces)

    def add(self, piece: str, owner: int) -> None:
        """Append a piece of CEL that stands for the token `owner`."""
        self._pieces.append(piece + " ")
        self._starts.append(self._length)
        self._owners.append(owner)
        self._length += len(piece) + 1

    def owner(self, offset: int) -> int | None:
        """The token an offset of the CEL text came from; None at the end of the text."""
        if not 0 <= offset < self._length:
            return None
        return self._owners[bisect_right(self._starts, offset) - 1]

    def find(self, code: str, message: str, remedy: str, first: int, last: int = -1) -> None:
        """Note a problem."""
        self.findings.append(Finding(code, message, remedy, first, max(first, last)))

    def give_up(
        self, code: str, message: str, remedy: str, first: int, last: int = -1, *, skip: int = 0
    ) -> None:
        """Note a problem after which CEL would only repeat it in other words."""
        self.broken = True
        self.findings.append(Finding(code, message, remedy, first, max(first, last), skip))

"""Scalars: what a bare word in an author's YAML means, free of YAML 1.1's traps.

Owns the reading of words as numbers, true, false, nothing or text. Knows nothing of files.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

SWITCHES = frozenset({"yes", "no", "on", "off", "true", "false"})

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
_NUMBER_ELSEWHERE = re.compile(
    r"[-+]?(?:\d[\d_]*_[\d_]*|0x[0-9a-fA-F]+|0o[0-7]+|\d+(?:\.\d+)?[eE][-+]?\d+|\.\d+|\d+\.)"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_LONGEST_NUMBER = 40
_READ_ALIKE_EVERYWHERE = re.compile(r"[A-Za-z][\w ./()'’-]*[\w.)]|[A-Za-z]")


def plain_value(text: str) -> Scalar:
    """Return what a bare word means: a number, true, false, nothing, or simply its text.

    >>> [plain_value(word) for word in ("no", "12:30", "0123", "2026-12-01", "-3", "0.5", "~")]
    ['no', '12:30', '0123', '2026-12-01', -3, 0.5, None]
    """
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if found := _NUMBER.fullmatch(text):
        return float(text) if found[1] else int(text)
    return text


def misleading(text: str) -> bool:
    """Say whether a bare word is text here but something else to many readers.

    >>> misleading("no"), misleading("1_000"), misleading("red"), misleading("true")
    (True, True, False, False)
    """
    if text in ("true", "false", "null"):
        return False
    return text.lower() in SWITCHES or text in ("Null", "NULL") or is_number_elsewhere(text)


def is_number_elsewhere(text: str) -> bool:
    """Say whether other YAML readers take this word, text here, for a number.

    >>> is_number_elsewhere("0x1F"), is_number_elsewhere("31")
    (True, False)
    """
    return len(text) <= _LONGEST_NUMBER and _NUMBER_ELSEWHERE.fullmatch(text) is not None


def needs_no_quotes(text: str) -> bool:
    """Say whether every YAML reader takes the bare word for the same text.

    >>> needs_no_quotes("Kickoff call"), needs_no_quotes("no"), needs_no_quotes("a: b")
    (True, False, False)
    """
    if text.lower() in SWITCHES | {"y", "n", "null"}:
        return False
    return _READ_ALIKE_EVERYWHERE.fullmatch(text) is not None

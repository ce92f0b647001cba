"""Strict reading: what it takes means what JSON means, and nothing makes it fall over."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.web.api.bodies import DEEPEST, read_json
from engine.web.api.refusals import Refused

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner)
)
PIECES = st.lists(
    st.sampled_from([*'{}[]:,"\\ \n', "1", "-", "e9", "nul", "true", "NaN", "\\u00", '"a":', "é"])
)


@given(VALUES)
def test_what_json_writes_is_read_as_it_was(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value


@given(PIECES.map("".join).map(str.encode) | st.binary())
def test_anything_is_read_or_refused(body: bytes) -> None:
    with suppress(Refused):
        assert read_json(body) == json.loads(body)


def test_depth_is_counted_as_brackets() -> None:
    assert read_json(b"[" * (DEEPEST - 1) + b"]" * (DEEPEST - 1))
    for deep in (DEEPEST + 1, 990, 200_000):
        with pytest.raises(Refused, match=f"more than {DEEPEST} deep"):
            read_json(b"[" * deep + b"1" + b"]" * deep)

"""Plans, states, commands and events travel as JSON, and old ones can be read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import RunError
from engine.plan.codec import (
    decode,
    encode,
    plan_from_json,
    plan_hash,
    plan_to_json,
    state_from_json,
    state_to_json,
)
from engine.plan.events import Command, Event, Met, Moved, Paused, Woke
from engine.plan.model import NodeId, Source
from tests.plan.rescue import NOON, RESCUE, play

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> Any:
    """What is committed; a format that changes needs a new number and a way to read the old."""
    return json.loads((GOLDEN / name).read_text())


def test_plan_is_written_as_it_always_was() -> None:
    assert plan_to_json(RESCUE) == golden("rescue.plan.json")


def test_plan_of_then_is_read_now() -> None:
    assert plan_from_json(golden("rescue.plan.json")) == RESCUE


def test_state_is_written_as_it_always_was() -> None:
    assert state_to_json(play(RESCUE, 11)[0]) == golden("rescue.state.json")


@pytest.mark.parametrize("steps", range(1, 40, 3))
def test_state_comes_back_as_it_was_at_every_moment(steps: int) -> None:
    state, _ = play(RESCUE, steps)
    assert state_from_json(json.loads(json.dumps(state_to_json(state)))) == state


def test_run_goes_on_from_a_stored_state_as_if_nothing_had_been() -> None:
    state, said = play(RESCUE, 90)
    assert state.status == "finished"
    assert state.outcome == "saved"
    assert said == [decode(Command, encode(one)) for one in said]


def test_events_come_back_as_they_were() -> None:
    events = [Woke(NOON, "1"), Met(NOON, "2", "f", {"done": True}), Moved(NOON, "3")]  # type: ignore[arg-type]
    assert [decode(Event, encode(one)) for one in events] == events


def test_hash_leaves_out_where_things_stand() -> None:
    moved = {
        node: replace(one, source=Source("else.yaml", 99)) for node, one in RESCUE.nodes.items()
    }
    assert plan_hash(replace(RESCUE, nodes=moved, source=Source("else.yaml", 7))) == plan_hash(
        RESCUE
    )


def test_hash_changes_with_what_is_done() -> None:
    others = {**RESCUE.nodes, NodeId("over"): replace(RESCUE.nodes[NodeId("over")], outcome="won")}  # type: ignore[call-arg]
    assert plan_hash(replace(RESCUE, nodes=others)) != plan_hash(RESCUE)


def test_a_format_of_the_future_is_refused_with_what_to_do() -> None:
    with pytest.raises(RunError, match=r"format 99 .*\n.*Upgrade Tenure"):
        state_from_json({**golden("rescue.state.json"), "format": 99})


def test_broken_state_is_refused() -> None:
    with pytest.raises(RunError, match="cannot be read"):
        decode(Paused, {"at": "yesterday", "reason": "x"})

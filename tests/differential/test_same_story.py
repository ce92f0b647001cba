"""The simulator and the Temporal shell tell the same story of the same plan and facts."""

from __future__ import annotations

import pytest

from tests.differential.comparing import differences
from tests.differential.durable import play_durably
from tests.differential.simulated import play_simulated
from tests.differential.stories import make_story

SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
async def test_simulator_and_temporal_tell_the_same_story(
    seed: int, time_skipping: object, migrated_database: str
) -> None:
    story = make_story(seed)
    simulated = play_simulated(story)
    durable = await play_durably(time_skipping.binary, migrated_database, story)  # type: ignore[attr-defined]
    found = differences(simulated, durable)
    assert not found, "\n".join([story.text, *found])

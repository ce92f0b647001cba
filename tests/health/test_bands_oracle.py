"""Bands against an obvious oracle: each boundary is a switch that sticks, and time is counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.health.bands import decide, plain_band, score_within
from engine.health.model import Bands
from tests.health.house import NOW

NAMES = ("red", "yellow", "green", "blue")
STARTS = st.lists(st.integers(10, 90), min_size=1, max_size=3, unique=True).map(sorted)
BANDS = st.builds(
    lambda starts, by, better, worse: Bands(
        tuple(zip(NAMES, [0, *starts], strict=False)),
        by,
        timedelta(hours=better),
        timedelta(hours=worse),
    ),
    STARTS,
    st.integers(0, 9),
    st.sampled_from([0, 5]),
    st.sampled_from([0, 3]),
)
SCORES = st.lists(st.integers(0, 200).map(lambda half: half / 2), min_size=1, max_size=30)


def obvious(bands: Bands, scores: list[float]) -> list[str]:
    """One score each hour: switches turn on at boundary + by, off below boundary - by."""
    switches = [scores[0] >= start for _, start in bands.starts]
    told, since = sum(switches) - 1, 0
    found = [NAMES[told]]
    for hour, score in enumerate(scores[1:], 1):
        own = [
            score >= start + bands.hysteresis or (on and score >= start - bands.hysteresis)
            for (_, start), on in zip(
                bands.starts, [at <= told for at in range(len(bands.starts))], strict=True
            )
        ]
        wanted = 0
        while wanted + 1 < len(own) and own[wanted + 1]:
            wanted += 1
        stay = bands.before_better if wanted > told else bands.before_worse
        if wanted != told and timedelta(hours=hour - since) >= stay:
            told, since = wanted, hour
        found.append(NAMES[told])
    return found


def decided(bands: Bands, scores: list[float]) -> list[str]:
    band: str | None = None
    since: datetime | None = None
    found = []
    for hour, score in enumerate(scores):
        now = decide(bands, score, band, since, NOW + timedelta(hours=hour))
        band, since = now.band, now.since
        found.append(band)
    return found


@given(BANDS, SCORES)
def test_band_is_what_sticking_switches_say(bands: Bands, scores: list[float]) -> None:
    assert decided(bands, scores) == obvious(bands, scores)


@given(BANDS, SCORES)
def test_band_moves_at_the_instant_it_says(bands: Bands, scores: list[float]) -> None:
    before, score = plain_band(bands, scores[0]), scores[-1]
    now = decide(bands, score, before, NOW, NOW + timedelta(hours=1))
    if now.moves_at is not None:
        just_before = decide(bands, score, before, NOW, now.moves_at - timedelta(seconds=1))
        assert just_before.band == before
        assert decide(bands, score, before, NOW, now.moves_at).band != before


@given(BANDS, st.floats(0, 100))
def test_forced_score_lies_in_its_band_and_as_near_as_can_be(bands: Bands, score: float) -> None:
    for name, _ in bands.starts:
        found = score_within(bands, name, score)
        assert plain_band(bands, found) == name
        if plain_band(bands, score) == name and found != score:
            ends = [other for (_, _), (_, other) in pairwise(bands.starts)]
            assert any(other - 0.1 < score < other for other in ends)

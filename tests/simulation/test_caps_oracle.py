"""Whatever was sent, a cap is never exceeded, and nothing waits longer than it must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.effects.capping import PERIODS, fullest
from engine.language.workspace.model import Cap

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CAPS = st.lists(st.builds(Cap, st.integers(1, 4), st.sampled_from([*PERIODS])), max_size=3)
WISHES = st.lists(st.integers(0, 60 * 24 * 40), max_size=14)


def allowed(caps: list[Cap], sent: list[datetime], at: datetime) -> bool:
    """Count, the slow way: in the period that ends now, no cap is used up."""
    return all(sum(at - PERIODS[cap.per] < one <= at for one in sent) < cap.at_most for cap in caps)


@given(CAPS, WISHES)
def test_messages_go_at_the_first_minute_that_has_room(caps: list[Cap], wishes: list[int]) -> None:
    sent: list[datetime] = []
    for minute in sorted(wishes):
        now = max([START + timedelta(minutes=minute), *sent])
        full = fullest(caps, sent, now)
        at = now if full is None else full.until
        assert allowed(caps, sent, at)
        assert at == now or not allowed(caps, sent, at - timedelta(microseconds=1))
        sent.append(at)

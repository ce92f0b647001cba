"""Notices to our own people: sent once, tried again only when certainly nothing was sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from engine.delivery.memory import Fault, MemoryProvider
from engine.effects.context import Context
from engine.effects.enrolling_entities import Notice
from engine.effects.noticing import send_notices
from engine.effects.sending import Ways
from engine.simulation.memory import MemoryRecords
from engine.simulation.world import World
from tests.enrolling.house import MONDAY, House

DATA = {"playbook": "rescue", "title": "Rescue", "at_most": 2, "per": "day", "account": "Acme"}


@pytest.fixture
def context(house: Callable[..., House]) -> Context:
    """A workspace, ready."""
    return house().context


def owed() -> World:
    world = World(MONDAY)
    with MemoryRecords(world) as records:
        records.put_notice(Notice("brake/rescue/day/1", MONDAY, "brake", None, DATA))
    return world


@pytest.mark.parametrize(
    ("fault", "status", "accepted"),
    [
        ("accept", "sent", 1),
        ("refuse", "owed", 0),
        ("accept-then-timeout", "failed", 1),
        ("timeout", "failed", 0),
        ("permanent", "failed", 0),
    ],
)
def test_what_is_unclear_is_not_sent_again(
    context: Context, fault: Fault, status: str, accepted: int
) -> None:
    world, provider = owed(), MemoryProvider()
    provider.next_faults(fault)
    send = partial(send_notices, lambda: MemoryRecords(world), context, Ways(email=provider))
    assert send() == (status != "owed")
    (notice,) = world.notices.values()
    assert (notice.status, len(provider.accepted)) == (status, accepted)
    send()
    assert len(provider.accepted) == max(accepted, fault == "refuse")


def test_without_anybody_it_goes_to_the_workspaces_own_address(context: Context) -> None:
    world, provider = owed(), MemoryProvider()
    send_notices(lambda: MemoryRecords(world), context, Ways(email=provider))
    (mail,) = provider.accepted
    assert mail.to == context.workspace.sender
    assert "tenure enroll held --playbook rescue" in mail.text

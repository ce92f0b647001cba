"""The core keeps its promises for any order of events."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan.advance import advance, begin
from engine.plan.events import (
    Cancelled,
    CommandId,
    Do,
    Event,
    Failed,
    Finish,
    Met,
    Moved,
    Paused,
    Resumed,
    Started,
    WakeAt,
    Woke,
)
from engine.plan.state import State
from tests.plan.rescue import NOON, RESCUE, answered, play


def test_an_event_nobody_waits_for_changes_nothing() -> None:
    state, _ = play(RESCUE, 10)
    assert advance(RESCUE, state, Woke(NOON, CommandId("nobody.1"))) == (state, ())
    after, commands = advance(RESCUE, state, Met(NOON, CommandId("nobody.1"), "f"))
    assert (replace(after, early=()), commands) == (state, ())


def test_the_same_event_twice_is_taken_once() -> None:
    state, said = play(RESCUE, 3)
    asked = next(one for one in said if isinstance(one, Do) and one.verb == "create_task")
    met = Met(NOON, asked.id, "f-1", {"status": "done"})
    once, _ = advance(RESCUE, state, met)
    twice, commands = advance(RESCUE, once, met)
    assert (replace(twice, early=()), commands) == (once, ())


def test_a_failure_ends_the_run_with_its_reason() -> None:
    state, commands = advance(RESCUE, begin("acme"), Started(NOON))
    (asked,) = [one for one in commands if isinstance(one, Do)]
    state, commands = advance(RESCUE, state, Failed(NOON, asked.id, "no such account"))
    assert (state.outcome, state.reason) == ("failed", "no such account")
    (closing,) = [one for one in commands if isinstance(one, Do)]
    state, commands = advance(RESCUE, state, answered(closing, NOON))
    assert commands == (Finish("failed", "no such account"),)


def test_nothing_is_asked_while_paused() -> None:
    state, _ = play(RESCUE, 6)
    state, _ = advance(RESCUE, state, Paused(NOON, "holiday"))
    for timer in list(state.timers):
        state, commands = advance(RESCUE, state, Woke(NOON, timer))
        assert commands == ()


def test_the_group_ends_its_own_pause_only() -> None:
    state, _ = play(RESCUE, 6)
    by_group, by_hand = Paused(NOON, "rescue first", "group"), Paused(NOON, "holiday")
    for events, status in [
        ([by_group, Resumed(NOON, "group")], "running"),
        ([by_hand, Resumed(NOON, "group")], "paused"),
        ([by_hand, by_group, Resumed(NOON, "group")], "paused"),
        ([by_group, by_hand, Resumed(NOON, "group")], "paused"),
        ([by_group, by_hand, Resumed(NOON)], "running"),
        ([by_group, Resumed(NOON)], "running"),
    ]:
        after = state
        for event in events:
            after, _ = advance(RESCUE, after, event)
        assert after.status == status, events


class World:
    """Whatever may happen to a run, in an order a test chooses."""

    def __init__(self) -> None:
        self.state: State = begin("acme")
        self.asked: list[Do] = []
        self.timers: set[CommandId] = set()
        self.finished = 0
        self.keys: set[CommandId] = set()

    def take(self, event: Event) -> None:
        """Apply an event and check what must always hold."""
        before = self.state
        self.state, commands = advance(RESCUE, before, event)
        assert advance(RESCUE, before, event) == (self.state, commands), "not deterministic"
        for one in commands:
            if isinstance(one, Do):
                assert one.id not in self.keys, "a command id was used twice"
                self.keys.add(one.id)
                self.asked.append(one)
            elif isinstance(one, WakeAt):
                self.timers.add(one.id)
            elif isinstance(one, Finish):
                self.finished += 1
        assert self.finished == (self.state.status == "finished")
        asked = {branch.asked for branch in self.state.branches.values() if branch.asked}
        assert asked <= self.keys
        held = {timer for one in self.state.branches.values() for timer in one.timers}
        assert held == set(self.state.timers), "a timer nobody holds, or one nobody set"

    def events(self) -> list[Event]:
        """What can happen next."""
        some: list[Event] = [answered(one, NOON) for one in self.asked[-6:]]
        some += [Woke(NOON, timer) for timer in sorted(self.timers)[-6:]]
        some += [Met(NOON, watch, "f", {"status": "done"}) for watch in list(self.state.watches)]
        some += [Moved(NOON, watch) for watch in list(self.state.watches)]
        some += [Paused(NOON, "p"), Resumed(NOON)]
        return some


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=5, max_size=60))
def test_any_order_of_events_keeps_the_run_sound_and_it_can_be_ended(picks: list[int]) -> None:
    world = World()
    world.take(Started(NOON))
    for pick in picks:
        events = world.events()
        world.take(events[pick % len(events)])
    world.take(Cancelled(NOON, "enough"))
    if world.state.status != "finished":
        world.take(answered(replace(world.asked[-1]), NOON))
    assert world.finished == 1

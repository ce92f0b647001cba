"""The records contract: which messages count towards a contact's caps."""

from __future__ import annotations

from engine.effects.enrolling_entities import Queued
from engine.effects.entities import ContactId, EffectKey
from tests.records.keepers import Keeper
from tests.records.samples import ANNA, DAY, T0, effect, enrollment

AT = [T0 + DAY * n for n in range(8)]


def test_messages_under_way_and_gone_out_count(keeper: Keeper) -> None:
    statuses = ("intent", "waiting", "unknown", "accepted", "refused", "skipped")
    with keeper.transaction() as records:
        records.put_enrollment(enrollment())
        for number, status in reversed([*enumerate(statuses)]):
            records.put_effect(effect(status, status=status, at=AT[number]))
        records.put_effect(effect("survey", verb="send_survey", at=AT[6]))
        records.put_effect(effect("other", recipient="c-zoe", at=AT[6]))
        records.put_effect(effect("notice", verb="notify", at=AT[6]))
    with keeper.transaction() as records:
        records.lock_contact(ANNA)
        assert list(records.messages_to(ANNA, AT[1])) == [*AT[1:4], AT[6]]
        assert list(records.messages_to(ContactId("c-nobody"), T0)) == []


def queued(key: str, rank: int = 0, since: int = 0, asks: int = 0) -> Queued:
    return Queued(ANNA, EffectKey(key), enrollment().id, rank, AT[since], AT[asks])


def test_messages_wait_in_the_order_of_rank_and_age(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_enrollment(enrollment())
        for one in (queued("later", 0, 2), queued("low", 1, 0), queued("first", 0, 1)):
            records.queue_message(one)
    with keeper.transaction() as records:
        assert [one.key for one in records.queued_messages(ANNA)] == ["first", "later", "low"]
        assert list(records.queued_messages(ContactId("c-nobody"))) == []
        records.queue_message(queued("later", 5, 7, 6))  # asks again: nothing else changes
        records.unqueue_message(ANNA, EffectKey("first"))
        records.unqueue_message(ANNA, EffectKey("unknown"))
    with keeper.transaction() as records:
        assert list(records.queued_messages(ANNA)) == [
            queued("later", 0, 2, 6),
            queued("low", 1, 0),
        ]


def test_messages_of_runs_that_are_not_active_wait_for_nothing(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_enrollment(enrollment())
        records.queue_message(queued("one"))
        records.change_enrollment(enrollment().id, status="paused")
    with keeper.transaction() as records:
        assert list(records.queued_messages(ANNA)) == []

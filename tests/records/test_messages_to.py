"""The records contract: which messages count towards a contact's caps."""

from __future__ import annotations

from engine.effects.entities import ContactId
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

"""The records contract, the part about enrolling: what is held, what was decided, what is owed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.effects.enrolling_entities import Decision, Held, Notice
from engine.effects.entities import EffectKey, EnrollmentId, FactId
from engine.errors import NotFound
from tests.records.keepers import NOW, Keeper
from tests.records.samples import ACME, ANNA, PLAN_HASH, T0, effect, enrollment

DAY = timedelta(days=1)


def held(id: str = "h-1", **fields: Any) -> Held:
    given: dict[str, Any] = {
        "playbook": "wait-a-day",
        "account": ACME,
        "contact": None,
        "kind": "brake",
        "why": "brake: at most 1 per day",
        "trigger": {"by": "fact", "values": {"health.score": 20.5}},
        "inputs": {"tone": "warm"},
        "held_at": T0,
    }
    return Held(id=id, **{**given, **fields})


def notice(id: str = "n-1", **fields: Any) -> Notice:
    given: dict[str, Any] = {"at": T0, "kind": "brake", "recipient": "u-mira", "data": {"x": 1}}
    return Notice(id=id, **{**given, **fields})


def test_one_is_held_for_a_playbook_and_subject(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.put_held(held("h-1"))
        assert not records.put_held(held("h-2", kind="queue"))
        assert records.put_held(held("h-3", contact=ANNA))
    with keeper.transaction() as records:
        assert records.held_for(ACME) == [held("h-1"), held("h-3", contact=ANNA)]
        records.change_held("h-1", status="released", closed_at=NOW, closed_by="ann")
        assert records.put_held(held("h-4"))
    with keeper.transaction() as records:
        assert [one.id for one in records.held_for(ACME)] == ["h-3", "h-4"]
        assert records.held("h-1") == held(status="released", closed_at=NOW, closed_by="ann")
        with pytest.raises(NotFound):
            records.held("h-9")


def test_decisions_come_newest_first(keeper: Keeper) -> None:
    def decision(why: str, **fields: Any) -> Decision:
        given: dict[str, Any] = {"playbook": "wait-a-day", "account": ACME, "contact": ANNA}
        given |= {"rule": "fact x", "values": {"a": 1}, "fact": FactId("f-1"), "enrollment": None}
        more = {**given, **fields}
        return Decision(at=T0, plan=PLAN_HASH, decision="refused", why=why, **more)

    with keeper.transaction() as records:
        for number in range(3):
            records.put_decision(decision(f"why {number}"))
        records.put_decision(decision("of another", playbook="other"))
    with keeper.transaction() as records:
        found = records.decisions("wait-a-day", ACME, 2)
    assert found == [decision("why 2"), decision("why 1")]


def test_the_brake_counts_what_a_playbook_began_by_itself(keeper: Keeper) -> None:
    triggers: list[dict[str, Any]] = [
        {"by": "fact"},
        {"by": "clock"},
        {"by": "playbook", "enrollment": "e-0"},
        {"by": "hand", "user": "ann"},
        {"by": "fact", "released_by": "ann"},
    ]
    with keeper.transaction() as records:
        for number, trigger in enumerate(triggers):
            run = enrollment(f"e-{number}", trigger=trigger, status="finished", ended_at=NOW)
            assert records.put_enrollment(run)
        old = enrollment("e-9", started_at=T0 - DAY, status="finished", ended_at=NOW)
        assert records.put_enrollment(old)
        records.lock_brakes()
        assert records.started_since("wait-a-day", T0) == 3
        assert records.started_since("wait-a-day", T0 - DAY) == 4
        assert records.started_since("other", T0) == 0


def test_a_notice_is_put_once_and_owed_until_it_is_sent(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.put_notice(notice("n-1"))
        assert not records.put_notice(notice("n-1", data={}))
        assert records.put_notice(notice("n-2", recipient=None))
        assert records.put_notice(notice("n-3", status="sent"))
    with keeper.transaction() as records:
        assert records.owed_notices(9) == [notice("n-1"), notice("n-2", recipient=None)]
        assert records.owed_notices(1) == [notice("n-1")]
        records.change_notice("n-1", status="failed", reason="no such address")
    with keeper.transaction() as records:
        assert [one.id for one in records.owed_notices(9)] == ["n-2"]


def test_an_owed_notice_is_given_to_one(concurrent_keeper: Keeper) -> None:
    with concurrent_keeper.transaction() as records:
        records.put_notice(notice())
    with concurrent_keeper.transaction() as first, concurrent_keeper.transaction() as second:
        assert [one.id for one in first.owed_notices(9)] == ["n-1"]
        assert second.owed_notices(9) == []


def test_what_waits_of_a_runs_sends_is_left_out(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_enrollment(enrollment())
        records.put_enrollment(enrollment("e-2", playbook="other"))
        records.put_effect(effect("a", status="waiting"))
        records.put_effect(effect("b", status="intent"))
        records.put_effect(effect("c", status="intent"))
        records.put_effect(effect("d", status="waiting", enrollment=EnrollmentId("e-2")))
        records.change_effect(EffectKey("c"), status="waiting")
        records.change_effect(EffectKey("a"), status="accepted")
    with keeper.transaction() as records:
        records.leave_out_waiting(EnrollmentId("e-1"), "the goal is met")
    with keeper.transaction() as records:
        found = [records.effect(EffectKey(key)) for key in "abcd"]
    assert [one.status for one in found if one] == ["accepted", "intent", "skipped", "waiting"]
    assert [one.reason for one in found if one][2] == "the goal is met"

"""The records contract between transactions that run at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from engine.effects.entities import EnrollmentId, TaskId
from engine.effects.records import Records
from tests.records.keepers import Keeper
from tests.records.samples import ACME, ANNA, effect, fact, task
from tests.records.samples import enrollment as run

E1 = EnrollmentId("e-1")


def race(keeper: Keeper, act: Callable[[Records, int], Any], contenders: int = 4) -> list[Any]:
    """Let several transactions act at the same time; return what each said."""
    ready = Barrier(contenders)

    def contend(number: int) -> Any:
        with keeper.transaction() as records:
            ready.wait(timeout=20)
            return act(records, number)

    with ThreadPoolExecutor(contenders) as pool:
        return list(pool.map(contend, range(contenders)))


def test_one_of_many_enrolls(concurrent_keeper: Keeper) -> None:
    said = race(concurrent_keeper, lambda records, n: records.put_enrollment(run(f"e-{n}")))
    assert sorted(said) == [False, False, False, True]
    with concurrent_keeper.transaction() as records:
        assert [each.id for each in records.enrollments(ACME)] == [f"e-{said.index(True)}"]


def test_one_of_many_puts_the_fact(concurrent_keeper: Keeper) -> None:
    assert sorted(race(concurrent_keeper, lambda records, _: records.put_fact(fact()))) == [
        False,
        False,
        False,
        True,
    ]


def test_one_of_many_takes_the_ledger_key(concurrent_keeper: Keeper) -> None:
    with concurrent_keeper.transaction() as records:
        records.put_enrollment(run())
    said = race(concurrent_keeper, lambda records, _: records.put_effect(effect()))
    assert sorted(said) == [False, False, False, True]


def test_turns_are_never_given_twice(concurrent_keeper: Keeper) -> None:
    assert sorted(race(concurrent_keeper, lambda records, _: records.next_turn("a"))) == [
        0,
        1,
        2,
        3,
    ]


def test_enrolling_after_a_run_that_was_dropped_wins(concurrent_keeper: Keeper) -> None:
    begun, drop = Event(), Event()

    def give_up() -> None:
        try:
            with concurrent_keeper.transaction() as records:
                assert records.put_enrollment(run("e-1"))
                begun.set()
                assert drop.wait(timeout=20)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    def enroll() -> bool:
        with concurrent_keeper.transaction() as records:
            drop.set()
            return records.put_enrollment(run("e-2"))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(give_up)
        assert begun.wait(timeout=20)
        assert pool.submit(enroll).result(timeout=20)
        first.result(timeout=20)


def test_locked_task_is_changed_by_one_after_the_other(concurrent_keeper: Keeper) -> None:
    def add(records: Records, _: int) -> None:
        level = records.task(TaskId("t-1"), lock=True).level
        records.change_task(TaskId("t-1"), level=level + 1)

    with concurrent_keeper.transaction() as records:
        records.put_enrollment(run())
        records.put_task(task(level=0))
    race(concurrent_keeper, add)
    with concurrent_keeper.transaction() as records:
        assert records.task(TaskId("t-1")).level == 4


def test_after_a_lock_nothing_read_before_it_counts(concurrent_keeper: Keeper) -> None:
    with concurrent_keeper.transaction() as records:
        records.put_enrollment(run())
    with concurrent_keeper.transaction() as late:
        assert late.account(ACME).fields.get("arr") != 7
        assert late.contact(ANNA).role != "sponsor"
        assert late.enrollment(E1).reason != "changed"
        with concurrent_keeper.transaction() as early:
            early.change_account(ACME, {"arr": 7})
            early.change_contact(ANNA, {"role": "sponsor"})
            early.change_enrollment(E1, reason="changed")
        assert late.account(ACME, lock=True).fields["arr"] == 7
        assert late.account(ACME).fields["arr"] == 7
        assert late.contact(ANNA).role == "sponsor"
        assert late.enrollment(E1, lock=True).reason == "changed"


def test_locked_enrollment_is_changed_by_one_after_the_other(concurrent_keeper: Keeper) -> None:
    def add(records: Records, _: int) -> None:
        inputs = records.enrollment(E1, lock=True).inputs
        records.change_enrollment(E1, inputs={"count": inputs["count"] + 1})

    with concurrent_keeper.transaction() as records:
        records.put_enrollment(run(inputs={"count": 0}))
    race(concurrent_keeper, add)
    with concurrent_keeper.transaction() as records:
        assert records.enrollment(E1).inputs == {"count": 4}


def test_account_of_a_run_is_as_new_as_the_lock_on_the_run(concurrent_keeper: Keeper) -> None:
    with concurrent_keeper.transaction() as records:
        records.put_enrollment(run())
    waiting = Event()

    def look() -> Any:
        with concurrent_keeper.transaction() as records:
            waiting.set()
            records.enrollment(E1, lock=True)
            return records.account(ACME).fields.get("arr")

    with ThreadPoolExecutor(1) as pool:
        with concurrent_keeper.transaction() as first:
            first.enrollment(E1, lock=True)
            looking = pool.submit(look)
            assert waiting.wait(timeout=20)
            first.change_account(ACME, {"arr": 7})
        assert looking.result(timeout=20) == 7


def test_locked_row_of_the_ledger_is_settled_by_one_after_the_other(
    concurrent_keeper: Keeper,
) -> None:
    key = effect().key
    with concurrent_keeper.transaction() as records:
        records.put_enrollment(run())
        records.put_effect(effect(status="intent"))

    def settle(records: Records, number: int) -> Any:
        found = records.effect(key, lock=True)
        assert found is not None
        records.settle_effect(key, reason=f"{found.reason}+")

    race(concurrent_keeper, settle)
    with concurrent_keeper.transaction() as records:
        found = records.effect(key)
        assert found is not None
        assert found.reason == effect().reason + "++++"

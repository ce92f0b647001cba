"""The records contract: enrollments, facts, waits, tasks, the ledger, the timeline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.effects.entities import AccountId, EffectKey, EnrollmentId, TaskId
from engine.effects.records import Records
from engine.errors import Conflict, NotFound
from engine.plan.events import CommandId
from engine.plan.model import NodeId, PlanHash
from tests.records.keepers import Keeper
from tests.records.samples import (
    ACME,
    ANNA,
    BRANCH,
    DAY,
    PLAN_HASH,
    T0,
    effect,
    fact,
    line,
    task,
    wait,
)
from tests.records.samples import enrollment as run

E1 = EnrollmentId("e-1")
T1 = TaskId("t-1")


def put(records: Records, *runs: object) -> None:
    for each in runs:
        assert records.put_enrollment(each)  # type: ignore[arg-type]


# --- enrollments ------------------------------------------------------------------------------


def test_enrollment_is_read_as_it_was_put(keeper: Keeper) -> None:
    plain = run()
    ended = run("e-2", contact=ANNA, status="finished", outcome="won", reason="goal", ended_at=T0)
    with keeper.transaction() as records:
        put(records, plain, ended)
    with keeper.transaction() as records:
        assert records.enrollment(E1) == plain
        assert records.enrollment(ended.id, lock=True) == ended


def test_second_active_run_is_refused(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        assert not records.put_enrollment(run("e-2"))
        with pytest.raises(NotFound):
            records.enrollment(EnrollmentId("e-2"))
        put(records, run("e-3", contact=ANNA), run("e-4", playbook="b"), run("e-5", account=BRANCH))


def test_paused_run_is_under_way(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run(status="paused"))
        assert not records.put_enrollment(run("e-2"))
        assert records.enrollments(ACME) == [run(status="paused")]


def test_finished_run_makes_room(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        records.change_enrollment(E1, status="finished", outcome="won", reason="r", ended_at=T0)
        put(records, run("e-2"))
        assert records.enrollment(E1) == run(
            status="finished", outcome="won", reason="r", ended_at=T0
        )
        assert records.enrollments(ACME) == [run("e-2")]


def test_id_of_another_run_is_refused(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run(status="finished"))
    with pytest.raises(Conflict), keeper.transaction() as records:
        records.put_enrollment(run())


def test_one_run_is_under_way_for_each_subject_and_playbook(keeper: Keeper) -> None:
    of_anna = run("e-2", contact=ANNA)
    with keeper.transaction() as records:
        put(records, of_anna)
        assert not records.put_enrollment(run("e-3", contact=ANNA))
        others = run("e-4"), run("e-5", contact=ANNA, playbook="other")
        put(records, *others)
        assert {each.id for each in records.enrollments(ACME)} == {"e-2", "e-4", "e-5"}


def test_last_ended_is_the_latest(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.last_ended("wait-a-day", ACME) is None
        put(
            records,
            run("e-1", status="finished", ended_at=T0 + DAY),
            run("e-2", status="finished", ended_at=T0),
            run("e-3", status="finished", ended_at=T0 + 9 * DAY, contact=ANNA),
            run("e-4"),
        )
        assert records.last_ended("wait-a-day", ACME) == T0 + DAY


def test_enrollments_are_those_under_way_oldest_first(keeper: Keeper) -> None:
    first = run("e-3", playbook="c", started_at=T0 - DAY)
    second = run("e-2", playbook="b")
    third = run("e-1", playbook="a", status="paused")
    with keeper.transaction() as records:
        put(records, second, third, first)
        put(records, run("e-4", status="finished"), run("e-5", account=BRANCH))
        assert records.enrollments(ACME) == [first, second, third]


def test_change_enrollment_keeps_the_rest(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        records.change_enrollment(E1, status="paused", roles={"csm": "u-vp"})
    with keeper.transaction() as records:
        assert records.enrollment(E1) == run(status="paused", roles={"csm": "u-vp"})


def test_enrollment_needs_its_account_and_plan(keeper: Keeper) -> None:
    with pytest.raises(NotFound), keeper.transaction() as records:
        records.put_enrollment(run(account=AccountId("nowhere")))
    with pytest.raises(NotFound), keeper.transaction() as records:
        records.put_enrollment(run(plan=PlanHash("00")))


# --- facts ------------------------------------------------------------------------------------


def test_fact_is_put_once(keeper: Keeper) -> None:
    whole = fact(contact=ANNA, enrollment=E1, node=NodeId("hello"), path=("weekly#2",))
    with keeper.transaction() as records:
        assert records.put_fact(whole)
    with keeper.transaction() as records:
        assert not records.put_fact(fact(kind="other"))
        assert records.facts_since(ACME, ["usage.first", "other"], T0) == [whole]


def test_fact_needs_its_account(keeper: Keeper) -> None:
    with pytest.raises(NotFound), keeper.transaction() as records:
        records.put_fact(fact(account=AccountId("nowhere")))


def test_facts_since_are_of_the_kinds_oldest_first(keeper: Keeper) -> None:
    late, tie, early = fact("f-1", occurred_at=T0 + DAY), fact("f-0"), fact("f-9")
    with keeper.transaction() as records:
        for each in (late, early, tie, fact("f-2", kind="x"), fact("f-3", account=BRANCH)):
            records.put_fact(each)
        records.put_fact(fact("f-4", occurred_at=T0 - DAY))
        assert records.facts_since(ACME, {"usage.first", "y"}, T0) == [early, tie, late]
        assert records.facts_since(ACME, [], T0) == []


# --- waits ------------------------------------------------------------------------------------


def test_wait_is_replaced_by_enrollment_and_id(keeper: Keeper) -> None:
    whole = wait(
        names=("health.score",),
        anchors=("renewal_date",),
        results={"triage": {"risk": "b"}},
        task=T1,
        fact_kind="survey.answered",
        about=NodeId("ask"),
    )
    with keeper.transaction() as records:
        put(records, run())
        records.put_wait(wait(names=("health.band",)))
        records.put_wait(whole)
    with keeper.transaction() as records:
        assert records.waits_touched(ACME, ["health.band"]) == []
        assert records.waits_touched(ACME, ["health.score"]) == [whole]
        assert records.wait_for_task(T1) == whole
        assert records.wait_for_task(TaskId("t-2")) is None


def test_waits_touched_by_name_anchor_or_kind_oldest_first(keeper: Keeper) -> None:
    by_kind = wait("w-1", fact_kind="a", since=T0 + DAY)
    by_name = wait("w-2", names=("b", "a"))
    by_anchor = wait("w-3", anchors=("a",), since=T0 - DAY)
    with keeper.transaction() as records:
        put(records, run())
        for each in (by_kind, by_name, by_anchor, wait("w-4", names=("b",)), wait("w-5")):
            records.put_wait(each)
        assert records.waits_touched(ACME, {"a"}) == [by_anchor, by_name, by_kind]
        assert records.waits_touched(BRANCH, {"a"}) == []
        assert records.waits_touched(ACME, []) == []


def test_waits_of_finished_runs_are_not_touched(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        records.put_wait(wait(names=("a",)))
        records.change_enrollment(E1, status="paused")
        assert len(records.waits_touched(ACME, ["a"])) == 1
        records.change_enrollment(E1, status="finished")
        assert records.waits_touched(ACME, ["a"]) == []


def test_drop_waits_forgets_some_or_all_of_one_run(keeper: Keeper) -> None:
    other = wait("w-1", enrollment=EnrollmentId("e-2"), names=("a",), since=T0 + DAY)
    with keeper.transaction() as records:
        put(records, run(), run("e-2", playbook="b"))
        for each in (*(wait(id, names=("a",)) for id in ("w-1", "w-2", "w-3")), other):
            records.put_wait(each)
        records.drop_waits(E1, [CommandId("w-1"), CommandId("w-9")])
        records.drop_waits(E1, [])
        assert [each.id for each in records.waits_touched(ACME, ["a"])] == ["w-2", "w-3", "w-1"]
        records.drop_waits(E1)
        assert records.waits_touched(ACME, ["a"]) == [other]


# --- tasks ------------------------------------------------------------------------------------


def test_task_is_read_as_it_was_put(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        records.put_task(task())
    with keeper.transaction() as records:
        found = records.task(T1)
        assert found == task() == records.task(T1, lock=True)
        assert list(found.ask) == ["risk", "a"]
        with pytest.raises(NotFound, match="no task t-2"):
            records.task(TaskId("t-2"))


def test_task_of_is_by_node_and_path(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        records.put_task(task(path=()))
        node = task().node
        assert records.task_of(E1, node, ()) == task(path=())
        assert records.task_of(E1, node, ("weekly#2",)) is None
        assert records.task_of(E1, NodeId("other"), ()) is None


def test_tasks_of_are_oldest_first(keeper: Keeper) -> None:
    old = task("t-3", created_at=T0 - DAY)
    same = (task("t-2"), task("t-1"))
    with keeper.transaction() as records:
        put(records, run(), run("e-2", playbook="b"))
        for each in (*same, old, task("t-4", enrollment=EnrollmentId("e-2"))):
            records.put_task(each)
        assert records.tasks_of(E1) == [old, *same]
        assert records.tasks_of(E1, [old.node, same[1].node]) == [old, same[1]]
        assert records.tasks_of(E1, []) == []


def test_change_task_keeps_the_rest(keeper: Keeper) -> None:
    changes = {"status": "done", "checklist": (("Read", True),), "answers": {"z": 1, "a": 2}}
    with keeper.transaction() as records:
        put(records, run())
        records.put_task(task())
        records.change_task(T1, **changes)
    with keeper.transaction() as records:
        assert records.task(T1) == replace(task(), **changes)  # type: ignore[arg-type]


def test_second_task_of_a_step_is_refused(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        records.put_task(task("t-1", node=NodeId("n")))
    with pytest.raises(Conflict), keeper.transaction() as records:
        records.put_task(task("t-2", node=NodeId("n")))


# --- the ledger, the timeline -----------------------------------------------------------------


def test_effect_is_put_once_and_changed(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        put(records, run())
        assert records.put_effect(effect())
    with keeper.transaction() as records:
        assert not records.put_effect(effect(status="done"))
        assert records.effect(effect().key) == effect()
        records.change_effect(effect().key, status="accepted", result={"sent": 2})
        assert records.effect(effect().key) == effect(status="accepted", result={"sent": 2})
        assert records.effect(EffectKey("other")) is None


def test_lines_are_oldest_first_and_written_once(keeper: Keeper) -> None:
    late, tie, early = line("k-1", at=T0 + DAY), line("k-0"), line("k-9", node=None, path=())
    with keeper.transaction() as records:
        put(records, run(), run("e-2", playbook="b"))
        for each in (late, early, tie, line("k-0", what="again")):
            records.put_line(each)
        records.put_line(line("k-0", enrollment=EnrollmentId("e-2")))
    with keeper.transaction() as records:
        assert records.lines(E1) == [early, tie, late]


def test_changing_what_is_missing_raises_not_found(keeper: Keeper) -> None:
    with pytest.raises(NotFound, match="no enrollment e-1"), keeper.transaction() as records:
        records.change_enrollment(E1, status="paused")
    with pytest.raises(NotFound, match="no task t-1"), keeper.transaction() as records:
        records.change_task(T1, status="done")
    with pytest.raises(NotFound, match="no effect e-1:d-1"), keeper.transaction() as records:
        records.change_effect(effect().key, status="done")


def _write_a_bit_of_all(records: Records) -> None:
    put(records, run())
    records.put_fact(fact())
    records.change_account(ACME, {"arr": 1})
    records.put_score(ACME, 1, "red", T0, T0)
    records.put_line(line())
    assert records.lines(E1) == [line()]
    assert records.line(E1, line().key) == line()
    assert records.line(E1, "another") is None
    raise ZeroDivisionError


def test_an_error_drops_all_that_was_written(keeper: Keeper) -> None:
    with pytest.raises(ZeroDivisionError), keeper.transaction() as records:
        _write_a_bit_of_all(records)
    with keeper.transaction() as records:
        assert records.enrollments(ACME) == []
        assert records.facts_since(ACME, ["usage.first"], T0) == []
        assert records.account(ACME).fields["arr"] == 12000.5
        assert records.score_at(ACME, T0) is None
        assert records.plan(PLAN_HASH).playbook == "wait-a-day"

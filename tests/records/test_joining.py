"""Several writes as one statement, and what stays apart."""

from __future__ import annotations

import pytest

from engine.effects.entities import EnrollmentId, TaskId
from engine.errors import NotFound
from engine.store.joining import Write, join
from tests.records.keepers import Keeper
from tests.records.samples import enrollment, line, task

A = Write("UPDATE a SET x=%(x)s", {"x": 1})
B = Write("DELETE FROM b WHERE id = %(x)s", {"x": 2})
E1 = EnrollmentId("e-1")


def test_writes_to_several_tables_are_one_statement() -> None:
    (joined,) = join([A, B])
    assert joined.statement == (
        "WITH w0 AS (UPDATE a SET x=%(w0_x)s), w1 AS (DELETE FROM b WHERE id = %(w1_x)s) SELECT 1"
    )
    assert joined.values == {"w0_x": 1, "w1_x": 2}


@pytest.mark.parametrize(
    "writes",
    [
        [A, A],
        [A, Write("INSERT INTO b SELECT * FROM a", {})],
        [A, Write("UPDATE b SET " + "x" * 4000, {})],
        [A, Write("UPDATE b", dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"))],
    ],
)
def test_same_table_reads_and_large_ones_stay_apart(writes: list[Write]) -> None:
    assert [one.statement for one in join(writes)] == [one.statement for one in writes]


def test_row_that_is_not_there_takes_back_the_rest(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_enrollment(enrollment())

    def write() -> None:
        with keeper.transaction() as records:
            records.put_line(line())
            records.change_task(TaskId("t-1"), level=1)
            records.change_enrollment(E1, reason="changed")

    with pytest.raises(NotFound, match="no task t-1"):
        write()
    with keeper.transaction() as records:
        assert records.lines(E1) == []
        assert records.enrollment(E1).reason != "changed"


def test_lines_are_in_the_order_they_were_written_in(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_enrollment(enrollment())
    with keeper.transaction() as records:
        for number in range(9):
            records.put_line(line(f"k-{number}"))
        records.put_line(line("k-3", what="again"))
        records.put_task(task())
    with keeper.transaction() as records:
        assert [one.key for one in records.lines(E1)] == [f"k-{number}" for number in range(9)]
        assert "again" not in {one.what for one in records.lines(E1)}

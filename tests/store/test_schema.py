"""The schema: that of the migrations is that of the code, to the last default."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from engine.errors import PermanentError, TransientError
from engine.plan.clock import Clock
from engine.store.database import Database
from engine.store.schema import current, upgrade
from engine.store.tables import metadata

NEWEST = ScriptDirectory(str(files("engine.store") / "migrations")).get_current_head()

CATALOGUE = """
SELECT 'column', c.table_name || '.' || c.column_name,
       concat_ws('|', data_type, udt_name, collation_name, is_nullable, column_default,
                 is_identity, identity_generation, generation_expression)
FROM information_schema.columns c WHERE c.table_schema = 'public'
UNION ALL
SELECT 'constraint', conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'options', relname, array_to_string(reloptions, ',') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reloptions IS NOT NULL
"""


def catalogue(url: str) -> set[tuple[str, ...]]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        rows = connection.execute(text(CATALOGUE)).all()
    return {tuple(row) for row in rows if "alembic" not in row[1]}


def test_migrations_make_the_tables_of_the_code(database: str, databases: Any) -> None:
    upgrade(database)
    plain = databases.create()
    metadata.create_all(create_engine(plain, poolclass=NullPool))
    found, meant = catalogue(database), catalogue(plain)
    databases.drop(plain)
    assert (found - meant, meant - found) == (set(), set())


def test_alembic_finds_no_difference(migrated_database: str) -> None:
    with create_engine(migrated_database, poolclass=NullPool).connect() as connection:
        options = {"compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_upgrade_says_where_it_stands(database: str) -> None:
    assert current(database) is None
    upgrade(database)
    assert current(database) == NEWEST
    upgrade(database)


def test_two_upgrades_at_once_are_no_harm(database: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [database, database]))
    assert current(database) == NEWEST


def test_schema_of_a_newer_version_is_refused(database: str) -> None:
    upgrade(database)
    with create_engine(database, poolclass=NullPool).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PermanentError, match="does not know: 9999"):
        upgrade(database)
    assert current(database) != NEWEST


def test_missing_tables_name_the_remedy(database: str) -> None:
    store = Database(database, Clock())
    with pytest.raises(PermanentError, match="tenure db upgrade"), store.transaction() as records:
        records.current_plans()
    store.close()


def test_server_that_is_away_is_transient() -> None:
    with pytest.raises(TransientError, match="cannot be reached"):
        upgrade("postgresql+psycopg://tenure@127.0.0.1:1/none")

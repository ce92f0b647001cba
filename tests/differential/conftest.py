"""The differential tests use a database with the schema."""

from tests.records.migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]

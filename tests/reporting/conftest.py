"""A database with the schema, emptied for each test."""

from tests.records.migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]

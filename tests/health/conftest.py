"""A database with the schema, and the store on it."""

from __future__ import annotations

from tests.records.migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]

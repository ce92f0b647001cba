"""The differential tests import their neighbours, and use a database with the schema."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "records")]

from migrated import _shared_database, migrated_database  # noqa: E402

__all__ = ["_shared_database", "migrated_database"]

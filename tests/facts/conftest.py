"""A company for each test, as the promises have it; another one beside it for comparisons."""

from __future__ import annotations

from tests.promises.conftest import migrated, open_company

__all__ = ["migrated", "open_company"]

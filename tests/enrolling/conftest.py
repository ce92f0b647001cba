"""A small company on the virtual clock, to be founded with the playbooks a test is about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.enrolling.house import House
from tests.promises.conftest import migrated, open_company

__all__ = ["migrated", "open_company"]


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., House]:
    """Found a company: playbooks by name, more of tenure.yaml, so many accounts."""

    def found(*playbooks: str, tenure: str = "", accounts: int = 1) -> House:
        return House.found(tmp_path, playbooks, tenure, accounts)

    return found

"""The settings of whoever runs the tests do not reach them."""

from __future__ import annotations

import os

import pytest

from tests.conftest import pytest_configure


def test_tests_know_no_stack_of_whoever_runs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_DATA_DIR", "/somewhere")
    monkeypatch.setenv("TENURE_NO_BROWSER", "1")
    pytest_configure()
    assert "TENURE_DATA_DIR" not in os.environ
    assert os.environ["TENURE_NO_BROWSER"] == "1"

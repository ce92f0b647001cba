"""Steering runs from the command line: what our records know is said before Temporal is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.effects.entities import EnrollmentId
from tests.cli.conftest import Tenure
from tests.promises.company import Company
from tests.promises.conftest import migrated, open_company

__all__ = ["migrated", "open_company"]

pytestmark = pytest.mark.postgres
COMMANDS = (["pause", "--reason", "x"], ["resume"], ["cancel", "--reason", "x"])


@pytest.fixture
def company(open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company with a playbook, and a Temporal that is away."""
    steps = "enroll: {on: [{fact: order.placed}]}\nsteps: [{task: call, assign: csm}]\n"
    company = open_company(call=f"playbook: call\n{steps}")
    for name, value in (company.settings | {"TENURE_TEMPORAL_ADDRESS": "127.0.0.1:1"}).items():
        monkeypatch.setenv(name, value)
    return company


@pytest.mark.parametrize("command", COMMANDS)
def test_run_that_has_ended_or_never_was_is_said_so(
    company: Company, tenure: Tenure, command: list[str]
) -> None:
    run = company.begin()
    with company.database.transaction() as records:
        records.change_enrollment(EnrollmentId(run), status="finished", outcome="completed")
    code, output = tenure("runs", command[0], run, *command[1:])
    assert code == 2, output
    assert f"the run {run} has ended" in output
    code, output = tenure("runs", command[0], "nobody", *command[1:])
    assert (code, "nobody" in output) == (2, True)

"""docs/triggers.md: every playbook it shows compiles, and its test passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.language.workspace.model import Field, Workspace
from engine.plan.model import Plan
from engine.simulation.testing import run_tests
from tests.docs.pages import DOCS, ROOT, blocks
from tests.workspaces import compile_playbook, loaded

SHOWN = [one.text for one in blocks(DOCS / "triggers.md") if one.language == "yaml"]
TEST = ".test.yaml\n"
STEPS = "steps: [{task: call, assign: csm}]\n"


def workspace() -> Workspace:
    """The example's, with the fields the page speaks of."""
    found = loaded(ROOT / "examples" / "workspace")
    dates = {name: Field(name, "date") for name in ("renewal_date", "go_live", "ebr_date")}
    schema = replace(found.schema, account={**found.schema.account, **dates})
    return replace(found, schema=schema)


def compiled(text: str) -> Plan:
    """A playbook as the page shows it, without any problem."""
    whole = text if "steps:" in text else f"playbook: shown\n{text}{STEPS}"
    return compile_playbook(workspace(), whole, "shown")


@pytest.mark.parametrize("text", [one for one in SHOWN if TEST not in one])
def test_what_is_shown_compiles(text: str) -> None:
    assert compiled(text).enroll["on"]


def test_the_test_that_is_shown_passes() -> None:
    (text,) = (one for one in SHOWN if TEST in one)
    plan = compiled(next(one for one in SHOWN if "# playbooks/renewal-call.yaml" in one))
    results = run_tests(workspace(), {plan.playbook: plan}, {"renewal-call.test.yaml": text})
    assert [one.message for one in results.problems] == []
    assert [one.failure for one in results.results] == [""]

"""The codes of groups are true: the bad example gives the code, at its place; the good one none."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.language.checks.group_codes import GROUP_CODES
from engine.language.code import Code
from engine.services.authoring import check_workspace

TENURE = """\
workspace: Acme CS
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
"""
NAMES = ("churn-rescue", "onboarding", "renewal", "nps-follow-up")


def problems(root: Path, groups: str) -> list[str]:
    (root / "tenure.yaml").write_text(TENURE + groups)
    (root / "playbooks").mkdir(exist_ok=True)
    for name in NAMES:
        text = f"playbook: {name}\nenroll: {{on: [{{by_hand: true}}]}}\nsteps: [{{wait: 1d}}]\n"
        (root / "playbooks" / f"{name}.yaml").write_text(text)
    return [f"{one.where} {one.code} {one.message}" for one in check_workspace(root).problems]


@pytest.mark.parametrize("code", GROUP_CODES, ids=lambda one: one.code)
def test_bad_example_gives_its_code_and_good_one_none(code: Code, tmp_path: Path) -> None:
    (told,) = problems(tmp_path, code.bad)
    assert code.code in told
    assert problems(tmp_path, code.good) == []


def test_both_are_told_where_they_stand(tmp_path: Path) -> None:
    first = "  a: {playbooks: [renewal, onbording]}\n"
    second = "  b: {playbooks: [renewal, nps-follow-up]}\n"
    assert problems(tmp_path, f"groups:\n{first}{second}") == [
        "tenure.yaml:5:28 TN450 There is no playbook onbording.",
        "tenure.yaml:6:19 TN451 renewal is in the group a already.",
    ]


def test_a_playbook_with_mistakes_is_still_known(tmp_path: Path) -> None:
    groups = "groups: {a: {playbooks: [renewal, broken]}}\n"
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "broken.yaml").write_text("playbook: broken\nsteps: [{nothing: 1}]\n")
    assert [one for one in problems(tmp_path, groups) if "TN45" in one] == []

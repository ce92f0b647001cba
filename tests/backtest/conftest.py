"""A workspace, and `ask`: a playbook and a past in, what was played out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.effects.context import Context
from engine.language.load import check_playbook
from engine.language.source import load
from engine.language.workspace.load import load_workspace
from engine.plan.model import Plan
from engine.simulation.backtest.playing import Played, Question, play
from tests.backtest.pasts import START, Ask, Past

FILES = {
    "tenure.yaml": """\
workspace: Acme CS
zone: UTC
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
bands: {red: 0, yellow: 40, green: 70}
""",
    "schema.yaml": """\
account:
  lifecycle: {one_of: [new, adopting, churned]}
contact_roles: [champion, sponsor]
facts:
  usage.started: {}
  usage.reported: {share: number}
""",
    "people.yaml": "roles:\n  csm: {field: csm}\n",
    "templates/hello.md": "---\nsubject: Hello {{ account.name }}\npurpose: service\n---\nHello\n",
    "health.yaml": """\
models:
  usage:
    groups:
      all:
        measures:
          last:
            number: usage.reported.share
            curve: [[0, 0], [100, 100]]
    when: account.segment == "computed"
""",
}


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the workspace."""
    root = tmp_path_factory.mktemp("backtest")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def context(root: Path) -> Context:
    """The workspace, ready."""
    loaded = load_workspace(root)
    assert [one.message for one in loaded.problems] == []
    assert loaded.workspace is not None
    return Context.of(loaded.workspace)


@pytest.fixture(scope="session")
def compiled(context: Context) -> Callable[[str], Plan]:
    """Compile a playbook whose name may be left out."""

    def compile_text(text: str) -> Plan:
        head = "" if text.lstrip().startswith("playbook:") else "playbook: p\n"
        document, problems = load("p.yaml", head + text)
        assert document is not None
        checked = check_playbook(document, context.workspace)
        found = (*problems, *checked.problems)
        assert [one.message for one in found if one.severity == "error"] == []
        assert checked.plan is not None
        return checked.plan

    return compile_text


@pytest.fixture(scope="session")
def question(context: Context, compiled: Callable[[str], Plan]) -> Callable[..., Question]:
    """Ask about a playbook and the ten weeks from START."""

    def make(text: str, *others: str, days: float = 70, **more: Any) -> Question:
        plan = compiled(text)
        plans = {one.playbook: one for one in (plan, *map(compiled, others))}
        return replace(Question(plan, plans, context, START, START + timedelta(days=days)), **more)

    return make


@pytest.fixture(scope="session")
def ask(question: Callable[..., Question]) -> Ask:
    """Play a playbook over a past."""

    def played(text: str, past: Past, *others: str, **more: Any) -> Played:
        return play(question(text, *others, **more), past)

    return played

"""A workspace, and `ask`: a playbook and a past in, what was played out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.effects.context import Context
from engine.plan.model import Plan
from engine.simulation.backtest.playing import Played, Question, play
from tests.backtest.pasts import START, Ask, Past
from tests.workspaces import compile_playbook, loaded, write_files

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
    return write_files(tmp_path_factory.mktemp("backtest"), FILES)


@pytest.fixture(scope="session")
def context(root: Path) -> Context:
    """The workspace, ready."""
    return Context.of(loaded(root))


@pytest.fixture(scope="session")
def compiled(context: Context) -> Callable[[str], Plan]:
    """Compile a playbook whose name may be left out."""
    return partial(compile_playbook, context.workspace)


@pytest.fixture(scope="session")
def question(context: Context, compiled: Callable[[str], Plan]) -> Callable[..., Question]:
    """Ask about a playbook and the ten weeks from START."""

    def make(text: str, *others: str, days: float = 70, **more: Any) -> Question:
        plan, *rest = (compiled(one) for one in (text, *others))
        plans = {one.playbook: one for one in (plan, *rest)}
        return replace(Question(plan, plans, context, START, START + timedelta(days=days)), **more)

    return make


@pytest.fixture(scope="session")
def ask(question: Callable[..., Question]) -> Ask:
    """Play a playbook over a past."""

    def played(text: str, past: Past, *others: str, **more: Any) -> Played:
        return play(question(text, *others, **more), past)

    return played

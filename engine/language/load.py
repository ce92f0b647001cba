"""From files to plans: the one entrance to the playbook language.

`check_playbook` looks at one playbook, `check_all` at all of a workspace's and at what they say about
each other. Neither raises: what is wrong comes back as problems, all at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language.compile.making import Making
from engine.language.compile.people import People
from engine.language.compile.playbook import make_plan
from engine.language.compile.vocabulary import Common, Vocabulary
from engine.language.diagnostics import Problem
from engine.language.schema.reading import read_playbook
from engine.language.source import Document, load
from engine.language.workspace.model import Workspace
from engine.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one playbook file. `plan` is there unless a problem is an error."""

    plan: Plan | None
    problems: tuple[Problem, ...]


def check_playbook(
    document: Document, workspace: Workspace, *, others: Mapping[str, str] | None = None
) -> Checked:
    """Check and compile one playbook."""
    playbook = read_playbook(document)
    common = Common(workspace)
    making = Making(playbook, workspace, Vocabulary(common, playbook), People(workspace))
    plan = make_plan(making)
    problems = tuple(dict.fromkeys((*playbook.problems, *making.problems)))
    bad = any(one.severity == "error" for one in problems)
    return Checked(None if bad else plan, problems)

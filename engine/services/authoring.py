"""Checking a workspace as its author has it on disk. Needs no server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import AuthorError, InputError
from engine.language.checks.groups import group_problems
from engine.language.diagnostics import Problem
from engine.language.load import check_all, names_of, problems_of
from engine.language.source import load
from engine.language.workspace.load import Loaded, load_workspace
from engine.language.workspace.model import Workspace
from engine.plan.model import Plan
from engine.wording import nearest


@dataclass(frozen=True, slots=True)
class Checkup:
    """A workspace, what it compiles to, and everything that is wrong with it."""

    loaded: Loaded
    plans: Mapping[str, Plan]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(one.severity == "error" for one in self.problems)

    @property
    def sources(self) -> Mapping[str, str]:
        """The text of every file, for showing the line of a problem."""
        return self.loaded.sources

    def workspace(self) -> Workspace:
        """Return the workspace; AuthorError with all problems when anything is an error."""
        if self.errors or self.loaded.workspace is None:
            raise AuthorError(
                f"the workspace has {self.errors} errors",
                problems=self.problems,
                remedy="See them with `tenure check`.",
            )
        return self.loaded.workspace

    def plan(self, playbook: str) -> Plan:
        """Return one playbook's plan; InputError with the nearest name when there is none."""
        found = self.plans.get(playbook)
        if found is None:
            near = nearest(playbook, self.plans)
            known = ", ".join(sorted(self.plans)) or "none that compiles"
            broken = " Others have errors: see `tenure check`." if self.errors else ""
            raise InputError(
                f"there is no playbook {playbook!r} here" + (f"; {near!r}?" if near else ""),
                remedy=f"Playbooks here: {known}.{broken}",
            )
        return found


def check_workspace(root: Path) -> Checkup:
    """Read, check and compile everything below a workspace's folder. Never raises."""
    loaded = load_workspace(root)
    if loaded.workspace is None:
        return Checkup(loaded, {}, loaded.problems)
    checked = check_all(
        loaded.playbooks,
        loaded.workspace,
        template_files=loaded.template_files,
        broken_templates=loaded.broken_templates,
    )
    plans = {one.plan.playbook: one.plan for one in checked.values() if one.plan is not None}
    problems = (*loaded.problems, *_of_groups(loaded, loaded.workspace), *problems_of(checked))
    return Checkup(loaded, plans, problems)


def _of_groups(loaded: Loaded, workspace: Workspace) -> tuple[Problem, ...]:
    if not workspace.groups:
        return ()
    tenure, _ = load("tenure.yaml", loaded.sources["tenure.yaml"])
    assert tenure is not None, "it was read before"
    return tuple(group_problems(tenure, workspace.groups, names_of(loaded.playbooks)))

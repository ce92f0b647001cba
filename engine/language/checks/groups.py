"""What tenure.yaml says of playbooks: its groups name playbooks there are, each in one group."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from engine.language.diagnostics import Problem
from engine.language.source import Document
from engine.language.workspace.model import Group
from engine.wording import nearest


def group_problems(
    tenure: Document, groups: Sequence[Group], playbooks: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the groups of tenure.yaml; `playbooks` are the names there are."""
    first: dict[str, str] = {}
    for group in groups:
        for index, name in enumerate(group.playbooks):
            at = ("groups", group.name, "playbooks", index)
            if name not in playbooks:
                near = nearest(name, playbooks)
                listed = ", ".join(sorted(playbooks)[:12]) or "none"
                remedy = f"Did you mean {near}?" if near else f"There are: {listed}."
                yield tenure.problem("TN450", f"There is no playbook {name}.", at, remedy)
            elif name in first:
                message = f"{name} is in the group {first[name]} already."
                remedy = "Leave it in the one where its place matters."
                yield tenure.problem("TN451", message, at, remedy)
            first.setdefault(name, group.name)

"""From files to plans: the one entrance to the playbook language.

`check_playbook` looks at one playbook, `check_all` at all of a workspace's and at what they say
about each other. Neither raises: what is wrong comes back as problems, all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from engine.language.checks.dependencies import check_dependencies
from engine.language.checks.endings import check_endings
from engine.language.checks.holdouts import check_holdouts
from engine.language.checks.ids import check_ids, check_limits
from engine.language.checks.owners import check_owners
from engine.language.checks.reach import check_reach
from engine.language.checks.templates import Templates, check_templates
from engine.language.checks.together import Known, check_circles, check_names, check_starts
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
    document: Document,
    workspace: Workspace,
    *,
    others: Mapping[str, str] | None = None,
    template_files: Mapping[str, str] | None = None,
    broken_templates: Collection[str] = (),
) -> Checked:
    """Check and compile one playbook. `others` are the files of the playbooks it may start or stop,
    by name; without it those are not looked up. For the rest, see `check_all`."""
    common = Common(workspace)
    templates = Templates(common, template_files or {}, broken_templates)
    making, plan = _compile(document, common, templates)
    if others is not None:
        known = {name: Known(file) for name, file in others.items()}
        check_starts(making, {making.name: Known(document.file), **known})
        check_circles({document.file: making})
    return _checked(making, plan)


def check_all(
    files: Mapping[str, str],
    workspace: Workspace,
    *,
    template_files: Mapping[str, str] | None = None,
    broken_templates: Collection[str] = (),
) -> dict[str, Checked]:
    """Check and compile playbooks, given by file, and what they say about each other.

    `template_files` are the files of templates, by name (else `templates/<name>.md`).
    `broken_templates` are those already refused: a playbook that uses one has no plan, but the
    problem is not told again.
    """
    common = Common(workspace)
    templates = Templates(common, template_files or {}, broken_templates)
    found: dict[str, Checked] = {}
    unread: dict[str, Known] = {}
    read: dict[str, tuple[Making, Plan | None, list[Problem]]] = {}
    for file, text in files.items():
        document, problems = load(file, text)
        if document is None:
            found[file] = Checked(None, tuple(problems))
            unread |= {name: Known(file) for name in _NAME.findall(text)[:1]}
        else:
            read[file] = (*_compile(document, common, templates), problems)
    _check_together({file: making for file, (making, _, _) in read.items()}, unread)
    for file, (making, plan, problems) in read.items():
        found[file] = _checked(making, plan, problems)
    return {file: found[file] for file in files}


def names_of(files: Mapping[str, str]) -> frozenset[str]:
    """Return the names playbook files give themselves, those that cannot be read included.

    >>> sorted(names_of({"a.yaml": "playbook: rescue", "b.yaml": "playbook: nps", "c.yaml": "{"}))
    ['nps', 'rescue']
    """
    return frozenset(name for text in files.values() for name in _NAME.findall(text)[:1])


def problems_of(checked: Mapping[str, Checked]) -> tuple[Problem, ...]:
    """Return all problems, each once: what is wrong in a template comes with every playbook that
    uses it."""
    return _sorted(problem for one in checked.values() for problem in one.problems)


def _compile(
    document: Document, common: Common, templates: Templates
) -> tuple[Making, Plan | None]:
    playbook = read_playbook(document)
    vocabulary = Vocabulary(common, playbook)
    making = Making(playbook, common.workspace, vocabulary, People(common.workspace))
    plan = make_plan(making)
    for check in _CHECKS:
        check(making)
    check_templates(making, templates)
    return making, plan


_CHECKS: tuple[Callable[[Making], None], ...] = (
    check_ids,
    check_limits,
    check_reach,
    check_endings,
    check_owners,
    check_dependencies,
    check_holdouts,
)


_NAME = re.compile(r"^playbook:[ \t]*([a-z0-9-]+)", re.MULTILINE)
"""Finds the name of a playbook that cannot be read as YAML, so that others may name it."""


def _check_together(playbooks: Mapping[str, Making], unread: Mapping[str, Known]) -> None:
    check_names(playbooks)
    check_circles(playbooks)
    known = dict(unread) | {
        making.name: Known(file, making.playbook.form)
        for file, making in playbooks.items()
        if making.name
    }
    for making in playbooks.values():
        check_starts(making, known)


def _checked(making: Making, plan: Plan | None, before: Iterable[Problem] = ()) -> Checked:
    problems = _sorted((*before, *making.playbook.problems, *making.problems))
    bad = any(one.severity == "error" for one in problems)
    return Checked(None if bad or making.spoiled else plan, problems)


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    each = dict.fromkeys(problems)
    return tuple(
        sorted(each, key=lambda p: (p.where.file, p.where.line, p.where.column, p.code, p.message))
    )

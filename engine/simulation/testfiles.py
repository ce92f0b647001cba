"""Reading `*.test.yaml`: tests of playbooks as their authors write them.

Owns the form of a test file; what a scenario and an expectation look like is in `writing.py` and
`expecting.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from engine.effects.context import Context
from engine.language.diagnostics import Problem
from engine.language.places import Path
from engine.language.source import load
from engine.language.workspace.load import TEST_ENDING
from engine.plan.model import Plan, Source
from engine.simulation.expecting import Expectation, read_expectations
from engine.simulation.scenario import Scenario
from engine.simulation.sheet import Sheet
from engine.simulation.writing import KEYS, read_scenario

TEST_KEYS = ("name", "playbook", *KEYS, "expect", "never")


@dataclass(frozen=True, slots=True)
class PlaybookTest:
    """One test: a scenario, what is expected to happen in it, and what must not."""

    name: str
    file: str
    where: Source
    playbook: str
    scenario: Scenario
    expect: tuple[Expectation, ...]
    never: tuple[Expectation, ...]


def read_tests(
    file: str, text: str, context: Context, plans: Mapping[str, Plan]
) -> tuple[list[PlaybookTest], list[Problem]]:
    """Read a test file. A test with an error is left out; what is wrong comes with it."""
    document, problems = load(file, text)
    if document is None:
        return [], problems
    sheet = Sheet(document, problems)
    given = sheet.mapping(document.value, (), ("tests",), ("tests",))
    found: list[PlaybookTest] = []
    for index, written in enumerate(sheet.items(given.get("tests"), ("tests",))):
        before = len(problems)
        test = _test(sheet, written, ("tests", index), context, plans)
        if test is not None and test.name in {one.name for one in found}:
            message = f'There is a test "{test.name}" above already.'
            sheet.note("TN509", message, ("tests", index, "name"), "Rename one of them.")
        if test is not None and not any(one.severity == "error" for one in problems[before:]):
            found.append(test)
    return found, problems


def _test(
    sheet: Sheet, value: Any, path: Path, context: Context, plans: Mapping[str, Plan]
) -> PlaybookTest | None:
    given = sheet.mapping(value, path, TEST_KEYS, ("name", "expect"))
    file = sheet.document.file
    playbook = sheet.text(given.get("playbook"), (*path, "playbook"), _named_after(file))
    plan = plans.get(playbook)
    if plan is None:
        message = f"There is no playbook {playbook} that could be tested."
        place = (*path, "playbook") if "playbook" in given else path
        sheet.unknown("TN504", message, playbook, plans.keys(), place, key=False)
    scenario = read_scenario(sheet, given, path, context, plan)
    return PlaybookTest(
        name=sheet.text(given.get("name"), (*path, "name"), "a test"),
        file=file,
        where=sheet.where(path),
        playbook=playbook,
        scenario=scenario,
        expect=read_expectations(sheet, given.get("expect"), (*path, "expect"), plan),
        never=read_expectations(sheet, given.get("never"), (*path, "never"), plan),
    )


def _named_after(file: str) -> str:
    return PurePosixPath(file).name.removesuffix(TEST_ENDING)

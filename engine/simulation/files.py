"""The files `tenure simulate` reads: an account with its people, and facts.

Owns the two files' forms around a scenario. The account file has the keys of a test's scenario; the
facts file is a YAML list, or JSON lines as exported, and facts of other accounts are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import Fact
from engine.language.diagnostics import Problem
from engine.language.source import Document, load
from engine.plan.model import Plan, Source
from engine.simulation.scenario import Scenario
from engine.simulation.sheet import Sheet
from engine.simulation.writing import KEYS, read_scenario
from engine.simulation.written_facts import Reading, read_fact


@dataclass(frozen=True, slots=True)
class ScenarioFiles:
    """What came of reading: a scenario unless something is an error, and what is wrong."""

    scenario: Scenario | None
    problems: tuple[Problem, ...]


def read_files(
    context: Context,
    plan: Plan,
    account: tuple[str, str],
    facts: tuple[str, str] | None = None,
) -> ScenarioFiles:
    """Read an account file and perhaps a facts file, each (name, text)."""
    document, problems = load(*account)
    if document is None:
        return ScenarioFiles(None, tuple(problems))
    sheet = Sheet(document, problems)
    value = document.value if document.value is not None else {}
    given = sheet.mapping(value, (), KEYS, ("account",))
    scenario = read_scenario(sheet, given, (), context, plan)
    if facts is not None:
        more, found = _read_facts(context, plan, scenario, *facts)
        scenario = replace(scenario, facts=(*scenario.facts, *more))
        problems += found
    bad = any(one.severity == "error" for one in problems)
    return ScenarioFiles(None if bad else scenario, tuple(problems))


def _read_facts(
    context: Context, plan: Plan, scenario: Scenario, file: str, text: str
) -> tuple[list[Fact], list[Problem]]:
    if file.endswith((".jsonl", ".ndjson")):
        return _read_lines(context, plan, scenario, file, text)
    document, problems = load(file, text)
    if document is None:
        return [], problems
    reading = _reading(Sheet(document, problems), context, plan, scenario)
    facts = [
        _fact(reading, written, (index,), index + 1)
        for index, written in enumerate(reading.sheet.items(document.value, ()))
    ]
    return [fact for fact in facts if fact is not None], problems


def _read_lines(
    context: Context, plan: Plan, scenario: Scenario, file: str, text: str
) -> tuple[list[Fact], list[Problem]]:
    facts: list[Fact] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            where = Source(file, number, error.colno)
            message = f"This line is not JSON: {error.msg}."
            remedy = "Write one JSON object a line."
            problems.append(Problem("TN510", message, where, remedy))
            continue
        document = _document_of_line(file, value)
        sheet = Sheet(document)
        fact = _fact(_reading(sheet, context, plan, scenario), value, (), number)
        facts += [] if fact is None else [fact]
        problems += [replace(one, where=Source(file, number, 1)) for one in sheet.problems]
    return facts, problems


def _document_of_line(file: str, value: Any) -> Document:
    document, _ = load(file, json.dumps(value))
    assert document is not None
    return document


def _reading(sheet: Sheet, context: Context, plan: Plan, scenario: Scenario) -> Reading:
    return Reading(sheet, context, plan, scenario.account, scenario.contacts, scenario.start)


def _fact(reading: Reading, value: Any, path: tuple[int, ...], number: int) -> Fact | None:
    """Read one fact; an `account` that is a text says whose it is."""
    if isinstance(value, Mapping) and isinstance(value.get("account"), str):
        if value["account"] != reading.account.id:
            return None
        value = {name: content for name, content in value.items() if name != "account"}
    return read_fact(reading, value, path, number)

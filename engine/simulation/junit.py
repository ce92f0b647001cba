"""Results of playbook tests as JUnit XML, which CI systems read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from engine.language.diagnostics import Problem
from engine.simulation.testing import Result, Results


def junit(results: Results) -> str:
    """Return JUnit XML: one suite per file, one case per test; a file's errors are its errors."""
    root = ElementTree.Element("testsuites", name="tenure test")
    files = dict.fromkeys(
        [one.test.file for one in results.results] + [one.where.file for one in results.problems]
    )
    for file in files:
        cases = [one for one in results.results if one.test.file == file]
        errors = [
            one for one in results.problems if one.where.file == file and one.severity == "error"
        ]
        _suite(root, file, cases, errors)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(
    root: ElementTree.Element, file: str, cases: list[Result], errors: list[Problem]
) -> None:
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=file,
        tests=str(len(cases) + len(errors)),
        failures=str(sum(not one.passed for one in cases)),
        errors=str(len(errors)),
        time=_seconds(one.seconds for one in cases),
    )
    for one in cases:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=one.test.playbook,
            name=one.test.name,
            file=file,
            line=str(one.test.where.line),
            time=_seconds([one.seconds]),
        )
        if not one.passed:
            _say(case, "failure", "the trace is not as expected", one.failure)
    for problem in errors:
        name = f"{problem.code} at line {problem.where.line}"
        case = ElementTree.SubElement(suite, "testcase", classname="file", name=name, file=file)
        _say(case, "error", problem.message, problem.remedy)


def _say(case: ElementTree.Element, what: str, message: str, text: str) -> None:
    said = ElementTree.SubElement(case, what, message=_clean(message))
    said.text = _clean(text)


def _clean(text: str) -> str:
    """XML 1.0 has no control characters."""
    return "".join(one for one in text if one in "\n\t" or one.isprintable())


def _seconds(parts: Iterable[float]) -> str:
    return f"{sum(parts):.3f}"

"""Running `*.test.yaml`: what passes, what a failure shows, and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from engine.effects.context import Context
from engine.language.story_codes import STORY_CODES
from engine.plan.model import Plan
from engine.simulation.junit import junit
from engine.simulation.testing import Results, run_tests

PLAYBOOK = """
playbook: welcome
steps:
  - {email: welcome, to: contacts.champion}
  - task: intro-call
    assign: csm
    due: 2 business days
    ask: {goal: {one_of: [grow, save]}}
  - if: intro_call.goal == "grow"
    then: [{set: {account.segment: growing}}]
  - {wait: 3d, id: pause}
"""
HEAD = """\
tests:
  - name: one
    contacts: [{role: champion, first_name: Kim}]
    people: [{complete: intro-call, in: 1d, with: {goal: %s}}]
    %s
"""
Run = Callable[..., Results]


@pytest.fixture
def run(context: Context, compiled: Callable[[str], Plan]) -> Run:
    """Run one test file of the playbook `welcome`."""

    def run_text(text: str) -> Results:
        plan = compiled(PLAYBOOK)
        return run_tests(context.workspace, {"welcome": plan}, {"p/welcome.test.yaml": text})

    return run_text


def expecting(*lines: str, goal: str = "grow", never: str = "") -> str:
    expect = "expect:\n" + "\n".join(f"      - {line}" for line in lines)
    return HEAD % (goal, expect) + (f"    never: [{never}]\n" if never else "")


PASSING = [
    ("all of some kinds", ("email: welcome to champion", "outcome: completed")),
    ("by address", ("email: welcome to c-champion@contacts.invalid",)),
    ("to anybody", ("email: welcome", "task: intro-call")),
    ("due on a day", ("task: intro-call to csm due 2026-03-04",)),
    ("due at a time", ("task: intro-call due 2026-03-04T09:00",)),
    ("a wait by its length", ("wait: 3d",)),
    ("a wait by its step", ("wait: pause until 2026-03-06",)),
    ("a gap", ("email: welcome", "...", "outcome: completed")),
    ("a gap that hides", ("...", "wait: 3d", "...")),
    ("what was chosen", ("chose: then", "set: segment = growing")),
]


@pytest.mark.parametrize("lines", [row[1] for row in PASSING], ids=[row[0] for row in PASSING])
def test_expectation_is_met(run: Run, lines: tuple[str, ...]) -> None:
    results = run(expecting(*lines))
    assert [one.failure for one in results.results] == [""]
    assert results.ok


FAILING = [
    ("a step that does not come", ("task: intro-call", "email: welcome")),
    ("something more of a kind", ("task: intro-call", "done: intro-call late")),
    ("another recipient", ("email: welcome to admin",)),
    ("another day", ("task: intro-call due 2026-03-05",)),
    ("another length", ("wait: 4d",)),
    ("another way", ("chose: else",)),
    ("another outcome", ("outcome: lost",)),
    ("nothing where a gap was meant", ("email: welcome", "task: intro-call", "email: welcome")),
]


@pytest.mark.parametrize("lines", [row[1] for row in FAILING], ids=[row[0] for row in FAILING])
def test_expectation_is_not_met(run: Run, lines: tuple[str, ...]) -> None:
    assert not run(expecting(*lines)).ok


def test_kinds_that_are_not_listed_do_not_matter_and_others_do(run: Run) -> None:
    assert run(expecting("email: welcome")).ok
    assert not run(expecting("email: welcome", "outcome: completed", "...", "wait: 3d")).ok


def test_failure_shows_both_sides_and_what_to_paste(run: Run) -> None:
    results = run(expecting("email: welcome to champion", "task: intro-call due 2026-03-06"))
    assert (
        results.results[0].failure
        == """\
  expected                        |   happened
  email: welcome to champion      |   email: welcome to champion  Mon 2026-03-02 09:00
> task: intro-call due 2026-03-06 | > task: intro-call to csm due 2026-03-04  Mon 2026-03-02 09:00

All that happened, to paste:
expect:
  - email: welcome to champion
  - task: intro-call to csm due 2026-03-04
  - done: intro-call
  - chose: then
  - set: segment = growing
  - wait: pause until 2026-03-06
  - outcome: completed"""
    )


def test_what_is_pasted_passes(run: Run) -> None:
    pasted = run(expecting("outcome: lost")).results[0].failure.partition("expect:\n")[2]
    assert run(expecting(*(line.strip().removeprefix("- ") for line in pasted.splitlines()))).ok


def test_never_names_what_happened_all_the_same(run: Run) -> None:
    results = run(expecting("outcome: completed", never="email: welcome"))
    assert results.results[0].failure.startswith(
        "email: welcome must never happen, but email: welcome to champion did at 2026-03-02"
    )


def test_coverage_names_the_steps_no_test_reaches(run: Run) -> None:
    (coverage,) = run(expecting("outcome: completed", goal="save")).coverage
    assert [node.id for node in coverage.missed] == ["set-1"]
    assert coverage.percent == 80
    assert str(coverage.missed[0].source) == "p.yaml:10:13"


def test_junit_has_a_case_for_each_test_and_each_error(run: Run) -> None:
    text = expecting("outcome: lost") + "  - {name: two, acount: {}, expect: []}\n"
    root = ElementTree.fromstring(junit(run(text)))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "1")
    failed, broken = suite
    assert failed.get("name") == "one"
    assert "outcome: lost" in (failed[0].text or "")
    assert (broken[0].tag, broken[0].get("message")) == ("error", 'There is no key "acount" here.')


# --- what is wrong with a file ------------------------------------------------------------------


def wrapped(example: str) -> str:
    if example.startswith("- "):
        return "tests:\n" + "\n".join(f"  {line}" for line in example.splitlines())
    first, *rest = example.splitlines()
    return "\n".join(["tests:", f"  - {first}", *(f"    {line}" for line in rest)])


CODES = [code for code in STORY_CODES if code.code != "TN510"]


@pytest.mark.parametrize("code", CODES, ids=[code.code for code in CODES])
def test_bad_example_gives_its_code_and_good_one_none(run: Run, code: object) -> None:
    bad, good = wrapped(code.bad), wrapped(code.good)  # type: ignore[attr-defined]
    assert code.code in {one.code for one in run(bad).problems}  # type: ignore[attr-defined]
    assert run(good).problems == ()


WRONG = [
    ("acount: {}", 'TN500 There is no key "acount" here. Did you mean account?'),
    ("health: red", 'TN502 tests.0.health should be a number, not "red".'),
    ("account: {arr: many}", "TN506 arr does not fit"),
    ("account: {zone: Berlin}", 'TN506 There is no time zone "Berlin".'),
    ("contacts: [{role: boss}]", 'TN506 role does not fit: "boss" is not one'),
    ("start: monday", "TN503 monday is not a moment."),
    ("facts: [{at: 2d}]", "TN501 It does not say what happens."),
    ("facts: [{at: 2x, fact: meeting.held}]", 'TN503 "2x": "x" is not a unit of time'),
    ("people: [{complete: intro-cal, in: 1d}]", "TN505 welcome has no step intro-cal"),
    ("people: [{complete: intro-call, in: 1d}]", "TN508 intro-call needs an answer to goal."),
    (
        "people: [{complete: intro-call, in: 1d, with: {goal: shrink}}]",
        "TN508 The answer to 'goal' does not fit.",
    ),
    ("people: [{approve: intro-call, in: 1d}]", "TN505 welcome has no step intro-call"),
    ("people: [{in: 1d}]", "TN508 It does not say what somebody does."),
    ("inputs: {tone: warm}", 'TN500 There is no key "tone" here.'),
    ("expect: [{email: welcom}]", "TN505 welcome has no step welcom. Did you mean welcome?"),
    ("expect: [{outcom: x}]", "TN507 Nothing that happens is called outcom."),
    ("expect: [email]", "TN507 This is not one thing that happens."),
    ("expect: [{wait: soon enough}]", 'TN507 "soon enough" cannot be read.'),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_slip_is_named_at_its_line(run: Run, line: str, said: str) -> None:
    rest = "" if line.startswith("expect") else "\n    expect: []"
    results = run(f"tests:\n  - name: one\n    {line}{rest}\n")
    assert results.results == ()
    problems = [one for one in results.problems if one.severity == "error"]
    shown = [f"{one.code} {one.message} {one.remedy}" for one in problems]
    assert shown[0].startswith(said)
    assert problems[0].where.line == 3
    assert not results.ok


def test_all_slips_are_named_at_once(run: Run) -> None:
    text = "tests:\n  - {name: one, health: red, start: monday, expect: [{x: y}]}\n  - {}\n"
    found = [one.code for one in run(text).problems]
    assert found == ["TN502", "TN503", "TN507", "TN501", "TN501"]


def test_file_that_is_no_mapping_is_named(run: Run) -> None:
    assert [one.code for one in run("- a\n").problems] == ["TN502"]
    assert all(one.code.startswith("TN1") for one in run("tests: [\n").problems)


def test_failed_run_says_why_in_its_test(context: Context, compiled: Callable[[str], Plan]) -> None:
    plan = compiled(
        "playbook: p\nsteps:\n"
        "  - {task: call, assign: csm, title: 'Change {{ health.change_14d | round }}'}"
    )
    file = {"p/p.test.yaml": "tests: [{name: one, expect: [{outcome: completed}]}]"}
    (result,) = run_tests(context.workspace, {"p": plan}, file).results
    assert "The run failed: create_task: the variable `health.change_14d`" in result.failure

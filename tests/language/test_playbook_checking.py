"""What is wrong with a playbook is found, all at once, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.language.load import check_all, check_playbook, problems_of
from engine.language.source import load
from tests.counting import calls_of
from tests.language.playbook_files import OTHERS, STRICT, WORKSPACE, check, codes, whole


def test_all_problems_come_at_once() -> None:
    text = (
        "- task: triage\n  asign: csm\n  due: 3\n"
        "- if: health.scor < 50\n  then:\n    - email: nowhere\n      to: contacts.champoin\n"
        "- wait: 1d\n  oops: true\n- {}\n- nothing\n"
        "- task: triage\n  assign: csm\n  checklist: [a, 3]"
    )
    found = [(one.where.line, one.code) for one in check(text).problems]
    assert found == [
        (4, "TN150"),
        (5, "TN316"),
        (6, "TN201"),
        (8, "TN306"),
        (9, "TN304"),
        (11, "TN150"),
        (12, "TN157"),
        (13, "TN152"),
        (14, "TN300"),
        (16, "TN152"),
    ]


def test_a_broken_step_is_not_held_against_those_that_read_it() -> None:
    steps = (
        "- task: triage\n  assign: csm\n  ask: {%s}\n- if: triage.reason == 'x'\n  then: [{end: a}]"
    )
    assert codes(steps % "reason: text") == []
    assert codes(steps % "reason: [x, y]") == ["TN152"]
    assert codes(steps % "raison: text") == ["TN201"]
    assert codes(steps.replace("  assign: csm\n", "") % "reason: text") == ["TN151"]


def test_a_key_with_nothing_after_it_is_told_once() -> None:
    assert codes("- task: triage\n  assign: csm\n  due:\n- if: health.score < 5\n  then:") == [
        "TN156",
        "TN156",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- end: a\n- wait: 1d\n- wait: 1d", ["TN310"]),
        ("- if: health.score < 5\n  then: [{end: a}]\n  else: [{end: b}]\n- wait: 1d", ["TN310"]),
        ("- if: health.score < 5\n  then: [{end: a}]\n- wait: 1d", []),
        (
            "- if: health.score < 5\n  then: [{end: a}]\n"
            "  elif: [{if: account.arr > 5, then: [{wait: 1d}]}]\n  else: [{end: b}]\n- wait: 1d",
            [],
        ),
        (
            "- split: s\n  arms: {a: {steps: [{end: a}]}, b: {steps: [{end: b}]}}\n- wait: 1d",
            ["TN310"],
        ),
        ("- split: s\n  arms: {a: {steps: [{end: a}]}, b: {}}\n- wait: 1d", []),
        ("- parallel: {a: [{end: a}], b: [{wait: 1d}]}\n- wait: 1d", ["TN310"]),
        ("- parallel: {a: [{end: a}], b: [{wait: 1d}]}\n  join: first\n- wait: 1d", []),
        ("- for_each: {contacts: all}\n  steps: [{end: a}]\n- wait: 1d", []),
        ("- approve: go\n  by: csm\n  rejected: [{end: a}]\n- wait: 1d", []),
    ],
)
def test_steps_no_run_gets_to(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- wait: {until: inputs.tier == 'gold'}", ["TN311"]),
        ("- wait: {until: today > date('2027-01-01')}", []),
        ("- wait: {until: health.score > 5}", []),
        ("- wait: 5d\n  until: 'false'", ["TN322"]),
        ("- repeat: {until: health.score > 5, steps: [{set: {account.arr: 1}}]}", ["TN320"]),
        ("- repeat: {at_most: 3, steps: [{task: call, assign: csm}]}", []),
        ("- repeat: {every: 1d, steps: [{if: health.score > 5, then: [{end: a}]}]}", []),
        ("- repeat: {every: 0d, at_most: 3, steps: [{wait: 1d}]}", ["TN317"]),
        ("- escalate: help\n  to: csm\n  every: 1h\n  give_up: 1d", []),
    ],
)
def test_what_never_ends(text: str, expected: list[str]) -> None:
    inputs = "inputs: {tier: {one_of: [gold, silver]}}\nsteps:\n"
    assert codes(inputs + "\n".join(f"  {line}" for line in text.split("\n"))) == expected


def test_a_goal_or_exit_may_end_a_repetition() -> None:
    steps = "steps:\n  - repeat: {every: 1w, steps: [{task: call, assign: csm}]}"
    assert codes(f"goal: contract.signed\n{steps}") == []
    assert codes(f"exit: [{{when: contract.signed}}]\n{steps}") == []


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{split: s, arms: {a: {steps: [{task: call, assign: csm}]}, b: {holdout: true}}}", True),
        ("{split: s, arms: {a: {}, b: {holdout: true, steps: [{wait: 9d}]}}}", False),
    ],
)
def test_a_holdout_that_nothing_can_be_measured_against(step: str, *, expected: bool) -> None:
    goal = "goal: contract.signed\nsteps:\n  - "
    assert codes(goal + step) == ["TN343"] * expected
    # In a body the run goes on.
    assert codes(f"{goal}{{repeat: {{every: 1w, at_most: 3, steps: [{step}]}}}}") == []


TASKS = "- {{task: a, assign: csm{a}}}\n- {{task: b, assign: csm{b}}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TASKS.format(a="", b=", depends_on: a"), []),
        (TASKS.format(a=", depends_on: b", b=""), ["TN313"]),
        (TASKS.format(a=", depends_on: b, required: false", b=""), []),
        (TASKS.format(a=", depends_on: a", b=""), ["TN313"]),
        (TASKS.format(a="", b=", depends_on: [a, wait-1]") + "\n- wait: 1d", ["TN312"]),
        (
            "- parallel:\n    x: [{task: a, assign: csm, depends_on: b}]\n"
            "    y: [{task: b, assign: csm}]",
            [],
        ),
        (
            "- parallel:\n    x: [{task: a, assign: csm, depends_on: b}, {task: c, assign: csm}]\n"
            "    y: [{task: b, assign: csm, depends_on: c}]",
            ["TN313", "TN313"],
        ),
        (
            "- if: health.score < 5\n  then: [{task: a, assign: csm}]\n"
            "  else: [{task: b, assign: csm, depends_on: a}]",
            ["TN314"],
        ),
        (
            "- if: health.score < 5\n  then:\n    - {task: a, assign: csm}\n"
            "    - {task: b, assign: csm, depends_on: a}",
            [],
        ),
    ],
)
def test_dependencies(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- if: health.score < 5\n  then: [{task: a, assign: csm}]\n"
            "  else: [{if: a.done, then: [{end: x}]}]",
            ["TN321"],
        ),
        (
            "- for_each: {contacts: all}\n  steps: [{task: a, assign: csm}]\n"
            "- if: a.done\n  then: [{end: x}]",
            ["TN321"],
        ),
        (
            "- for_each: {contacts: all}\n"
            "  steps: [{task: a, assign: csm}, {if: a.done, then: [{end: x}]}]",
            [],
        ),
        ("- parallel: {x: [{task: a, assign: csm}], y: [{wait: {until: a.done}}]}", []),
        ("- task: a\n  assign: csm\n  title: '{{ a.done }}'", ["TN321"]),
        (
            "- task: a\n  assign: csm\n  within: 1d\n  otherwise: [{if: a.late, then: [{end: x}]}]",
            [],
        ),
        ("- wait: 1d\n  until: health.score > 5\n- if: wait_1.met\n  then: [{end: x}]", ["TN201"]),
    ],
)
def test_results_are_read_where_they_are_known(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("role", "expected"), [("chased", ["TN305"]), ("csm", []), ("solutions_architect", [])]
)
def test_a_task_nobody_can_own(role: str, expected: list[str]) -> None:
    assert codes(f"- task: a\n  assign: {role}") == expected
    assert codes(f"- task: a\n  assign: {role}\n  fallback: csm") == []


def test_a_wrong_template_is_shown_in_its_own_file_once() -> None:
    text = whole(
        "- email: typo\n  to: contacts.champion\n"
        "- email: again\n  template: typo\n  to: contacts.champion"
    )
    checked = check_all({"a.yaml": text, "b.yaml": text.replace("example", "other")}, WORKSPACE)
    (problem,) = problems_of(checked)
    assert (problem.code, str(problem.where)) == ("TN241", "templates/typo.md:5:9")
    assert [one.plan for one in checked.values()] == [None, None]


def test_a_template_that_reads_a_step_is_told_of_inputs() -> None:
    templates = {"ask": "---\nsubject: Hi\npurpose: service\n---\n{{ call.reason }}\n"}
    (problem,) = check(
        "- email: ask\n  to: contacts.champion", replace(WORKSPACE, templates=templates)
    ).problems
    assert "`with:`" in problem.remedy
    assert "`inputs:`" in problem.remedy


def test_a_template_refused_elsewhere_is_not_told_again() -> None:
    files = {"a.yaml": whole("- email: no-subject\n  to: contacts.champion")}
    (problem,) = check_all(files, WORKSPACE, template_files={"no-subject": "t/x.md"})[
        "a.yaml"
    ].problems
    assert (problem.code, problem.where.file) == ("TN307", "t/x.md")
    checked = check_all(files, WORKSPACE, broken_templates={"no-subject"})["a.yaml"]
    assert (checked.plan, checked.problems) == (None, ())


def test_a_survey_template_reads_the_answers() -> None:
    page = "---\nsubject: Hi\npurpose: service\n---\n{% for a in answers %}{{ a.url }}{% endfor %}"
    workspace = replace(WORKSPACE, templates={"ask": page})
    assert codes("- survey: nps\n  to: contacts.champion\n  template: ask", workspace) == []
    assert codes("- email: ask\n  to: contacts.champion", workspace) == ["TN241"]


def test_undeclared_facts_are_refused_where_the_workspace_says_so() -> None:
    (problem,) = check("enroll:\n  on:\n    - fact: champion.let", STRICT).problems
    assert (problem.code, problem.severity) == ("TN324", "error")


def test_playbooks_that_start_each_other_are_told_once() -> None:
    files = {
        f"{name}.yaml": f"playbook: {name}\nsteps:\n  - wait: 1d\n  - start: {to}\n"
        for name, to in (("a", "b"), ("b", "c"), ("c", "a"))
    }
    (problem,) = problems_of(check_all(files, WORKSPACE))
    assert problem.code == "TN326"
    assert "a → b → c → a" in problem.message


def test_a_playbook_alone_knows_others_by_name() -> None:
    document, _ = load("x.yaml", whole("- start: onbording"))
    assert document is not None
    assert check_playbook(document, WORKSPACE).problems == ()
    (problem,) = check_playbook(document, WORKSPACE, others={"onboarding": "o.yaml"}).problems
    assert (problem.code, problem.remedy) == ("TN325", "Did you mean onboarding?")


def test_contact_is_known_only_to_playbooks_about_a_contact() -> None:
    text = "subject: contact\nsteps:\n  - {email: we-noticed, to: contact}"
    assert codes(text) == []
    assert codes(text.replace("subject: contact", "subject: account")) == ["TN304"]


def test_whether_a_role_has_a_contact_is_asked_with_has() -> None:
    text = "- if: {}\n  then: [{{end: a}}]"
    assert codes(text.format("'!has(contacts.champion)'")) == []
    assert codes(text.format("contacts.champion")) == ["TN203"]


def test_enroll_reads_the_account_but_no_steps() -> None:
    text = "enroll: {on: [{fact: survey.answered, where: fact.score > 3}], when: a.done}\n"
    assert codes(text + "steps:\n  - {task: a, assign: csm}") == ["TN201"]


def test_a_workspace_without_anything_raises_nothing() -> None:
    bare = replace(WORKSPACE, roles={}, teams={}, templates={}, channels={}, hooks={}, bands=())
    assert "TN302" in codes("- task: a\n  assign: csm", bare)


def test_twenty_playbooks_cost_little_to_check() -> None:
    with_twelve_steps = "\n".join(
        f"- task: t{n}\n  assign: csm\n  title: 'Look at {{{{ account.name }}}}'\n  due: 1d\n"
        f"- if: t{n}.done && health.score < {n}\n  then:\n"
        f"    - {{email: e{n}, template: we-noticed, to: contacts.champion}}"
        for n in range(4)
    )
    files = {f"p{n}.yaml": whole(with_twelve_steps).replace("example", f"p{n}") for n in range(20)}
    assert problems_of(check_all(files, WORKSPACE)) == ()
    assert calls_of(lambda: check_all({**OTHERS, **files}, WORKSPACE)) < 300_000  # 50 ms


def test_a_playbook_that_cannot_be_read_is_still_known_by_its_name() -> None:
    files = {
        "a.yaml": "playbook: a\nsteps:\n  - start: b\n  - start: c\n",
        "b.yaml": "playbook: b\nsteps: [",
        "c.yaml": "playbook: c\nstep: []\n",
    }
    assert check_all(files, WORKSPACE)["a.yaml"].problems == ()


@pytest.mark.parametrize("taken", ["csm", "health", "not", "inputs"])
def test_ids_that_mean_something_else(taken: str) -> None:
    assert codes(f"- {{task: {taken}, assign: csm}}") == ["TN301"]


def test_only_roles_climb_ladders_and_get_notes() -> None:
    assert codes("- escalate: help\n  to: [csm, u-1]\n  every: 1h\n  until: acknowledged") == [
        "TN302"
    ]
    assert codes("- notify: tell\n  to: contacts.champion\n  message: Hello") == ["TN302"]


def test_skipping_needs_a_date_that_can_have_gone_by() -> None:
    assert codes("- wait: 3d\n  if_past: skip") == ["TN161"]
    assert codes("- wait: account.renewal_date\n  if_past: skip") == []


def test_arms_that_are_too_few_are_counted() -> None:
    (problem,) = check("- split: s\n  arms: {a: {steps: [{wait: 1d}]}}").problems
    assert (problem.code, problem.message) == ("TN156", "`arms` has 1, and needs 2.")

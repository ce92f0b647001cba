"""The catalogue entries of what a playbook's parts cannot mean together (TN300 to TN349, in part).

`bad` and `good` are steps, or the top of a playbook; the tests check each in a workspace.
"""

from __future__ import annotations

from engine.language.code import Code
from engine.language.compile.codes import COMPILE_CODES

_OWN_CODES: tuple[Code, ...] = (
    Code(
        "TN300",
        "An id that is taken",
        "Each step of a playbook has an id of its own: runs remember where they stand by it, and "
        "conditions read results by it.",
        "- {task: call, assign: csm}\n- wait: 3d\n- {task: call, assign: csm}",
        "- {task: call, assign: csm}\n- wait: 3d\n- {task: call-again, assign: csm}",
    ),
    Code(
        "TN301",
        "An id that means something else",
        "In conditions and texts the id would be mistaken for a fact, a field, a role or a word of "
        "the language.",
        "- {task: account, assign: csm}",
        "- {task: review-account, assign: csm}",
    ),
    Code(
        "TN305",
        "Something nobody can own",
        "The role or team leads to nobody, whatever the account, and no fallback is named: "
        "the task "
        "would lie where no one looks.",
        "- {task: triage, assign: {team: nobody}}",
        "- {task: triage, assign: {team: nobody}, fallback: csm}",
    ),
    Code(
        "TN306",
        "No such template",
        "An email's text is a template: `templates/<playbook>/<id>.md`, else `templates/<id>.md`, "
        "or the one that `template` names.",
        "- email: we-notice\n  to: contacts.champion",
        "- email: we-noticed\n  to: contacts.champion",
    ),
    Code(
        "TN307",
        "A template that cannot be used",
        "A template begins with front matter: `subject`, and `purpose: service` or `marketing`.",
        "- email: no-subject\n  to: contacts.champion",
        "- email: we-noticed\n  to: contacts.champion",
    ),
    Code(
        "TN308",
        "A template without a value it needs",
        "The template lists `inputs` in its front matter; each is given under `with`.",
        "- email: kickoff\n  to: contacts.champion",
        "- email: kickoff\n  to: contacts.champion\n  with: {kickoff_url: https://example.com}",
    ),
    Code(
        "TN309",
        "A value the template does not take",
        "What stands under `with` is listed under `inputs` in the template's front matter.",
        "- email: we-noticed\n  to: contacts.champion\n  with: {kickoff_url: https://example.com}",
        "- email: we-noticed\n  to: contacts.champion",
    ),
    Code(
        "TN310",
        "A step no run gets to",
        "Everything above the step ends the run.",
        "- end: saved\n- {task: triage, assign: csm}",
        "- {task: triage, assign: csm}\n- end: saved",
    ),
    Code(
        "TN311",
        "A wait that never ends",
        "Nothing that can happen changes the condition, and there is no time limit.",
        '- wait: {until: "1 > 2"}',
        "- wait: {until: health.score >= 60, at_most: 30d}",
    ),
    Code(
        "TN312",
        "Depends on no task",
        "`depends_on` names other tasks of the playbook.",
        "- {task: plan, assign: csm}\n- {task: train, assign: csm, depends_on: plann}",
        "- {task: plan, assign: csm}\n- {task: train, assign: csm, depends_on: plan}",
    ),
    Code(
        "TN313",
        "Tasks that wait for each other",
        "A task depends on one that cannot be over before it, because that one comes later or "
        "depends on it in turn.",
        "- {task: train, assign: csm, depends_on: plan}\n- {task: plan, assign: csm}",
        "- {task: plan, assign: csm}\n- {task: train, assign: csm, depends_on: plan}",
    ),
    Code(
        "TN314",
        "Depends on a task that may never run",
        "The task stands in a part of the playbook that not every run comes to, so the wait for it "
        "might never end.",
        "- if: health.score < 50\n  then:\n    - {task: plan, assign: csm}\n"
        "- {task: train, assign: csm, depends_on: plan}",
        "- {task: plan, assign: csm}\n- {task: train, assign: csm, depends_on: plan}",
    ),
    Code(
        "TN315",
        "An escalation without an end",
        "An alarm goes up the chain until somebody acknowledges it, or gives up after a while; "
        "which of them has to be said.",
        "- escalate: save-decision\n  to: [csm_manager, vp_cs]\n  every: 4 business hours",
        "- escalate: save-decision\n  to: [csm_manager, vp_cs]\n  every: 4 business hours\n"
        "  until: acknowledged",
    ),
    Code(
        "TN320",
        "A repetition without an end or a pause",
        "A `repeat` needs `at_most` or `until` (or a goal or exit of the playbook), and either "
        "`every` or something in it that takes time.",
        "- repeat:\n    every: 1w\n    steps:\n      - {task: call, assign: csm}",
        "- repeat:\n    every: 1w\n    at_most: 6\n    steps:\n      - {task: call, assign: csm}",
    ),
    Code(
        "TN322",
        "A condition that never changes",
        "The condition reads nothing, so it comes out the same every time.",
        '- if: "1 < 2"\n  then:\n    - end: saved',
        "- if: health.score >= 60\n  then:\n    - end: saved",
    ),
    Code(
        "TN325",
        "No such playbook",
        "`start` and `stop` name a playbook of the workspace.",
        "- start: knowlege-enablement",
        "- start: knowledge-enablement",
    ),
    Code(
        "TN326",
        "Playbooks that start each other",
        "Each starts the next, round and round, for ever.",
        "playbook: example\nsteps:\n  - start: example",
        "playbook: example\nsteps:\n  - start: knowledge-enablement",
    ),
    Code(
        "TN327",
        "Two playbooks of one name",
        "A playbook's name is how runs, starts and pages know it.",
        "playbook: knowledge-enablement\nsteps:\n  - wait: 1d",
        "playbook: example\nsteps:\n  - wait: 1d",
    ),
    Code(
        "TN332",
        "Inputs that do not match",
        "`with` gives the inputs that the other playbook declares, and all that have no default.",
        "- start: training\n  with: {tier: gold, tear: silver}",
        "- start: training\n  with: {tier: gold}",
    ),
    Code(
        "TN342",
        "A template about a contact, sent to one of us",
        "In a template `contact` is the contact the email goes to. An email to one of our own "
        "people has none.",
        "- email: we-noticed\n  to: csm",
        "- email: we-noticed\n  to: contacts.champion\n  cc: csm",
    ),
    Code(
        "TN343",
        "A holdout that nothing can be measured against",
        "The arm left alone ends at once: its runs can never meet the goal, and the lift in "
        "`tenure report` would be all that the others reach. Let it wait as long as they take.",
        'playbook: example\ngoal: health.band == "green"\nsteps:\n  - split: proof\n    arms:\n'
        "      care:\n        weight: 9\n        steps: [{task: call, assign: csm}]\n"
        "      alone: {weight: 1, holdout: true}",
        'playbook: example\ngoal: health.band == "green"\nsteps:\n  - split: proof\n    arms:\n'
        "      care:\n        weight: 9\n        steps: [{task: call, assign: csm}]\n"
        "      alone: {weight: 1, holdout: true, steps: [{wait: 90d}]}",
    ),
    Code(
        "TN333",
        "Too many steps",
        "A playbook has at most 500 steps.",
        "- wait: 1d   # … and five hundred more",
        "- wait: 1d\n- start: knowledge-enablement",
    ),
    Code(
        "TN334",
        "Nested too deep",
        "Steps stand in each other at most 12 deep.",
        "- if: health.score < 50\n  then:\n    - …   # thirteen in each other",
        "- if: health.score < 50\n  then:\n    - wait: 1d",
    ),
    Code(
        "TN335",
        "Too many branches",
        "A `parallel` has at most 50 branches.",
        "- parallel:\n    b1: [{wait: 1d}]\n    …   # and fifty more",
        "- parallel:\n    product: [{wait: 1d}]\n    value: [{wait: 2d}]",
    ),
)

CHECK_CODES: tuple[Code, ...] = (*COMPILE_CODES, *_OWN_CODES)

"""The catalogue entries of problems of shape (TN150 to TN199).

`bad` and `good` are steps, or the top of a playbook; the tests check each in a workspace.
"""

from __future__ import annotations

from engine.language.code import Code

SCHEMA_CODES: tuple[Code, ...] = (
    Code(
        "TN150",
        "Unknown key",
        "Each part of a playbook has its own keys. A key it does not know is never ignored, "
        "because "
        "what it was meant to do would silently not happen.",
        "- task: triage\n  asign: csm",
        "- task: triage\n  assign: csm",
    ),
    Code(
        "TN151",
        "A key is missing",
        "Some keys have no sensible default and must be written, such as who a task goes to.",
        "- task: triage",
        "- task: triage\n  assign: csm",
    ),
    Code(
        "TN152",
        "The wrong kind of value",
        "A text, a number, a list or a mapping stands where another kind of value is needed.",
        "- task: triage\n  assign: csm\n  checklist: Call the champion",
        "- task: triage\n  assign: csm\n  checklist: [Call the champion]",
    ),
    Code(
        "TN153",
        "Not one of the choices",
        "The key takes one of a few words.",
        "- task: triage\n  assign: csm\n  priority: urgent",
        "- task: triage\n  assign: csm\n  priority: high",
    ),
    Code(
        "TN154",
        "Not a usable id or name",
        "Ids are small letters, digits and hyphens, beginning with a letter; in conditions "
        "and texts "
        "the hyphens become underscores. Names of questions, inputs and outcomes are small "
        "letters, "
        "digits and underscores; a fact is two such names with a dot.",
        "- task: Fix Plan\n  assign: csm",
        "- task: fix-plan\n  assign: csm",
    ),
    Code(
        "TN155",
        "A number out of range",
        "The number is smaller or larger than makes sense here.",
        "- repeat:\n    every: 1w\n    at_most: 0\n    steps:\n      - {task: call, assign: csm}",
        "- repeat:\n    every: 1w\n    at_most: 6\n    steps:\n      - {task: call, assign: csm}",
    ),
    Code(
        "TN156",
        "Nothing there",
        "A text or list is empty where something is needed.",
        '- notify: tell-team\n  to: csm\n  message: ""',
        '- notify: tell-team\n  to: csm\n  message: "{{ account.name }} is live"',
    ),
    Code(
        "TN157",
        "A step without a kind",
        "Each step has exactly one key that says what it is, such as `task` or `email`.",
        "- tsak: triage\n  assign: csm",
        "- task: triage\n  assign: csm",
    ),
    Code(
        "TN158",
        "Two steps in one",
        "A step has two keys that each say what it is. Most often a dash is missing.",
        "- task: triage\n  assign: csm\n  wait: 3d",
        "- task: triage\n  assign: csm\n- wait: 3d",
    ),
    Code(
        "TN159",
        "Not a trigger",
        "Each trigger has exactly one key that says what it is, such as `health.enters` or `fact`.",
        "enroll:\n  on:\n    - health.enter: red",
        "enroll:\n  on:\n    - health.enters: red",
    ),
    Code(
        "TN160",
        "Not a playbook",
        "A playbook file is a mapping with `playbook`, its name, and `steps`.",
        "[playbook, churn-rescue]",
        "playbook: churn-rescue\nsteps:\n  - {task: triage, assign: csm}",
    ),
    Code(
        "TN161",
        "Keys that do not go together",
        "One key makes sense only with, or only without, another.",
        "- task: triage\n  assign: csm\n  otherwise: skip",
        "- task: triage\n  assign: csm\n  within: 5 business days\n  otherwise: skip",
    ),
)

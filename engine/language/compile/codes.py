"""The catalogue entries of what a value in a playbook cannot mean (TN302 to TN341, in part).

`bad` and `good` are steps, or the top of a playbook; the tests check each in a workspace.
"""

from __future__ import annotations

from engine.language.code import Code

COMPILE_CODES: tuple[Code, ...] = (
    Code(
        "TN302",
        "Nobody of that name",
        "Who does something is a role or a person of people.yaml, `{user: id}` for any other "
        "person, `{team: name}` for one of a team, or `contacts.<role>` for somebody at the "
        "customer.",
        "- task: triage\n  assign: cms",
        "- task: triage\n  assign: csm",
    ),
    Code(
        "TN303",
        "Unknown team",
        "Teams are listed in people.yaml.",
        "- task: triage\n  assign: {team: solution}",
        "- task: triage\n  assign: {team: solutions}",
    ),
    Code(
        "TN304",
        "Unknown contact",
        "Contacts are named by their role, as listed in schema.yaml; `contact` alone is the "
        "contact "
        "a playbook with `subject: contact` is about.",
        "- email: we-noticed\n  to: contacts.champoin",
        "- email: we-noticed\n  to: contacts.champion",
    ),
    Code(
        "TN316",
        "Not a length of time",
        "A length of time is an amount and a unit: 30 min, 4h, 3d, 2w, 1 month, 4 business hours, "
        "5 business days.",
        "- wait: 3",
        "- wait: 3d",
    ),
    Code(
        "TN317",
        "The wrong kind of length of time",
        "Some places need a length above zero, and some an exact one (min, h, d, w) rather than "
        "one that hangs on a calendar.",
        "enroll:\n  on:\n    - health.drops: {by: 15, within: 10 business days}",
        "enroll:\n  on:\n    - health.drops: {by: 15, within: 14d}",
    ),
    Code(
        "TN318",
        "Not a date",
        "A date is year-month-day, with a time of day if need be (2026-12-01T09:00), in the "
        "account's own zone.",
        "- wait: 01.12.2026",
        "- wait: 2026-12-01",
    ),
    Code(
        "TN319",
        "Not a date of the account",
        "An offset counts from a field that holds a date.",
        "- wait: 60d before account.renewal",
        "- wait: 60d before account.renewal_date",
    ),
    Code(
        "TN321",
        "Read before it can be known",
        "A condition or text reads what a step came to, but stands where that step cannot have run "
        "yet: above it, in the other arm of an `if`, or outside its `for_each`.",
        "- if: triage.done\n  then:\n    - end: saved\n- task: triage\n  assign: csm",
        "- task: triage\n  assign: csm\n- if: triage.done\n  then:\n    - end: saved",
    ),
    Code(
        "TN323",
        "Unknown band",
        "The bands of the health score are listed in tenure.yaml.",
        "enroll:\n  on:\n    - health.enters: rde",
        "enroll:\n  on:\n    - health.enters: red",
    ),
    Code(
        "TN324",
        "Undeclared fact",
        "The fact is not among those of schema.yaml. It is a warning while `undeclared_facts` is "
        "`allow`, an error when it is `refuse`.",
        "enroll:\n  on:\n    - fact: champion.let",
        "enroll:\n  on:\n    - fact: champion.left",
    ),
    Code(
        "TN328",
        "Unknown channel",
        "Chat channels are listed in tenure.yaml.",
        "- notify: tell-team\n  channel: alert\n  message: Hello",
        "- notify: tell-team\n  channel: alerts\n  message: Hello",
    ),
    Code(
        "TN329",
        "Unknown hook",
        "Hooks to other systems are listed in tenure.yaml.",
        "- call: create-ticket\n  hook: ticket",
        "- call: create-ticket\n  hook: ticketing",
    ),
    Code(
        "TN330",
        "Not a field that can be set",
        "`set` changes fields of the account, written `account.<field>`; the id never changes.",
        "- set: {lifecycle: adopting}",
        "- set: {account.lifecycle: adopting}",
    ),
    Code(
        "TN331",
        "A value that does not fit",
        "The value is of another kind than the field or input it is for, or not one of its values.",
        "- set: {account.arr: 10k}",
        "- set: {account.arr: 10000}",
    ),
    Code(
        "TN336",
        "How often is not always said",
        "A cadence that follows conditions ends with one `else`, so that there is always an "
        "answer.",
        "- repeat:\n    every: {if: health.score < 50, then: 1w}\n    at_most: 6\n    steps:\n"
        "      - {task: call, assign: csm}",
        "- repeat:\n    every: {if: health.score < 50, then: 1w, else: 1 month}\n    at_most: 6\n"
        "    steps:\n      - {task: call, assign: csm}",
    ),
    Code(
        "TN337",
        "`item` outside for_each",
        "`item` is the contact that a for_each is at; elsewhere there is none.",
        "- email: we-noticed\n  to: item",
        "- for_each: {contacts: all}\n  steps:\n    - email: we-noticed\n      to: item",
    ),
    Code(
        "TN338",
        "The goal reads a step",
        "Goal, exits and milestones are looked at whenever something happens to the account, apart "
        "from where a run stands, so they read the account, its health and facts, not steps.",
        "goal: triage.done\nsteps:\n  - {task: triage, assign: csm}",
        "goal: task.completed\nsteps:\n  - {task: triage, assign: csm}",
    ),
    Code(
        "TN339",
        "Not a schedule",
        "A schedule has five parts: minute, hour, day of the month, month, day of the week.",
        'enroll:\n  on:\n    - schedule: "0 25 * * mon"',
        'enroll:\n  on:\n    - schedule: "0 9 * * mon"',
    ),
    Code(
        "TN340",
        "A question with a name that is taken",
        "Every task has `done`, `late` and `status` of its own; a question needs another name.",
        "- task: triage\n  assign: csm\n  ask: {done: bool}",
        "- task: triage\n  assign: csm\n  ask: {is_solved: bool}",
    ),
    Code(
        "TN341",
        "A split without weight",
        "The arms of a split weigh nothing together, so that none could be taken.",
        "- split: tone\n  arms:\n    warm: {weight: 0}\n    plain: {weight: 0}",
        "- split: tone\n  arms:\n    warm: {weight: 2}\n    plain: {weight: 1}",
    ),
)

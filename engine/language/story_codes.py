"""The catalogue entries of what can be wrong in playbook tests and simulations: TN500 to TN549.

Owns their pages; the checks are in `engine/simulation`, which the language must not know. `bad` and
`good` are one test of a `*.test.yaml` file.
"""

from __future__ import annotations

from engine.language.code import Code

STORY_CODES: tuple[Code, ...] = (
    Code(
        "TN500",
        "Unknown key",
        "The test, or the file for a simulation, has a key Tenure does not know, most often a slip "
        "of the pen. Nothing that is written is ignored in silence.",
        "name: a test\nacount: {name: Acme}\nexpect: []",
        "name: a test\naccount: {name: Acme}\nexpect: []",
    ),
    Code(
        "TN501",
        "Something is missing",
        "A key that has no default is not there.",
        "name: a test\nfacts: [{fact: contract.signed}]\nexpect: []",
        "name: a test\nfacts: [{at: 2d, fact: contract.signed}]\nexpect: []",
    ),
    Code(
        "TN502",
        "The wrong kind of value",
        "A text stands where a number should, a single value where a list should, and so on.",
        "name: a test\nhealth: red\nexpect: []",
        "name: a test\nhealth: 35\nexpect: []",
    ),
    Code(
        "TN503",
        "A time that cannot be read",
        "Times are counted from the start (`2d`, `4 business hours`) or are dates by the account's "
        "clock (`2026-03-05T14:00`).",
        "name: a test\nuntil: two weeks\nexpect: []",
        "name: a test\nuntil: 2w\nexpect: []",
    ),
    Code(
        "TN504",
        "There is no such playbook",
        "A test is about the playbook it names under `playbook`, or else about the one its file is "
        "named after: welcome.test.yaml is about welcome. The playbook must have no errors.",
        "name: a test\nplaybook: welcom\nexpect: []",
        "name: a test\nplaybook: welcome\nexpect: []",
    ),
    Code(
        "TN505",
        "There is no such step",
        "People act on steps of the playbook, and expectations name them, by their ids.",
        "name: a test\npeople: [{complete: intro-cal, in: 1d, with: {goal: grow}}]\nexpect: []",
        "name: a test\npeople: [{complete: intro-call, in: 1d, with: {goal: grow}}]\nexpect: []",
    ),
    Code(
        "TN506",
        "Not a field of the schema",
        "Accounts and contacts have the fields of schema.yaml, with values of their types; facts "
        "are those it declares, where it refuses others.",
        "name: a test\naccount: {name: Acme, ar: 24000}\nexpect: []",
        "name: a test\naccount: {name: Acme, arr: 24000}\nexpect: []",
    ),
    Code(
        "TN507",
        "An expectation that cannot be read",
        "An expectation is one kind of thing that happens, and what is said of it: "
        "`email: welcome to champion`, `task: intro-call to csm due 2026-03-04`.",
        "name: a test\nexpect: [{mail: welcome}]",
        "name: a test\nexpect: [{email: welcome}]",
    ),
    Code(
        "TN508",
        "Something nobody can do",
        "Each entry under `people` says one thing somebody does with a step (complete, approve, "
        "reject, acknowledge, answer), so long after it reached them, with answers it asks for.",
        "name: a test\npeople: [{complete: intro-call, in: 1d, with: {mood: good}}]\nexpect: []",
        "name: a test\npeople: [{complete: intro-call, in: 1d, with: {goal: grow}}]\nexpect: []",
    ),
    Code(
        "TN509",
        "Two tests of one name",
        "Reports name tests, so each in a file has a name of its own.",
        "- {name: a test, expect: []}\n- {name: a test, expect: []}",
        "- {name: a test, expect: []}\n- {name: another test, expect: []}",
    ),
    Code(
        "TN510",
        "A fact that is not JSON",
        "A file of facts is YAML, or one JSON object a line when its name ends in .jsonl.",
        '{"at": "2d", "fact": contract.signed}',
        '{"at": "2d", "fact": "contract.signed"}',
    ),
)

"""Drawings of what the compiler makes: every kind of step, in the author's own words."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.language.graph import mermaid, svg
from engine.language.schema.playbook import STEPS
from engine.plan.model import Plan
from tests.workspaces import compile_playbook, loaded, write_files

TENURE = """\
workspace: Acme CS
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
channels: {cs-team: TENURE_CHAT_CS_TEAM}
hooks: {ticketing: TENURE_HOOK_TICKETING}
"""
TEMPLATE = "---\nsubject: Hello\npurpose: service\n---\nHello"
PLAYBOOK = """\
playbook: everything
enroll:
  on:
    - date: 90d before account.renewal_date
    - schedule: 0 9 * * mon
    - survey: nps
  brake: {at_most: 25, per: day}
steps:
  - {email: hello, to: contacts.champion, cc: contacts.admin, approve: {by: csm}}
  - {survey: first-nps, to: contacts.champion}
  - {notify: tell-team, message: "{{ account.name }} began", channel: cs-team}
  - {call: create-ticket, hook: ticketing}
  - {set: {account.lifecycle: adopting}}
  - {start: training}
  - {stop: onboarding, reason: They know it all}
  - {transfer: {from: csm, to: csm_manager, children: true}}
  - {wait: 60d before account.renewal_date, if_past: skip}
  - {task: prepare, assign: csm, due: 2 business days, done_when: meeting.held}
  - {approve: go-live, by: csm_manager, rejected: [{end: refused}]}
  - escalate: alarm
    to: [csm, csm_manager]
    every: 4 business hours
    give_up: 2d
    otherwise: [{end: unanswered}]
  - if: account.arr > 10000
    then: [{wait: 1d}]
    elif: [{if: account.arr > 5000, then: [{wait: 2d}]}]
  - split: offer
    arms:
      gift: {weight: 3, steps: [{wait: 3d}]}
      nothing: {weight: 1, holdout: true}
  - parallel: {left: [{wait: 4d}], right: [{wait: 5d}]}
    join: first
  - for_each: {contacts: [champion, admin]}
    steps: [{email: hello-again, template: hello, to: item}]
  - repeat:
      every: {if: health.score < 50, then: 1w, else: 1 month}
      at_most: 6
      until: health.score >= 70
      steps: [{task: look, assign: csm, required: false}]
  - {end: done}
"""


@pytest.fixture
def everything(tmp_path: Path) -> Plan:
    write_files(tmp_path, {"tenure.yaml": TENURE, "templates/hello.md": TEMPLATE})
    return compile_playbook(loaded(tmp_path), PLAYBOOK, "everything")


def test_the_example_holds_every_kind_of_step() -> None:
    assert [
        kind for kind in STEPS if f"{kind}: " not in PLAYBOOK and f"{kind}:\n" not in PLAYBOOK
    ] == []


def test_every_compiled_node_is_drawn_once(everything: Plan) -> None:
    root = ElementTree.fromstring(svg(everything))
    groups = root.iter("{http://www.w3.org/2000/svg}g")
    drawn = [group.get("data-node") for group in groups if group.get("data-node")]
    assert sorted(drawn) == sorted(everything.nodes)


def test_every_kind_of_step_is_said_in_words(everything: Plan) -> None:
    drawn = mermaid(everything)
    for words in (
        "90d before account.renewal_date",
        "schedule 0 9 * * mon",
        "survey nps answered",
        "at most 25 per day",
        "Email: hello<br/>to champion, cc admin",
        "Survey: How likely are you to recommend us",
        "NPS",
        "Notify: {account.name} began<br/>in cs-team",
        "Call: ticketing",
        "Set: lifecycle = adopting",
        "Start playbook: training",
        "Stop playbook: onboarding<br/>They know it all",
        "Transfer: csm → csm_manager<br/>child accounts too",
        "Wait: 60d before account.renewal_date",
        "csm, due 2 business days<br/>done when meeting.held",
        '-->|"rejected"|',
        '-->|"nobody answered"|',
        '-->|"account.arr #gt; 5000"|',
        '-->|"gift, 75 %"|',
        '-->|"nothing, 25 %, held out"|',
        "go on with the first",
        "For each: contact: champion, admin",
        "every 1w if health.score #lt; 50, else every 1 month",
        "Optional task: Look",
        "End: done",
    ):
        assert words in drawn, words

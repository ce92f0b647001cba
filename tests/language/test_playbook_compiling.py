"""What playbooks compile to.

To write the golden plans anew: `UPDATE_GOLDEN=1 pytest tests/language`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.language.load import check_all
from engine.plan.codec import plan_from_json, plan_hash, plan_to_json
from engine.plan.model import (
    Anchor,
    Choose,
    Effect,
    End,
    Escalate,
    Fork,
    NodeId,
    Plan,
    Repeat,
    Span,
    Task,
    Wait,
)
from engine.plan.steps import targets
from tests.language.playbook_files import OTHERS, WORKSPACE, check, codes

HERE = Path(__file__).parent
EXTRA = {"other.yaml": "playbook: other\nsteps:\n  - wait: 1d\n"}


def plan_of(fragment: str) -> Plan:
    checked = check(fragment)
    assert checked.problems == ()
    assert checked.plan is not None
    return checked.plan


def node(plan: Plan, name: str) -> Any:
    return plan.nodes[NodeId(name)]


@pytest.mark.parametrize("name", ["churn-rescue", "everything"])
def test_playbook_compiles_to_the_golden_plan(name: str) -> None:
    text = (HERE / "playbooks" / f"{name}.yaml").read_text()
    checked = check_all({**OTHERS, **EXTRA, f"{name}.yaml": text}, WORKSPACE)[f"{name}.yaml"]
    assert checked.problems == ()
    assert checked.plan is not None
    shown = json.dumps(plan_to_json(checked.plan), indent=1, ensure_ascii=False) + "\n"
    golden = HERE / "golden" / f"{name}.plan.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(shown)
    assert shown == golden.read_text()
    assert plan_from_json(json.loads(shown)) == checked.plan


@pytest.mark.parametrize("name", ["churn-rescue", "everything"])
def test_every_node_is_reached_and_every_target_exists(name: str) -> None:
    text = (HERE / "playbooks" / f"{name}.yaml").read_text()
    plan = check_all({**OTHERS, **EXTRA, f"{name}.yaml": text}, WORKSPACE)[f"{name}.yaml"].plan
    assert plan is not None
    led_to = {to for one in plan.nodes.values() for to in targets(one) if to} | {plan.entry}
    assert led_to == set(plan.nodes)


def test_steps_follow_each_other_and_bodies_go_on_to_what_follows() -> None:
    plan = plan_of(
        "- if: health.score < 50\n  then:\n    - {task: call, assign: csm}\n"
        "  elif:\n    - {if: account.arr > 5, then: [{end: rich}]}\n- wait: 3d"
    )
    choose = node(plan, "if-1")
    assert isinstance(choose, Choose)
    assert [case.to for case in choose.cases] == ["call", "end-1"]
    assert (choose.next, choose.otherwise) == ("wait-1", None)
    assert node(plan, "call").next == "wait-1"
    assert isinstance(node(plan, "end-1"), End)


def test_branches_and_repetitions_end_by_themselves() -> None:
    plan = plan_of(
        "- parallel:\n    a: [{wait: 1d}]\n    b: []\n"
        "- repeat: {every: 1w, at_most: 2, steps: [{wait: 1d}]}\n- wait: 3d"
    )
    fork, repeat = node(plan, "parallel-1"), node(plan, "repeat-1")
    assert isinstance(fork, Fork)
    assert isinstance(repeat, Repeat)
    assert fork.branches == (("a", "wait-1"), ("b", None))
    assert node(plan, "wait-1").next is None
    assert (repeat.body, repeat.next) == ("wait-2", "wait-3")
    assert node(plan, "wait-2").next is None


def test_an_email_to_approve_goes_out_only_when_approved() -> None:
    plan = plan_of(
        "- email: we-noticed\n  to: contacts.champion\n"
        "  approve: {by: csm, within: 1d, otherwise: send}\n- wait: 1d"
    )
    gate, email = node(plan, "we-noticed.approve"), node(plan, "we-noticed")
    assert isinstance(gate, Task)
    assert isinstance(email, Effect)
    assert plan.entry == "we-noticed.approve"
    assert gate.routes == {"approved": "we-noticed", "timeout": "we-noticed"}
    assert gate.next == email.next == "wait-1"
    assert gate.spec["about"] == "we-noticed"


def test_an_unanswered_approval_leaves_the_email_out() -> None:
    plan = plan_of("- email: we-noticed\n  to: contacts.champion\n  approve: {by: csm, within: 1d}")
    gate = node(plan, "we-noticed.approve")
    assert gate.routes == {"approved": "we-noticed"}
    assert gate.next is None


def test_a_rejected_gate_ends_the_run_unless_it_says_what_else() -> None:
    strict = plan_of("- approve: go-live\n  by: csm\n  within: 3d\n- wait: 1d")
    assert node(strict, "go-live").routes == {
        "rejected": "go-live.rejected",
        "timeout": "go-live.rejected",
    }
    assert node(strict, "go-live.rejected").outcome == "rejected"
    mild = plan_of(
        "- approve: go-live\n  by: csm\n  within: 3d\n  otherwise: skip\n"
        "  rejected: [{task: explain, assign: csm}]\n- wait: 1d"
    )
    assert node(mild, "go-live").routes == {"rejected": "explain", "timeout": "wait-1"}
    assert node(mild, "explain").next == "wait-1"


def test_a_survey_waits_for_its_answer() -> None:
    plan = plan_of(
        "- survey: first-nps\n  to: contacts.champion\n"
        "- if: first_nps.score < 7\n  then: [{end: sad}]"
    )
    wait = node(plan, "first-nps.answer")
    assert isinstance(wait, Wait)
    assert (wait.watch_for, wait.about, wait.next) == ("survey.answered", "first-nps", "if-1")
    assert node(plan, "first-nps").spec["survey"] == "nps"
    assert node(plan, "if-1").reads == ("first-nps", "first-nps.answer")


def test_a_wait_for_a_date_that_may_move() -> None:
    plan = plan_of(
        "- wait: 60d before account.renewal_date\n  if_past: skip\n"
        "- email: we-noticed\n  to: contacts.champion\n- wait: 1d"
    )
    wait = node(plan, "wait-1")
    assert wait.due == Anchor("account.renewal_date", Span(60, "d"), before=True, if_past="skip")
    assert wait.on_skip == "wait-2"


def test_a_skipped_wait_at_the_end_leads_past_the_last_step() -> None:
    plan = plan_of(
        "- wait: 60d before account.renewal_date\n  if_past: skip\n"
        "- email: we-noticed\n  to: contacts.champion"
    )
    past = node(plan, node(plan, "wait-1").on_skip)
    assert (past, past.next) == (Fork(id=past.id, source=past.source, branches=()), None)


def test_a_wait_that_times_out_takes_its_own_steps_and_goes_on() -> None:
    plan = plan_of(
        "- wait: {until: meeting.held, at_most: 5d, otherwise: [{task: call, assign: csm}]}\n"
        "- wait: 1d"
    )
    assert node(plan, "wait-1").on_timeout == "call"
    assert node(plan, "call").next == "wait-2"


def test_what_conditions_and_texts_read_is_noted() -> None:
    plan = plan_of(
        "- task: fix-plan\n  assign: csm\n  ask: {reason: text, go_live: date}\n"
        "- task: tell\n  assign: csm\n  title: 'Because {{ fix_plan.reason }}'\n"
        "- wait: 7d before fix_plan.go_live\n"
        "- repeat:\n    every: {if: again.late, then: 1d, else: 1w}\n    until: again.done\n"
        "    steps: [{task: again, assign: csm}]"
    )
    assert node(plan, "tell").reads == ("fix-plan",)
    assert node(plan, "wait-1").reads == ("fix-plan",)
    assert node(plan, "repeat-1").reads == ("again",)


def test_an_escalation_until_acknowledged_has_no_condition() -> None:
    plan = plan_of("- escalate: help\n  to: csm_manager\n  every: 1h\n  until: acknowledged")
    escalate = node(plan, "help")
    assert isinstance(escalate, Escalate)
    assert (escalate.chain, escalate.until) == (("csm_manager",), None)


def test_set_takes_values_and_formulas() -> None:
    plan = plan_of('- set: {account.lifecycle: adopting, account.arr: "= account.arr * 2"}')
    fields = node(plan, "set-1").spec["fields"]
    assert fields["lifecycle"] == {"value": "adopting"}
    assert fields["arr"]["expression"]["text"] == "account.arr * 2"
    assert fields["arr"]["expression"]["source"]["column"] == 56


def test_generated_ids_count_by_kind_and_keep_clear_of_chosen_ones() -> None:
    plan = plan_of("- {task: wait-1, assign: csm}\n- wait: 1d\n- wait: 2d\n  id: pause\n- wait: 3d")
    assert list(plan.nodes) == ["wait-1", "wait-2", "pause", "wait-3"]


def test_templates_are_found_in_the_playbooks_folder_first() -> None:
    plan = plan_of("- email: sponsor-outreach\n  to: contacts.champion")
    assert node(plan, "sponsor-outreach").spec["template"] == "churn/sponsor-outreach"


def test_comments_and_places_do_not_change_the_hash() -> None:
    assert plan_hash(plan_of("- wait: 1d")) == plan_hash(plan_of("- wait: 1d  # why\n"))
    assert plan_hash(plan_of("- wait: 1d")) == plan_hash(plan_of("- {wait: '1 day'}"))
    assert plan_hash(plan_of("- wait: 1d")) != plan_hash(plan_of("- wait: 2d"))


def test_a_playbook_with_warnings_only_compiles() -> None:
    checked = check("enroll:\n  on:\n    - fact: custom.thing")
    assert [(one.code, one.severity) for one in checked.problems] == [("TN324", "warning")]
    assert checked.plan is not None


def test_item_is_typed_by_what_for_each_goes_over() -> None:
    over = "- for_each: {%s}\n  steps:\n    - {task: look, assign: csm, title: '{{ item.%s }}'}"
    assert codes(over % ("children: all", "arr")) == []
    assert codes(over % ("contacts: all", "first_name")) == []
    assert codes(over % ("contacts: all", "arr")) == ["TN241"]


def test_mode_and_owner_go_into_enroll_only_where_they_are_written() -> None:
    plain = plan_of("enroll: {on: [{by_hand: true}]}").enroll
    assert not {"mode", "owner"} & set(plain)
    assert plan_of("mode: live\nenroll: {on: [{by_hand: true}]}").enroll == plain
    assert plan_of("mode: draft\nowner: csm").enroll == {"mode": "draft", "owner": {"role": "csm"}}
    assert plan_of("owner: u-vp").enroll == {"owner": {"user": "u-vp"}}
    assert plan_of("owner: {user: u-9}").enroll == {"owner": {"user": "u-9"}}


@pytest.mark.parametrize("owner", ["nobody", "contacts.champion", "{team: solutions}"])
def test_an_owner_is_a_role_or_a_person_of_ours(owner: str) -> None:
    assert codes(f"owner: {owner}") == ["TN302"]

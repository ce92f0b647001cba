"""The cast of a scenario: who is made up, who is not, and whom a playbook for contacts is for."""

from __future__ import annotations

import pytest

from tests.simulation.staging import Staged, Story

TASKS = """
steps:
  - {task: one, assign: csm, required: false}
  - {task: two, assign: csm_manager, required: false}
  - {task: three, assign: vp_cs, required: false}
"""


def owners(staged: Staged, scenario: str) -> list[str | None]:
    stage = staged(TASKS, scenario)
    stage.play()
    return [task.assignee for task in stage.simulator.world.tasks.values()]


def test_roles_nobody_holds_are_cast(staged: Staged) -> None:
    assert owners(staged, "") == ["csm", "csm_manager", "vp_cs"]


def test_named_users_are_cast_with_their_managers(staged: Staged) -> None:
    scenario = "account: {name: Acme, csm: u-ana}"
    assert owners(staged, scenario) == ["u-ana", "csm_manager", "vp_cs"]


def test_described_users_keep_their_managers_and_the_lack_of_one(staged: Staged) -> None:
    scenario = """
account: {name: Acme, csm: u-ana}
users: [{id: u-ana, manager: u-bo}, {id: u-bo}]
"""
    assert owners(staged, scenario) == ["u-ana", "u-bo", None]


def test_field_that_is_written_as_empty_stays_empty(staged: Staged) -> None:
    assert owners(staged, "account: {name: Acme, csm: null}") == [None, None, None]


@pytest.mark.parametrize(
    ("segment", "owner"),
    [("enterprise", "csm_manager"), ("smb", "u-hal"), ("mid_market", "csm"), (None, "csm")],
)
def test_a_role_by_a_field_is_another_role_for_each_value(
    staged: Staged, segment: str | None, owner: str
) -> None:
    said = f", segment: {segment}" if segment else ""
    stage = staged("steps: [{task: one, assign: renewal_owner}]", f"account: {{name: A{said}}}")
    stage.play()
    assert [task.assignee for task in stage.simulator.world.tasks.values()] == [owner]
    said = f"account.segment is {segment or 'empty'}"
    assert any(said in str(line.data.get("why")) for line in stage.simulator.trace().lines)


TO_CONTACT = """
subject: contact
enroll: {on: [{fact: meeting.held}]}
steps: [{email: welcome, to: contact}]
"""
CONTACTS = "contacts: [{role: admin, first_name: A}, {role: champion, first_name: B}]\n"


def test_playbook_for_contacts_is_played_for_the_first_or_the_one_named(story: Story) -> None:
    assert story(TO_CONTACT, CONTACTS)[0] == "2 Mon 09:00 email: welcome to admin"
    chosen = CONTACTS + "contact: champion"
    assert story(TO_CONTACT, chosen)[0] == "2 Mon 09:00 email: welcome to champion"


def test_fact_about_a_contact_enrolls_that_contact(story: Story) -> None:
    trigger = CONTACTS + "trigger: {fact: meeting.held, contact: champion}"
    assert story(TO_CONTACT, trigger) == [
        "2 Mon 09:00 email: welcome to champion",
        "2 Mon 09:00 outcome: completed",
    ]

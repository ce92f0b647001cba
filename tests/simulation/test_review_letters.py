"""One step, several people: each gets it in their own hours, and one who cannot stops nobody."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.staging import Staged, Story

BOTH = "steps: [{email: welcome, to: [contacts.champion, contacts.sponsor]}]"
APART = """
contacts:
  - {role: champion, first_name: Kim, zone: Europe/Berlin}
  - {role: sponsor, first_name: Lou, zone: America/Los_Angeles}
"""


def test_each_gets_an_email_in_their_own_hours(story: Story) -> None:
    assert story(BOTH, APART) == [
        "2 Mon 09:00 email: welcome to champion",
        "2 Mon 09:00 later: welcome",
        "2 Mon 17:00 email: welcome to sponsor",
        "2 Mon 17:00 outcome: completed",
    ]


def test_address_that_is_none_keeps_the_email_from_nobody_else(staged: Staged) -> None:
    stage = staged(BOTH, APART.replace("America/Los_Angeles", "Europe/Berlin"))
    world = stage.simulator.world
    (champion, *_) = [one for one in world.contacts.values() if one.role == "champion"]
    world.contacts[champion.id] = replace(champion, email="kim at home")
    stage.play()
    sends = {one.recipient: one.status for one in world.effects.values() if one.recipient}
    assert sends == {champion.id: "refused", "c-sponsor": "accepted"}
    assert "2 Mon 09:00 outcome: completed" in stage.story()

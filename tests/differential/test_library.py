"""Each playbook of the library tells the same story on Temporal as in the simulator.

The library's tests run on the simulator; this is why they say something of the real thing. People
close every open task every third day or so; everybody works at all hours.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.effects.entities import User, UserId
from engine.language.workspace.model import Workspace
from engine.plan.model import Plan
from engine.services.authoring import check_workspace
from tests.differential.comparing import differences
from tests.differential.durable import play_durably
from tests.differential.simulated import play_simulated
from tests.differential.stories import ACCOUNT, BEGINS, CONTACTS, USERS, Happening, Story, workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
FIELDS: dict[str, Any] = {
    "lifecycle": "adopting",
    "segment": "mid_market",
    "csm": "ann",
    "arr": 60000.0,
    "renewal_date": "2026-05-20",
    "next_csm": "bo",
    "seats": 100.0,
    "seats_used": 95.0,
    "ebr_date": "2026-04-20",
}
OTHERWISE: dict[str, dict[str, Any]] = {
    "expansion": {"renewal_date": "2027-01-20"},
    "onboarding": {"lifecycle": "new"},
}
HAPPENS = {
    "renewal": {9: "renewal.quote_sent", 40: "cancellation.requested", 70: "renewal.signed"},
    "expansion": {20: "meeting.held", 45: "expansion.won"},
    "account-handoff": {6: "meeting.held"},
    "onboarding": {
        4: "sow.signed",
        5: "meeting.held",
        20: "integration.connected",
        31: "training.attended",
        40: "usage.first_value",
    },
    "churn-rescue": {9: "meeting.held", 30: "training.attended"},
    "executive-business-review": {50: "meeting.held"},
    "support-handoff": {12: "ticket.opened", 15: "ticket.solved"},
    "nps-follow-up": {9: "meeting.held"},
    "knowledge-enablement": {8: "training.attended", 30: "email.clicked"},
}


@cache
def library() -> tuple[Workspace, dict[str, Plan]]:
    """The example's workspace with the hours of the other stories, and its playbooks."""
    found = check_workspace(EXAMPLE)
    plain = workspace()
    home = replace(
        found.workspace(),
        calendars=plain.calendars,
        send_window=plain.send_window,
        zone=plain.zone,
        groups=(),
    )
    return home, dict(found.plans)


def make_story(playbook: str) -> Story:
    home, plans = library()
    named = {role.of for role in home.roles.values() if role.how == "user"}
    named |= {one for team in home.teams.values() for one in team}
    ours = tuple(User(UserId(one), one, f"{one}@us.example") for one in sorted(named))
    fields = {**ACCOUNT.fields, **FIELDS}
    fields |= OTHERWISE.get(playbook, {})
    facts = [
        Happening(BEGINS + timedelta(days=day, minutes=33), kind)
        for day, kind in HAPPENS[playbook].items()
    ]
    closing = [
        Happening(BEGINS + timedelta(hours=79 * number, minutes=7), close_tasks=True)
        for number in range(1, 30)
    ]
    happenings = tuple(sorted([*facts, *closing], key=lambda one: one.at))
    account = replace(ACCOUNT, fields=fields, score=80.0, band="green", band_since=BEGINS)
    plan, users = plans[playbook], (*USERS, *ours)
    about = CONTACTS[0].id if plan.subject == "contact" else None
    return Story(plan, playbook, happenings, home, account, users=users, about=about)


def test_every_playbook_that_ships_is_told() -> None:
    assert set(HAPPENS) == set(library()[1]) - {"health-dip"}


@pytest.mark.parametrize("playbook", HAPPENS)
async def test_library_tells_the_same_story_on_temporal(
    playbook: str, time_skipping: object, migrated_database: str
) -> None:
    story = make_story(playbook)
    simulated = play_simulated(story)
    assert len(simulated) > 10
    durable = await play_durably(time_skipping.binary, migrated_database, story)  # type: ignore[attr-defined]
    assert differences(simulated, durable) == []

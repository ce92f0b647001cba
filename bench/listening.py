"""A workspace of twenty playbooks that listen to facts, and a stream of facts for them.

The stream is what a product and a CRM send: scores, logins, usage, tickets, changed fields. Every
kind is listened to by somebody; a few facts in a hundred start something. Seeded: the same stream
every time.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.workspaces import REFERENCE

TRIGGERS = (
    "health.enters: red",
    "health.enters: yellow",
    "health.leaves: red",
    "health.drops: {by: 20, within: 14d}",
    "health.drops: {by: 30, within: 30d}",
    "health.rises: {by: 25, within: 30d}",
    "health.crosses: {below: 30}",
    "health.crosses: {above: 97}",
    "{fact: product.used, where: fact.minutes > 477}",
    "{fact: product.used, where: fact.feature == 'export' && fact.minutes > 460}",
    "{fact: product.used, where: fact.minutes < 1}",
    "{fact: user.logged_in, where: fact.first == true}",
    "{fact: user.logged_in, where: fact.days_away > 58}",
    "{fact: ticket.opened, where: fact.priority == 'urgent'}",
    "{fact: ticket.opened, where: fact.open_now > 98}",
    "fact: contract.signed",
    "fact: champion.left",
    "fact: meeting.held",
    "fact: invoice.overdue",
    "{survey: nps, where: fact.score <= 6}",
)
"""What each of the playbooks listens to."""
_FACTS = """
facts:
  product.used: {minutes: number, feature: text}
  user.logged_in: {first: bool, days_away: number}
  ticket.opened: {priority: text, open_now: number}
  invoice.overdue: {}
"""
_PLAYBOOK = """\
playbook: listener-{number:02}
title: Listener {number}
enroll:
  on:
    - {trigger}
  when: account.arr >= {least}
  again_after: 30d
goal: health.band == "green" && account.lifecycle == "churned"
steps:
  - task: call
    title: "Call {{{{ account.name }}}}"
    assign: csm
    due: 2 business days
  - wait: 30d
    until: meeting.held
"""
_KINDS = ("health.changed", "product.used", "user.logged_in", "ticket.opened", "account.changed")
_SHARES = (30, 35, 20, 10, 5)
FEATURES = ("search", "export", "share", "report")


def write_listeners(folder: Path) -> None:
    """Write the workspace."""
    shutil.copytree(REFERENCE, folder)
    (folder / "playbooks" / "reference.yaml").unlink()
    shutil.rmtree(folder / "templates" / "reference")
    with (folder / "schema.yaml").open("a") as schema:
        schema.write(_FACTS)
    for number, trigger in enumerate(TRIGGERS, 1):
        text = _PLAYBOOK.format(number=number, trigger=trigger, least=1000 * number)
        (folder / "playbooks" / f"listener-{number:02}.yaml").write_text(text)


def stream(
    accounts: list[str], count: int, label: str, since: datetime
) -> Iterator[dict[str, Any]]:
    """Yield facts about accounts chosen at random, one a second."""
    chance = random.Random(f"{label}/{count}/{len(accounts)}")
    for number in range(count):
        kind = chance.choices(_KINDS, _SHARES)[0]
        yield {
            "id": f"{label}-{number}",
            "fact": kind,
            "account": chance.choice(accounts),
            "at": (since + timedelta(seconds=number)).isoformat(),
            "data": _data(kind, chance),
        }


def _data(kind: str, chance: random.Random) -> dict[str, Any]:
    match kind:
        case "health.changed":
            return {"score": min(100, max(0, round(chance.gauss(82, 6))))}
        case "product.used":
            return {"minutes": chance.randrange(480), "feature": chance.choice(FEATURES)}
        case "user.logged_in":
            return {"first": chance.random() < 0.003, "days_away": chance.randrange(60)}
        case "ticket.opened":
            priority = "urgent" if chance.random() < 0.02 else "normal"
            return {"priority": priority, "open_now": chance.randrange(100)}
    return {"fields": {"seats": chance.randrange(10, 500)}}

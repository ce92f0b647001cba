"""A workspace of twenty playbooks that listen to facts, with a health model or without.

The facts for them are in `streams.py`: every kind is listened to by somebody, and a few facts in a
hundred start something.
"""

from __future__ import annotations

import shutil
from pathlib import Path

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
_USAGE = {
    "fact: product.used": "fact: usage.reported",
    "fact.minutes > 477": "fact.active_users > 34",
    "fact.feature == 'export' && fact.minutes > 460": "fact.active_users > 33",
    "fact.minutes < 1": "fact.active_users < 5",
}
_FACTS = """
facts:
  product.used: {minutes: number, feature: text}
  user.logged_in: {first: bool, days_away: number}
  ticket.opened: {priority: text, open_now: number}
  invoice.overdue: {}
  usage.reported: {active_users: number}
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
_MODEL = """\
models:
  everybody:
    groups:
      usage:
        weight: 45
        measures:
          seats_in_use:
            weight: 2
            number: usage.reported.active_users / account.seats * 100
            curve: [[20, 0], [50, 60], [80, 100]]
            stale_after: 8d
            drop_after: 60d
          trend:
            change: usage.reported
            of: active_users
            over: 28d
            curve: [[-50, 0], [0, 60], [25, 100]]
          last_login: {time_since: user.logged_in, curve: [[7d, 100], [60d, 0]]}
      relationship:
        weight: 30
        measures:
          csm_pulse:
            sentiment: {good: 100, fair: 60, poor: 10}
            stale_after: 45d
            drop_after: 90d
          nps: {survey: nps, over: 180d}
      support:
        weight: 25
        measures:
          tickets: {count: ticket.opened, over: 30d, curve: [[0, 100], [20, 60], [60, 0]]}
    overrides:
      - when: measures.csm_pulse == "poor" && measures.nps < -50
        band: red
        because: The CSM and the customers see it as lost
"""
MEASURED = 6
"""How many measures the model has."""


def _of_usage(trigger: str) -> str:
    """Return a trigger that listens to what the product reports where there is a model."""
    for one, other in _USAGE.items():
        trigger = trigger.replace(one, other)
    return trigger


def write_listeners(folder: Path, *, computed: bool = False) -> None:
    """Write the workspace; with `computed`, scores are computed by a model of six measures."""
    shutil.copytree(REFERENCE, folder)
    (folder / "playbooks" / "reference.yaml").unlink()
    shutil.rmtree(folder / "templates" / "reference")
    with (folder / "schema.yaml").open("a") as schema:
        schema.write(_FACTS)
    for number, trigger in enumerate(TRIGGERS, 1):
        listened = _of_usage(trigger) if computed else trigger
        text = _PLAYBOOK.format(number=number, trigger=listened, least=1000 * number)
        (folder / "playbooks" / f"listener-{number:02}.yaml").write_text(text)
    if computed:
        (folder / "health.yaml").write_text(_MODEL)

"""A workspace with a health model, as an author would write it, and the context made of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from engine.effects.context import Context
from engine.language.workspace.model import Workspace
from tests.workspaces import loaded, write_files

TENURE = """\
workspace: Acme CS
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
"""
SCHEMA = """\
account:
  seats: number
facts:
  usage.reported: {active: number, plan: text}
  ticket.opened: {priority: text}
  incident.closed: {minutes: number}
"""
HEALTH = """\
models:
  standard:
    groups:
      usage:
        weight: 3
        measures:
          seats_used:
            weight: 2
            number: usage.reported.active / account.seats * 100
            curve: [[0, 0], [50, 50], [90, 100]]
            stale_after: 7d
            drop_after: 21d
          last_meeting:
            time_since: meeting.held
            thresholds: [{within: 14d, points: 100}, {within: 45d, points: 50}]
            never: 0
      support:
        measures:
          urgent:
            count: ticket.opened
            where: fact.priority == "urgent"
            over: 30d
            thresholds: [{at_most: 0, points: 100}, {at_most: 2, points: 50}]
      voice:
        weight: 2
        measures:
          pulse:
            sentiment: {good: 100, fair: 60, poor: 10}
            drop_after: 60d
    overrides:
      - when: measures.pulse == "poor"
        band: red
        because: The CSM sees it red
"""


def workspace_of(health: str = HEALTH, schema: str = SCHEMA, tenure: str = TENURE) -> Workspace:
    """Load the files; they have no problems."""
    files = {"tenure.yaml": tenure, "schema.yaml": schema, "health.yaml": health}
    with TemporaryDirectory() as folder:
        return loaded(write_files(Path(folder), files))


def context_of(health: str = HEALTH, schema: str = SCHEMA, tenure: str = TENURE) -> Context:
    """Return the context of a workspace with these files."""
    return Context.of(workspace_of(health, schema, tenure))

"""A worker killed in the middle changes nothing of the story."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.effects.entities import EnrollmentId, Line
from engine.plan.clock import Clock
from engine.store.database import Database
from engine.store.queries.runs import read_timeline
from tests.differential.durable import begin, fill
from tests.differential.simulated import play_simulated
from tests.differential.stories import BEGINS, Story, workspace
from tests.differential.telling import story_of
from tests.workspaces import compile_playbook

ROOT = Path(__file__).parents[2]
DAY_S = 0.35
PLAYBOOK = """\
playbook: story
title: Story
steps:
  - set: {account.arr: 9000}
  - email: first
    template: hello
    to: contacts.champion
  - parallel:
      calm:
        - wait: 3d
        - email: second
          template: hello
          to: contacts.admin
        - wait: 6d
        - notify: halfway
          to: csm_manager
          message: Halfway
      steady:
        - repeat:
            every: 4d
            at_most: 3
            steps:
              - notify: look
                to: csm
                message: Look
  - if: account.arr > 4000
    then:
      - email: third
        template: hello
        to: contacts.champion
  - for_each: {contacts: all}
    steps:
      - email: last
        template: hello
        to: item
"""


def test_a_worker_killed_three_times_tells_the_story_of_the_simulator(
    migrated_database: str, temporal_server: str
) -> None:
    story = _story()
    clock = Clock(time.time(), BEGINS.timestamp(), 86400 / DAY_S)
    database = Database(migrated_database, clock)
    try:
        fill(database, story)
        run = begin(database, story)
        for alive_s in (1.6, 1.4, 1.5):
            with _worker(database, temporal_server, clock) as worker:
                time.sleep(alive_s)
                os.kill(worker.pid, signal.SIGKILL)
        with _worker(database, temporal_server, clock):
            durable = _finished(database, run)
    finally:
        database.close()
    assert _by_step(durable) == _by_step(play_simulated(story))


def _story() -> Story:
    return Story(compile_playbook(workspace(), PLAYBOOK, "story"), PLAYBOOK, ())


@contextmanager
def _worker(database: Database, address: str, clock: Clock) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "TENURE_DATABASE_URL": database.url,
        "TENURE_TEMPORAL_ADDRESS": address,
        "TENURE_CLOCK": clock.spec,
        "TENURE_TASK_QUEUE": "killed",
        "TENURE_OUTBOUND_TASK_QUEUE": "killed-out",
        "TENURE_EMAIL_URL": "memory://",
    }
    worker = subprocess.Popen(
        [sys.executable, str(ROOT / "worker.py")], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def _finished(database: Database, run: EnrollmentId) -> Sequence[Line]:
    for _ in range(600):
        with database.begin() as connection:
            lines = read_timeline(connection, run)
        if lines and lines[-1].what == "outcome":
            return lines
        time.sleep(0.1)
    raise AssertionError([(line.node, line.what) for line in lines])


def _by_step(lines: Sequence[Line]) -> Mapping[Any, Any]:
    """What happened at each step, in order, without when; unclear sends are allowed to be."""
    found: dict[Any, list[Any]] = {}
    for _, node, path, what, data in story_of(lines):
        found.setdefault((node, path), []).append((what, _timeless(data)))
    return found


def _timeless(data: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {name: value for name, value in data.items() if name not in ("until", "due", "why")}
    if kept.get("status") == "unknown":
        kept["status"] = "accepted"
    return kept

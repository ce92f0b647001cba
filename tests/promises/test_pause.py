"""A pause owes nobody a flood: on resume, waits shift, catch up spaced out, or are skipped."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.promises.company import Company
from tests.promises.simulated import BEGINS, begin, simulate
from tests.waiting import until

DAY = timedelta(days=1)
PAUSED, RESUMED = BEGINS + 3.5 * DAY, BEGINS + 33.5 * DAY
DAILY = """\
playbook: daily
on_resume: {on_resume}
steps:
  - parallel:
      letters:
        - repeat:
            every: 1d
            at_most: 20
            steps:
              - email: hello
                to: contacts.champion
      one: [{{wait: 5d}}, {{notify: five, to: csm, message: five}}]
      two: [{{wait: 6d}}, {{notify: six, to: csm, message: six}}]
      three: [{{wait: 7d}}, {{notify: seven, to: csm, message: seven}}]
"""


def sent_after_resume(root: Path, on_resume: str) -> tuple[list[datetime], list[datetime]]:
    """When letters to the customer, and notices to a colleague, went out after the pause."""
    simulator = simulate(root, {"daily": DAILY.format(on_resume=on_resume)})
    run = begin(simulator, "daily")
    simulator.at(PAUSED, partial(simulator.pause, run))
    simulator.at(RESUMED, partial(simulator.resume, run))
    simulator.run(BEGINS + 120 * DAY)
    mails = simulator.provider.accepted
    assert simulator.trace().outcomes[run] == "completed"
    assert not [one for one in mails if one.date and PAUSED < one.date < RESUMED]
    after = [one for one in mails if one.date and one.date >= RESUMED]
    letters = [one.date for one in after if one.to[1] == "kim@customer.example" and one.date]
    notices = [one.date for one in after if one.to[1] == "ann@us.example" and one.date]
    return letters, notices


def test_shifted_waits_keep_their_distance(tmp_path: Path) -> None:
    letters, notices = sent_after_resume(tmp_path, "shift")
    assert len(letters) == 16
    assert letters[0] - RESUMED == DAY / 2
    assert {later - sooner for sooner, later in pairwise(letters)} == {DAY}
    assert [at - RESUMED for at in notices] == [1.5 * DAY, 2.5 * DAY, 3.5 * DAY]


def test_catching_up_is_spaced_out(tmp_path: Path) -> None:
    letters, notices = sent_after_resume(tmp_path, "catch_up")
    together = sorted([*letters, *notices])
    assert len(notices) == 3
    assert min(later - sooner for sooner, later in pairwise(together)) >= timedelta(hours=1)


def test_skipped_waits_send_nothing_of_what_passed(tmp_path: Path) -> None:
    letters, notices = sent_after_resume(tmp_path, "skip")
    assert notices == []
    assert all(later - sooner >= DAY for sooner, later in pairwise(letters))


@pytest.mark.slow
@pytest.mark.temporal
def test_a_month_of_pause_floods_nobody_on_temporal(on_temporal: Callable[..., Company]) -> None:
    """The same on the real server, a day in a tenth of a second: nothing while it rests, then
    one letter a day. The run waits at its end: many letters may leave before the command does."""
    clock = f"lapse:{time.time():.0f}:{BEGINS.timestamp()}:864000"
    playbook = DAILY.format(on_resume="shift") + "  - wait: {until: order.paid}\n    id: end\n"
    company = on_temporal(daily=playbook, clock=clock)
    company.start_worker()
    code, run = company.tenure("enroll", "daily", "acme-0")
    run = run.strip()
    assert code == 0, run
    until(lambda: company.sends_of(run), "the first letter")
    code, output = company.tenure("runs", "pause", run, "--reason", "holidays")
    assert code == 0, output
    paused = company.database.now
    until(lambda: company.database.now - paused > 30 * DAY, "a month")
    code, output = company.tenure("runs", "resume", run)
    assert code == 0, output
    until(lambda: "end waits" in company.story(run), "the last letter")
    company.send("order.paid")
    until(lambda: company.run_of(run).outcome, "the end")
    with company.database.transaction() as records:
        lines = [line for line in records.lines(run) if line.what in ("sent", "paused", "resumed")]
    (pause,) = [line.at for line in lines if line.what == "paused"]
    (resume,) = [line.at for line in lines if line.what == "resumed"]
    assert resume - pause > 29 * DAY
    sent = [line.at for line in lines if line.node == "hello"]
    assert len([at for at in sent if pause < at < resume]) <= 1  # the one that was on its way
    after = [at for at in sent if at > resume]
    assert len([at for at in after if at < resume + 3 * DAY]) <= 4

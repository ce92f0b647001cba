"""At most one accepted send per ledger key, whatever crashes; an unclear one is shown."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from engine.delivery.catcher import Catcher, Misbehaviour
from engine.delivery.memory import Fault, MemoryProvider
from engine.delivery.smtp import SmtpProvider, SmtpSettings
from engine.effects.entities import EnrollmentId
from engine.errors import TransientError
from engine.stack.ports import Wish, choose
from tests.promises.company import Company
from tests.promises.faults import Crash, Tripwire, attempt, attempts

LETTERS = """\
playbook: letters
enroll: {on: [{fact: order.placed}]}
steps:
  - email: hello
    to: [contacts.champion, contacts.sponsor]
"""


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(letters=LETTERS, n=120)


@pytest.fixture
def smtp() -> Iterator[Catcher]:
    with Catcher() as catcher:
        yield catcher


def by_smtp(catcher: Catcher, patience_s: float = 20) -> SmtpProvider:
    return SmtpProvider(SmtpSettings("127.0.0.1", catcher.port, "none", timeout_s=patience_s))


def statuses(company: Company, run: EnrollmentId) -> list[str]:
    return sorted(one.status for one in company.sends_of(run))


def unclear(company: Company) -> set[str]:
    code, output = company.tenure("sends", "list", "--format", "json")
    assert code == 0, output
    return {one["key"] for one in json.loads(output)}


def test_crash_at_every_point_sends_nothing_twice(company: Company) -> None:
    """Two letters; the attempt dies at each of the points it passes, one after the other."""
    whole = Tripwire()
    provider = MemoryProvider()
    assert attempt(company, company.begin(account="acme-0"), provider, whole)["sent"] is True
    points = len(whole.passed)
    assert {"after the commit", "before the call", "after the provider accepted"} <= {*whole.passed}
    seen = []
    for at in range(points):
        run = company.begin(account=f"acme-{at + 1}")
        with pytest.raises(Crash):
            attempt(company, run, provider, Tripwire(at))
        final = attempts(company, run, provider)
        assert final == attempts(company, run, provider)  # and once more: nothing changes
        seen.append((final, *statuses(company, run)))
    sent = Counter(message.key for message in provider.accepted)
    assert {*sent.values()} == {1}
    first_commit = whole.passed.index("after the commit")
    assert set(seen[:first_commit]) == {("accepted", "accepted", "accepted")}
    assert ("unknown", "unknown", "unknown") in seen
    # What the ledger calls accepted was accepted; the rest is shown to a person.
    shown = unclear(company)
    for run_row in company.runs():
        for one in company.sends_of(run_row.id):
            assert one.status in ("accepted", "unknown")
            assert (one.status == "unknown") == (one.key in shown)
            assert one.status == "unknown" or sent[one.key] == 1


@pytest.mark.parametrize(
    ("fault", "accepted", "final"),
    [
        ("accept-then-timeout", 1, "unknown"),
        ("timeout", 0, "unknown"),
        ("refuse", 1, "accepted"),
        ("permanent", 0, "refused"),
    ],
)
def test_what_the_provider_does_decides_whether_it_is_tried_again(
    company: Company, fault: Fault, accepted: int, final: str
) -> None:
    provider = MemoryProvider()
    provider.next_faults(fault)
    run = company.begin()
    attempts(company, run, provider)
    attempts(company, run, provider)
    assert len(provider.accepted) == accepted + 1  # the other letter of the two
    assert statuses(company, run) == sorted([final, "accepted"])


@pytest.mark.parametrize(
    ("misbehaviour", "arrived", "final"),
    [
        ("refuse-recipient", 0, "refused"),
        ("defer-recipient", 1, "accepted"),
        ("refuse-data", 0, "refused"),
        ("drop-before-data", 1, "accepted"),
        ("drop-after-data", 1, "unknown"),
        ("hang-after-data", 1, "unknown"),
    ],
)
def test_smtp_server_that_misbehaves_gets_nothing_twice(
    company: Company, smtp: Catcher, misbehaviour: Misbehaviour, arrived: int, final: str
) -> None:
    smtp.misbehave(misbehaviour)
    run = company.begin()
    # Short only where the server never answers: a slow machine is not a server that is lost.
    patience_s = 2 if misbehaviour == "hang-after-data" else 20
    for _ in range(2):
        attempts(company, run, by_smtp(smtp, patience_s))
    arrivals = Counter(one.recipients for one in smtp.caught)
    assert sorted(arrivals.values()) == [1] * (1 + arrived)
    assert statuses(company, run) == sorted([final, "accepted"])


def test_server_that_was_down_gets_each_letter_once(company: Company) -> None:
    run = company.begin()
    (port,) = choose([Wish("the mail server", 0, "")])  # one that no outgoing connection is given
    down = SmtpProvider(SmtpSettings("127.0.0.1", port, "none", timeout_s=20))
    assert attempts(company, run, down) == "waiting"
    assert statuses(company, run) == ["waiting", "waiting"]
    with Catcher(port=port) as back:
        assert attempts(company, run, down) == "accepted"
        assert attempts(company, run, down) != "waiting"
        assert len(back.caught) == 2
    assert statuses(company, run) == ["accepted", "accepted"]


def test_attempts_at_the_same_time_send_once(company: Company) -> None:
    provider = MemoryProvider()
    runs = [company.begin(account=f"acme-{number}") for number in range(15)]
    for run in runs:
        barrier = threading.Barrier(3)

        def race(_: int, run: EnrollmentId = run, barrier: threading.Barrier = barrier) -> str:
            barrier.wait(10)
            return attempts(company, run, provider)

        with ThreadPoolExecutor(3) as threads:
            list(threads.map(race, range(3)))
    assert {*Counter(message.key for message in provider.accepted).values()} <= {1}


@pytest.mark.parametrize("tried_before", [False, True])
def test_attempt_overtaken_while_it_decides_sends_once(
    company: Company, *, tried_before: bool
) -> None:
    """Temporal gives up on a slow attempt and makes another, which overtakes the first."""
    run = company.begin()
    provider = MemoryProvider()
    if tried_before:
        provider.next_faults("refuse", "refuse")
        with pytest.raises(TransientError):
            attempt(company, run, provider)
    over = threading.Event()

    def overtake() -> None:
        threading.Thread(target=lambda: (attempts(company, run, provider), over.set())).start()
        over.wait(0.7)

    at = "after records.effect" if tried_before else "after records.put_effect"
    wire = Tripwire(at, overtake)
    attempt(company, run, provider, wire)
    assert over.wait(20)
    assert at in wire.passed
    assert {*Counter(message.key for message in provider.accepted).values()} == {1}


def test_attempt_overtaken_while_it_sends_is_not_made_again(company: Company) -> None:
    """The first attempt hears that nothing was sent when the second has called it unclear: no
    third one sends it, and a person is shown it."""
    run = company.begin()
    provider = MemoryProvider()
    provider.next_faults("refuse", "refuse")
    wire = Tripwire("before the call", lambda: attempts(company, run, provider))
    with suppress(TransientError):
        attempt(company, run, provider, wire)
    assert {one.key for one in company.sends_of(run) if one.status != "accepted"} <= unclear(
        company
    )


def test_person_settles_what_is_unclear(company: Company) -> None:
    provider = MemoryProvider()
    provider.next_faults("timeout", "accept-then-timeout")
    run = company.begin()
    attempts(company, run, provider)
    lost, arrived = sorted(unclear(company))
    by = ("--as", "u-ann")
    assert company.tenure("sends", "settle", lost, "never-arrived", *by)[0] == 0
    assert company.tenure("sends", "settle", arrived, "arrived", *by, "--reason", "phoned")[0] == 0
    assert unclear(company) == set()
    code, output = company.tenure("sends", "settle", arrived, "arrived", *by)
    assert code == 2
    assert "accepted already" in output
    code, output = company.tenure("why", run)
    assert "u-ann says: arrived (phoned)" in output
    attempts(company, run, provider)
    assert statuses(company, run) == ["accepted", "skipped"]
    assert len(provider.accepted) == 1

"""From a single fact to its first effect, on the stack of `tenure up`, at twenty facts a second.

Half of the facts start a playbook whose first step is a task, half one whose first step is an
email (accepted by a provider in memory). What lies between is real: the transaction, the outbox,
the dispatcher, Temporal, the worker, the ledger. An effect is seen when its row can be read.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path

import psycopg

from bench.lines import Line
from bench.listening import write_listeners
from bench.people import USERS, account_fields, contacts_of
from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.authoring import Checkup, check_workspace
from engine.services.facts import take_in
from engine.stack.datadir import StackInfo
from engine.stack.supervisor import Command, Stack
from engine.store import directory, schema
from engine.store.database import Database

RATE_PER_S = 20
FACTS = 240
ACCOUNTS = 3_000
WARM = 40
LOOK_EVERY_S = 0.002
LONGEST_S = 30.0
FIRST = {"email": "invoice.overdue", "task": "meeting.held"}
"""The first step of what each kind of fact starts."""
_PLAYBOOK = """\
playbook: first-{step}
title: First {step}
enroll:
  on: [{{fact: {kind}}}]
steps:
  - {written}
  - wait: 30d
"""
_WRITTEN = {
    "email": "{email: first, to: contacts.champion, from: csm}",
    "task": "{task: call, assign: csm, due: 2 business days}",
}
_TEMPLATE = "---\nsubject: Hello\npurpose: service\n---\nHello {{ contact.first_name }}\n"
_SEEN = """\
SELECT account FROM effects
WHERE account = ANY(%s) AND status IN ('accepted', 'done')
  AND verb IN ('send_email', 'create_task')
"""


def measure_first_effect() -> list[Line]:
    """Return p50 and p99 with a tenth of the accounts, with all, and with ten times as many."""
    sizes = (ACCOUNTS // 10, ACCOUNTS, ACCOUNTS * 10)
    return lines(ACCOUNTS, [_latencies(size, FACTS) for size in sizes])


def lines(accounts: int, taken_s: Sequence[Sequence[float]]) -> list[Line]:
    """Return the figures of what was measured with a tenth of the accounts, with all, and with ten
    times as many."""
    found = []
    for figure, share in (("fact_to_effect_p50_ms", 0.5), ("fact_to_effect_p99_ms", 0.99)):
        tenth, value, tenfold = (round(quantile(one, share) * 1000, 1) for one in taken_s)
        shown = {"accounts": accounts, "facts": len(taken_s[1]), "rate_per_s": RATE_PER_S}
        context = {**shown, "at_a_tenth": tenth, "at_tenfold": tenfold}
        found.append(Line(figure, value, "ms", value, context=context))
    return found


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all do not exceed.

    >>> quantile([4.0, 1.0, 3.0, 2.0], 0.5), quantile([1.0, 2.0], 0.99)
    (2.0, 2.0)
    """
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def _latencies(accounts: int, facts: int) -> list[float]:
    with _stack(accounts) as (info, context, names):
        database = Database(info.database_url, Clock(), connections=4)
        try:
            _round(database, context, names[:WARM], "warm")
            return _round(database, context, names[WARM : WARM + facts], "measured")
        finally:
            database.close()


def _round(
    database: Database, context: Context, accounts: Sequence[str], label: str
) -> list[float]:
    """Send a fact for each account at the rate, and return how long each effect took."""
    seen: dict[str, float] = {}
    stop = threading.Event()
    address = database.url.replace("+psycopg", "")
    watching = threading.Thread(target=_watch, args=(address, set(accounts), seen, stop))
    watching.start()
    sent: dict[str, float] = {}
    kinds = [*FIRST.values()]
    began = time.perf_counter()
    for number, account in enumerate(accounts):
        time.sleep(max(0.0, began + number / RATE_PER_S - time.perf_counter()))
        sent[account] = time.perf_counter()
        fact = {"id": f"{label}-{number}", "fact": kinds[number % 2], "account": account}
        (answer,) = take_in(database, lambda: context, [fact], source="bench")
        assert answer.led_to is not None, answer.why
        assert answer.led_to.started, answer.led_to.refused
    latest = time.perf_counter() + LONGEST_S
    while len(seen) < len(sent) and time.perf_counter() < latest:
        time.sleep(0.05)
    stop.set()
    watching.join()
    assert len(seen) == len(sent), f"{len(seen)} of {len(sent)} facts had an effect"
    return [seen[account] - at for account, at in sent.items()]


def _watch(address: str, accounts: set[str], seen: dict[str, float], stop: threading.Event) -> None:
    """Note when the first effect for each account can be read."""
    with psycopg.connect(address, autocommit=True) as connection:
        while not stop.is_set():
            left = list(accounts - seen.keys())
            found = connection.execute(_SEEN, (left,)).fetchall()
            now = time.perf_counter()
            for (account,) in found:
                seen.setdefault(account, now)
            time.sleep(LOOK_EVERY_S)


@contextmanager
def _stack(accounts: int) -> Iterator[tuple[StackInfo, Context, list[str]]]:
    home = Path(tempfile.mkdtemp(prefix="tenure-bench-"))
    checked = _workspace(home / "workspace")
    names = [f"a-{number:06}" for number in range(accounts)]

    def prepare(info: StackInfo) -> None:
        schema.upgrade(info.database_url)
        database = Database(info.database_url, Clock(), connections=1)
        apply(database, checked.workspace(), checked.plans, by="bench")
        fields: Mapping[AccountId, Mapping[str, object]] = {
            AccountId(one): account_fields(one, number) for number, one in enumerate(names)
        }
        with database.begin() as connection:
            directory.put_users(connection, USERS)
            directory.put_accounts(connection, fields)
            directory.put_contacts(connection, [c for one in names for c in contacts_of(one)])
        database.close()

    stack = Stack(
        home,
        postgres_port=0,
        temporal_port=0,
        ui_port=0,
        commands=[Command("worker", [sys.executable, "-m", "worker"])],
        settings={"clock": "real", "email_url": "memory://"},
        prepare=prepare,
    )
    try:
        with stack:
            yield stack.info, Context.of(checked.workspace()), names
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _workspace(folder: Path) -> Checkup:
    """Write twenty playbooks that listen, two of them to the facts that are sent."""
    write_listeners(folder)
    for number, (step, kind) in enumerate(FIRST.items(), 18):
        (folder / "playbooks" / f"listener-{number}.yaml").unlink()
        text = _PLAYBOOK.format(step=step, kind=kind, written=_WRITTEN[step])
        (folder / "playbooks" / f"first-{step}.yaml").write_text(text)
    (folder / "templates" / "first.md").write_text(_TEMPLATE)
    checked = check_workspace(folder)
    assert checked.errors == 0, [f"{one.where}: {one.message}" for one in checked.problems]
    return checked

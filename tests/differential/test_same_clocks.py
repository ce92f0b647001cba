"""The simulator's clocks and the sweeps over PostgreSQL set off the same runs by the same facts.

The simulator looks at the very instant, the sweeps here every hour; facts come at half past, so
that both have seen the same when they look. What they decided is compared to the hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Contact, ContactId, Fact, FactId
from engine.effects.ingesting import ingest
from engine.effects.records import Records
from engine.plan.clock import Clock
from engine.plan.model import Plan
from engine.services.applying import apply
from engine.services.sweeping import KINDS, sweep
from engine.simulation.memory import MemoryRecords
from engine.simulation.simulator import Simulator
from engine.simulation.world import World
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts
from tests.differential.stories import workspace
from tests.workspaces import compile_playbook

HOUR = timedelta(hours=1)
BEGINS = datetime(2026, 3, 20, 10, tzinfo=UTC)  # the clocks go on in Europe on the 29th
DAYS = 14
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
PLAYBOOKS = {
    "before": "{date: 10d before account.renewal_date}",
    "skips": "{date: 1 month before account.renewal_date, if_late: skip}",
    "business": "{date: 3 business days before account.renewal_date, if_late: {run: 2d}}",
    "weekly": "{schedule: 0 8 * * mon, zone: Europe/Berlin}\n  when: account.arr > 5",
    "nightly": "{schedule: 30 2 * * *, zone: Europe/Berlin}\n  when: health.score < 50",
    "big": "{matches: account.arr > 5}",
    "soon": "{matches: account.renewal_date - today <= 20d}",
    "calm": "{stops_matching: 'health.days_in_band >= 2'}",
    "sinks": "[{matches: 'health.change_7d < -20'}, {health.enters: red}]",
    "people": "{date: 2d after account.renewal_date}",
}
ACCOUNTS = tuple(
    Account(
        AccountId(f"acme-{number}"),
        {"id": f"acme-{number}", "name": "Acme", "zone": zone, "arr": 3, "renewal_date": day},
    )
    for number, (zone, day) in enumerate(
        zip(ZONES, ["2026-04-02", "2026-05-02", None], strict=True)
    )
)
STEPS = "  - wait: {until: account.arr > 99}\n"
CONTACTS = tuple(
    Contact(
        ContactId(f"kim-{n}"), one.id, "champion", f"kim-{n}@acme.example", {"role": "champion"}
    )
    for n, one in enumerate(ACCOUNTS)
)


def plans() -> dict[str, Plan]:
    """The playbooks, each with a run that never ends."""
    made = {}
    for name, on in PLAYBOOKS.items():
        subject = "subject: contact\n" if name == "people" else ""
        text = (
            f"playbook: {name}\n{subject}enroll:\n  on: {on}\nsteps:\n  - wait: account.arr > 99\n"
        )
        text = text.replace("  - wait: account.arr > 99", "  - wait: {until: account.arr > 99}")
        made[name] = compile_playbook(workspace(), text, name)
    return made


def facts(random: Random) -> Iterator[Fact]:
    """What happens: at most one thing an hour, at half past."""
    for number, hour in enumerate(sorted(random.sample(range(DAYS * 24), 60))):
        at = BEGINS + hour * HOUR + HOUR / 2
        account = random.choice(ACCOUNTS).id
        day = (at + timedelta(days=random.randint(-15, 40))).date().isoformat()
        happens: list[tuple[str, dict[str, Any]]] = [
            ("health.changed", {"score": random.randint(0, 100)}),
            ("account.changed", {"fields": {"arr": random.randint(0, 10)}}),
            ("account.changed", {"fields": {"renewal_date": day}}),
        ]
        kind, data = random.choice(happens)
        yield Fact(FactId(f"f-{number}"), kind, account, at, data)


Told = tuple[str, str, str, str, datetime]


def decided(records: Records) -> list[Told]:
    """All that was decided, to the hour."""
    return sorted(
        (one.playbook, one.contact or one.account, one.decision, one.rule, _hour(one.at))
        for name in PLAYBOOKS
        for account in ACCOUNTS
        for one in records.decisions(name, account.id, 1000)
    )


def _hour(at: datetime) -> datetime:
    """The full hour an instant is swept at."""
    full = at.replace(minute=0, second=0, microsecond=0)
    return full if full == at else full + HOUR


def simulated(happening: Sequence[Fact]) -> list[Told]:
    """What the simulator decides."""
    world = World(BEGINS)
    world.add_accounts(ACCOUNTS)
    world.add_contacts(CONTACTS)
    world.make_live(*plans().values())
    simulator = Simulator(Context.of(workspace()), world)
    for fact in happening:
        simulator.add_fact(fact)
    simulator.run(BEGINS + DAYS * 24 * HOUR)
    assert simulator.rejections == []
    return decided(MemoryRecords(world))


@dataclass
class Watch:
    """A clock that is set by hand."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def swept(url: str, happening: Sequence[Fact]) -> list[Told]:
    """What sweeps and facts decide on PostgreSQL."""
    watch, context, ahead = Watch(BEGINS), Context.of(workspace()), list(happening)
    database = Database(url, Clock(), real_now=watch)
    try:
        with database.begin() as connection:
            put_accounts(connection, {one.id: one.fields for one in ACCOUNTS})
            put_contacts(connection, CONTACTS)
        apply(database, workspace(), plans(), by="test")
        for hour in range(DAYS * 24 + 1):
            watch.now = BEGINS + hour * HOUR
            for kind in KINDS:
                assert sweep(database, context, kind, grace=timedelta(minutes=30)).failed == []
            while ahead and ahead[0].occurred_at < watch.now + HOUR:
                fact = ahead.pop(0)
                watch.now = fact.occurred_at
                with database.transaction() as records:
                    ingest(records, context, fact)
        with database.transaction() as records:
            return decided(records)
    finally:
        database.close()


@pytest.mark.parametrize("seed", [0, 5, 6])
def test_simulator_and_sweeps_decide_the_same(seed: int, migrated_database: str) -> None:
    happening = list(facts(Random(seed)))
    told = simulated(happening)
    assert {one[0] for one in told} >= {"big", "weekly", "before"}
    assert swept(migrated_database, happening) == told

"""Whatever happens in whatever order: no rule of enrolling is broken, and nobody waits for ever.

The same happens on PostgreSQL as in memory: two record keepers, one decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from engine.effects.carrying import carry_out
from engine.effects.entities import AccountId, Fact, FactId
from engine.effects.holding import begin_held
from engine.effects.ingesting import ingest
from engine.effects.records import Records
from engine.enrolling.grouping import first_of, group_of
from engine.plan.clock import Clock
from engine.plan.events import CommandId, Do
from engine.simulation.memory import MemoryRecords
from engine.store.database import Database
from engine.store.publishing import make_live, put_plan
from tests.enrolling.house import DAY, FILES, MONDAY, House
from tests.records.keepers import PostgresKeeper
from tests.records.migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]

Found = Callable[..., House]
BY_FACT = {"rescue": "a.a", "renewal": "b.b", "news": "c.c", "tips": "d.d", "nps": "e.e"}
WAYS = {
    "rescue": "while_active: restart",
    "renewal": "while_active: queue, brake: {at_most: 2, per: day}",
    "news": "while_active: queue",
    "tips": "again_after: 2d",
    "nps": "while_active: restart, brake: {at_most: 3, per: week}",
}
TENURE = """\
groups:
  care: {playbooks: [rescue, renewal, news]}
  calm: {playbooks: [tips, nps], pre_empt: false}
"""
AT_MOST = {"renewal": 2, "nps": 3}


def playbook(name: str) -> str:
    subject = "contact" if name == "news" else "account"
    on = f"on: [{{fact: {BY_FACT[name]}}}], {WAYS[name]}"
    return f"playbook: {name}\nsubject: {subject}\nenroll: {{{on}}}\nsteps: [{{wait: 400d}}]\n"


def founded(house: Found, monkeypatch: pytest.MonkeyPatch) -> House:
    declared = "".join(f"  {kind}: {{}}\n" for kind in BY_FACT.values())
    schema = f"contact_roles: [champion, admin]\ncontact: {{vip: bool}}\nfacts:\n{declared}"
    monkeypatch.setitem(FILES, "schema.yaml", schema)
    return house(*map(playbook, BY_FACT), tenure=TENURE, accounts=2)


@dataclass(frozen=True)
class Step:
    """One thing that happens: a fact, the end of a run, a release, a day."""

    what: str
    account: int
    kind: str
    pick: int


def steps(seed: int, count: int = 50) -> list[Step]:
    random = Random(seed)
    whats = random.choices(["fact", "end", "release", "day"], [6, 4, 1, 1], k=count)
    kinds = list(BY_FACT.values())
    return [
        Step(one, random.randrange(2), random.choice(kinds), random.randrange(9)) for one in whats
    ]


# --- the rules, on the virtual clock ----------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_no_rule_is_broken_and_nobody_waits_for_ever(
    house: Found, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    company = founded(house, monkeypatch)
    for step in steps(seed):
        _happen(company, step)
        _look(company)
    assert len({one.decision for one in company.decisions()}) == 3


def _happen(company: House, step: Step) -> None:
    under_way = [one for one in company.runs() if one.status != "finished"]
    held = [one for one in company.held() if one.kind == "brake"]
    match step.what:
        case "fact":
            company.tell(step.kind, step.account)
        case "end" if under_way:
            company.simulator.cancel(under_way[step.pick % len(under_way)].id)
        case "release" if held:
            with MemoryRecords(company.world) as records:
                one = held[step.pick % len(held)]
                begin_held(records, company.context, one, released_by="ann")
            company.simulator.take_owed()
        case "day":
            company.wait(DAY)
    company.wait(timedelta())


def _look(company: House) -> None:
    under_way = [one for one in company.runs() if one.status != "finished"]
    assert max(Counter((one.playbook, one.subject) for one in under_way).values(), default=0) <= 1
    groups = company.context.workspace.groups
    for account in ("acme-0", "acme-1"):
        mine = [one for one in under_way if one.account == account]
        for group in groups:
            names = {one.playbook for one in mine if one.playbook in group.playbooks}
            active = {one.playbook for one in mine if one.status == "active"} & names
            first = first_of(group, names)
            assert active == ({first} if first else set()), (account, active, names)
            assert group.pre_empt or len(names) <= 1
    for held in company.held():
        mine = [one for one in under_way if one.account == held.account]
        own = group_of(groups, held.playbook)
        if held.kind == "queue":
            assert (held.playbook, held.subject) in {(one.playbook, one.subject) for one in mine}
        if held.kind == "group":
            assert own is not None
            assert first_of(own, {one.playbook for one in mine}) not in (None, held.playbook)
    _look_at_the_brakes(company)


def _look_at_the_brakes(company: House) -> None:
    by_itself = [one for one in company.runs() if "released_by" not in one.trigger]
    begun = Counter((one.playbook, one.started_at.date()) for one in by_itself)
    assert all(count <= AT_MOST.get(playbook, 99) for (playbook, _), count in begun.items())


# --- two keepers ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_both_keepers_decide_the_same(
    house: Found, monkeypatch: pytest.MonkeyPatch, migrated_database: str, seed: int
) -> None:
    company = founded(house, monkeypatch)
    now = [MONDAY]
    database = Database(migrated_database, Clock(), real_now=lambda: now[0])
    plans = [company.world.plans[one] for one in company.world.live.values()]
    PostgresKeeper(database).seed(
        accounts=list(company.world.accounts.values()),
        contacts=list(company.world.contacts.values()),
        users=list(company.world.users.values()),
    )
    with database.begin() as connection:
        for plan in plans:
            make_live(connection, plan.playbook, put_plan(connection, plan, MONDAY), MONDAY, "ann")
    for number, step in enumerate(steps(seed, 40)):
        if step.what == "day":
            now[0] += DAY
            company.world.now = now[0]
            continue
        for transaction in (lambda: MemoryRecords(company.world), database.transaction):
            with transaction() as records:
                _act(records, company, step, number)
    with database.transaction() as records:
        for account in company.world.accounts:
            for name in BY_FACT:
                with MemoryRecords(company.world) as memory:
                    known = memory.decisions(name, account, 99)
                assert list(records.decisions(name, account, 99)) == list(known)
    with database.begin() as connection:
        owed = connection.exec_driver_sql("SELECT delivery FROM outbox ORDER BY number").all()
    written = [(row[0]["type"], row[0]["enrollment"]) for row in owed]
    assert written == [(type(one).__name__, one.enrollment) for one in company.world.outbox]
    database.close()


def _act(records: Records, company: House, step: Step, number: int) -> None:
    """Do one thing on the records alone; a run ends as its last command has it end."""
    account = AccountId(f"acme-{step.account}")
    records.account(account, lock=True)
    under_way = records.enrollments(account)
    held = records.held_for(account)
    if step.what == "fact":
        fact = Fact(FactId(f"f-{number}"), step.kind, account, records.now)
        ingest(records, company.context, fact)
    elif step.what == "end" and under_way:
        run = sorted(under_way, key=lambda one: one.id)[step.pick % len(under_way)]
        args: dict[str, Any] = {"outcome": "completed", "reason": "over"}
        finish = Do(CommandId("9"), "finish", None, (), records.now, args)
        carry_out(records, company.context, run.id, finish)
    elif step.what == "release" and held:
        one = held[step.pick % len(held)]
        begin_held(records, company.context, one, released_by="ann")

"""What is measured is what we say is measured; no test here looks at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio import workflow

from bench import first_effect, taking_in
from bench.__main__ import MEASURES, main
from bench.checking import measure_check
from bench.contest import Round, lines
from bench.lines import AIMS, Line
from bench.listening import MEASURED, write_listeners
from bench.peers.naive import NaiveReference
from bench.peers.tuned import TunedReference
from bench.peers.work import Step, Work
from bench.people import USERS, account_fields, contacts_of
from bench.simulating import START, measure_simulator
from bench.streams import COMPUTED, GIVEN, stream
from bench.workspaces import REFERENCE, write_many
from engine.effects.context import Context
from engine.effects.entities import Account, AccountId
from engine.services.authoring import check_workspace
from engine.simulation.simulator import Simulator
from engine.simulation.world import World

FACTS = {
    *("facts_bulk_per_s", "facts_bulk_health_per_s"),
    *("fact_to_effect_p50_ms", "fact_to_effect_p99_ms"),
}
KEYS = {"figure", "value", "unit", "ours", "peer", "aim"}


def test_reference_workspace_has_no_problems() -> None:
    assert check_workspace(REFERENCE).problems == ()


def test_reference_run_takes_twelve_steps_four_of_them_waits() -> None:
    checked = check_workspace(REFERENCE)
    world = World(START)
    world.add_users(USERS)
    world.add_accounts([Account(AccountId("acme"), account_fields("acme", 0))])
    world.add_contacts(contacts_of("acme"))
    world.make_live(checked.plan("reference"))
    simulator = Simulator(Context.of(checked.workspace()), world)
    run = simulator.enroll("reference", AccountId("acme")).enrollment
    assert run is not None
    simulator.run(START.replace(day=START.day + 1))
    steps = list(dict.fromkeys(line.node for line in world.lines[run].values() if line.node))
    assert steps == [
        *("welcome", "wait-1", "set-1", "kickoff", "wait-2", "check-in"),
        *("if-1", "large-account", "wait-3", "tips", "wait-4", "end-1"),
    ]
    assert len(simulator.provider.accepted) == 4


def test_generated_workspace_has_twenty_playbooks_without_problems(tmp_path: Path) -> None:
    write_many(tmp_path / "many", 20)
    checked = check_workspace(tmp_path / "many")
    assert (len(checked.plans), checked.problems) == (20, ())


@pytest.mark.parametrize("peer", [NaiveReference, TunedReference])
def test_peer_is_a_workflow_temporal_accepts(peer: type) -> None:
    assert workflow._Definition.must_from_class(peer).name == peer.__name__


def test_peers_do_what_the_reference_run_does(database: str) -> None:
    """Each activity twice: a second attempt must find what the first one did."""
    from psycopg_pool import ConnectionPool

    from bench.peers.work import TABLES
    from engine.plan.clock import Clock
    from engine.store import directory, schema
    from engine.store.database import Database

    schema.upgrade(database)
    ours = Database(database, Clock(), connections=1)
    with ours.begin() as connection:
        directory.put_users(connection, USERS)
        directory.put_accounts(connection, {AccountId("acme"): account_fields("acme", 0)})
        directory.put_contacts(connection, contacts_of("acme"))
    ours.close()
    with ConnectionPool(database.replace("+psycopg", ""), min_size=1, max_size=1) as pool:
        with pool.connection() as connection:
            connection.execute(TABLES)
        work = Work(pool)
        for _ in range(2):
            for mail in ("welcome", "check-in", "tips"):
                work.send_email(Step("run", mail, "acme"))
            work.set_adopting(Step("run", "adopting", "acme"))
            work.hand_out(Step("run", "kickoff", "acme"))
            assert work.is_large(Step("run", "size", "acme"))
            work.notify_csm(Step("run", "large-account", "acme"))
            work.settle(Step("run", "settled", "acme"))
        with pool.connection() as connection:
            counted = connection.execute(
                "SELECT (SELECT count(*) FROM peer.ledger WHERE status = 'accepted'),"
                " (SELECT count(*) FROM peer.audit), (SELECT status FROM peer.tasks),"
                " (SELECT fields ->> 'lifecycle' FROM accounts)"
            ).fetchone()
        assert counted == (4, 8, "withdrawn", "adopting")
        assert len(work.provider.accepted) == 4


def test_every_figure_has_a_line_with_the_keys_to_follow_it() -> None:
    one = Round(
        runs_per_s=10.0, cpu_ms=30.0, servers_cpu_ms=20.0, events=40.0, history_bytes=5000.0
    )
    other = Round(
        runs_per_s=5.0, cpu_ms=60.0, servers_cpu_ms=40.0, events=80.0, history_bytes=10000.0
    )
    rounds = {"ours": [one], "naive": [other], "tuned": [other]}
    shown = {line["figure"]: line for line in (read(line) for line in lines(rounds, 1))}
    assert {name: line["value"] for name, line in shown.items()} == {
        "throughput_vs_naive": 2.0,
        "throughput_vs_tuned": 2.0,
        "history_events_vs_naive": 0.5,
        "history_bytes_vs_naive": 0.5,
        "worker_cpu_vs_tuned": 0.5,
    }
    rates = taking_in.Rates((1.0, 3.0, 2.0), 4.0)
    jobs = (taking_in.PLAIN, taking_in.HEALTH)
    bulk = [taking_in.line(job, 20, 9, [rates] * 3, rates) for job in jobs]
    more = [measure_check(1), measure_simulator(2), *bulk]
    more += first_effect.lines(20, [[0.02], [0.03, 0.01], [0.04]])
    shown |= {line["figure"]: line for line in map(read, more)}
    measured = [figure for figures, _ in MEASURES for figure in figures]
    assert set(measured) == set(AIMS)
    assert set(shown) >= {*FACTS, "check_20_playbooks_s", "simulate_runs_per_s"}
    assert all(set(line) >= KEYS for line in shown.values())


def test_a_figure_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["throughput"]) == 2
    assert "throughput_vs_naive" in capsys.readouterr().err


def read(line: Line) -> dict[str, object]:
    found: dict[str, object] = json.loads(line.to_json())
    return found


def test_stream_of_facts_is_taken_in_by_twenty_playbooks_that_listen(tmp_path: Path) -> None:
    write_listeners(tmp_path / "listeners")
    checked = check_workspace(tmp_path / "listeners")
    assert (len(checked.plans), checked.problems) == (20, ())
    facts = [*stream(["a", "b"], 200, "x", START)]
    assert facts == [*stream(["a", "b"], 200, "x", START)]
    assert {one["fact"] for one in facts} == set(GIVEN) <= set(checked.workspace().schema.facts)


def test_model_of_six_measures_reads_every_fact_of_its_stream(tmp_path: Path) -> None:
    write_listeners(tmp_path / "listeners", computed=True)
    checked = check_workspace(tmp_path / "listeners")
    assert (len(checked.plans), checked.problems) == (20, ())
    health = Context.of(checked.workspace()).health
    (model,) = health.models
    assert len(model.measures) == MEASURED
    facts = [*stream(["a", "b"], 200, "x", START, COMPUTED)]
    assert {one["fact"] for one in facts} == set(COMPUTED)
    assert all(health.may_touch(one["fact"], one["data"]) for one in facts)

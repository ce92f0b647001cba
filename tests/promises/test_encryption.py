"""With a key nobody can read a run on the Temporal server; after a rotation old runs go on."""

from __future__ import annotations

import base64
import signal
from collections.abc import Callable

import pytest

from tests.promises.company import Company
from tests.promises.histories import as_text, fetch, payloads
from tests.waiting import until

ORDERS = """\
playbook: orders
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
    id: payment
  - set: {account.lifecycle: adopting}
    id: secretive
"""
OLD, NEW = (f"{name}:{base64.b64encode(name.encode() * 16).decode()}" for name in "ab")


def stop(company: Company) -> None:
    worker = company.processes.pop()
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)


def keys_used(histories: object) -> set[bytes]:
    return {one.metadata.get("tenure-key", b"none") for one in payloads(histories)}


@pytest.mark.slow
@pytest.mark.temporal
def test_histories_cannot_be_read_and_a_rotation_stops_no_run(
    on_temporal: Callable[..., Company], temporal_server: str
) -> None:
    company = on_temporal(orders=ORDERS, n=2)
    company.settings["TENURE_ENCRYPTION_KEYS"] = OLD
    company.start_worker()
    old = company.begin(account="acme-0")
    until(lambda: "payment waits" in company.story(old), "the wait")
    stop(company)
    company.settings["TENURE_ENCRYPTION_KEYS"] = f"{NEW},{OLD}"
    company.start_worker()
    new = company.begin(account="acme-1")
    until(lambda: "payment waits" in company.story(new), "the other wait")
    for account in ("acme-0", "acme-1"):
        company.send("order.paid", account)
    for run in (old, new):
        until(lambda run=run: company.run_of(run).outcome, "the end")
    stop(company)

    histories = fetch(temporal_server, [old, new])
    inputs = {run: histories[run]["history"]["events"][0] for run in (old, new)}
    assert keys_used(inputs[old]) - {b"none"} == {b"a"}
    assert keys_used(histories[old]) - {b"none"} == {b"a", b"b"}
    assert keys_used(histories[new]) - {b"none"} == {b"b"}
    everything = as_text(histories)
    assert "orders" in everything  # ids and names of playbooks are open, for the server's own lists
    assert not [word for word in ("order.paid", "lifecycle", "secretive") if word in everything]

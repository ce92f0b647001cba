"""One contract for all providers: what they accept, and how they tell the three failures apart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.delivery.catcher import Catcher
from engine.delivery.eml import EmlProvider
from engine.delivery.memory import MemoryProvider
from engine.delivery.provider import Provider, UnclearSend
from engine.delivery.settings import from_settings
from engine.errors import PermanentError, TransientError
from tests.delivery.delivery_standins import SendGridStandIn, unused_port

Break = Callable[[], None]


@dataclass
class World:
    """A provider, how many messages its far side holds, and the ways that side can fail.

    `lost` keeps the message without an answer, `later` and `never` refuse it.
    """

    provider: Provider
    held: Callable[[], int]
    lost: Break | None = None
    later: Break | None = None
    never: Break | None = None


@pytest.fixture(params=["memory", "smtp", "sendgrid", "eml"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    match request.param:
        case "memory":
            memory = MemoryProvider()
            yield World(
                memory,
                lambda: len(memory.accepted),
                lambda: memory.next_faults("accept-then-timeout"),
                lambda: memory.next_faults("refuse"),
                lambda: memory.next_faults("permanent"),
            )
        case "smtp":
            with Catcher() as catcher:
                yield World(
                    from_settings(f"smtp://127.0.0.1:{catcher.port}?tls=none"),
                    lambda: len(catcher.caught),
                    lambda: catcher.misbehave("drop-after-data"),
                    lambda: catcher.misbehave("defer-recipient"),
                    lambda: catcher.misbehave("refuse-recipient"),
                )
        case "sendgrid":
            with SendGridStandIn() as far:
                yield World(
                    from_settings(f"sendgrid://SG.key@default?host={far.url}"),
                    lambda: len(far.accepted),
                    lambda: far.next_answers("accept-then-drop"),
                    lambda: far.next_answers(429),
                    lambda: far.next_answers(400),
                )
        case "eml":
            directory = tmp_path / "out"
            yield World(EmlProvider(directory), lambda: len(list(directory.glob("*.eml"))))


def test_send_hands_over_one_message(world, message):
    assert world.provider.send(message()).provider_id
    assert world.held() == 1


def test_different_keys_are_different_messages(world, message):
    ids = {world.provider.send(message(key=key)).provider_id for key in ("a", "b", "c")}
    assert (len(ids), world.held()) == (3, 3)


def test_lost_answer_is_unclear_and_the_far_side_has_it(world, message):
    if world.lost is None:
        assert world.provider.send(message()) == world.provider.send(message())
        assert world.held() == 1
        return
    world.lost()
    with pytest.raises(UnclearSend):
        world.provider.send(message())
    assert world.held() == 1


def test_refusal_for_now_is_transient_and_the_next_try_works(world, message):
    if world.later is not None:
        world.later()
        with pytest.raises(TransientError):
            world.provider.send(message())
    assert world.held() == 0
    world.provider.send(message())
    assert world.held() == 1


def test_refusal_for_good_is_permanent(world, message, tmp_path):
    if world.never is None:
        (tmp_path / "out").write_text("not a directory")
    else:
        world.never()
    with pytest.raises(PermanentError):
        world.provider.send(message())
    assert world.held() == 0


def test_errors_show_no_address_and_no_subject(world, message):
    for fail, kind in ((world.lost, UnclearSend), (world.never, PermanentError)):
        if fail is None:
            continue
        fail()
        with pytest.raises(kind) as caught:
            world.provider.send(message())
        seen = f"{caught.value!r} {caught.value} {world.provider!r}"
        assert "customer.example" not in seen
        assert "Willkommen" not in seen
        assert "SG.key" not in seen
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("form", ["smtp://127.0.0.1:{}", "sendgrid://k@d?host=http://127.0.0.1:{}"])
def test_nobody_listening_is_transient(form, message):
    with pytest.raises(TransientError):
        from_settings(form.format(unused_port())).send(message())


def test_eml_keeps_one_file_per_key_under_a_race(tmp_path, message):
    threads = [
        threading.Thread(target=EmlProvider(tmp_path).send, args=(message(key=f"k{n % 5}"),))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.name[:6] for path in tmp_path.iterdir() if path.suffix == ".eml") == [
        f"{n:06}" for n in range(1, 6)
    ]
    assert not list(tmp_path.glob(".*.part"))

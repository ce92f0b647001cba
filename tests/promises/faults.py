"""Faults on purpose: an attempt at a send that dies between two instructions, or is interleaved.

Owns the tripwire and how an attempt is made over it. Uses the real deliver, records and providers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.delivery.provider import Accepted, Message, Provider
from engine.effects.entities import EnrollmentId
from engine.effects.sending import Ways
from engine.errors import TransientError
from engine.plan.events import CommandId, Do
from engine.plan.model import Json, NodeId
from tests.promises.company import Company
from workflows.effects import RealEffects


class Crash(BaseException):
    """The process died here: nothing of ours catches it."""


@dataclass
class Tripwire:
    """Calls `act`, or crashes, at the `at`th point that is passed, or at the first of a name."""

    at: int | str = -1
    act: Callable[[], None] | None = None
    passed: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        """Pass a point."""
        first = name not in self.passed
        self.passed.append(name)
        if self.at == len(self.passed) - 1 or (first and self.at == name):
            if self.act is None:
                raise Crash(name)
            self.act()

    def around(self, thing: Any, name: str) -> Any:
        """Return the thing with a point before and after each of its methods."""
        return _Watched(thing, name, self)


class _Watched:
    def __init__(self, thing: Any, name: str, wire: Tripwire) -> None:
        self._thing, self._name, self._wire = thing, name, wire

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._thing, attribute)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._wire.point(f"before {self._name}.{attribute}")
            answer = found(*given, **named)
            self._wire.point(f"after {self._name}.{attribute}")
            return answer

        return call


@dataclass
class Post:
    """A `Provider` in front of another one that passes the tripwire's points."""

    provider: Provider
    wire: Tripwire
    name: str = "memory"

    def send(self, message: Message) -> Accepted:
        """Send, with a point before and after."""
        self.wire.point("before the call")
        accepted = self.provider.send(message)
        self.wire.point("after the provider accepted")
        return accepted


def email_step(company: Company, run: EnrollmentId, node: str = "hello") -> Do:
    """Return the command of an email step."""
    since = company.run_of(run).started_at
    return Do(CommandId(f"{node}.1"), "send_email", NodeId(node), (), since)


def attempt(
    company: Company,
    run: EnrollmentId,
    provider: Provider,
    wire: Tripwire | None = None,
    *,
    do: Do | None = None,
    **ways: Any,
) -> Mapping[str, Json]:
    """Make one attempt of the activity `send_email`, as a worker would."""
    wire = wire or Tripwire()
    effects = RealEffects(
        lambda: company.context, lambda context: Ways(Post(provider, wire), **ways)
    )

    @contextmanager
    def transaction() -> Iterator[Any]:
        wire.point("before the transaction")
        with company.database.transaction() as records:
            yield wire.around(records, "records")
            wire.point("before the commit")
        wire.point("after the commit")

    opened: Callable[[], AbstractContextManager[Any]] = transaction
    return effects.deliver(opened, run, do or email_step(company, run))


def attempts(company: Company, run: EnrollmentId, provider: Provider, **more: Any) -> str:
    """Try as Temporal would, until there is an answer; return its status."""
    for _ in range(4):
        try:
            return str(attempt(company, run, provider, **more)["status"])
        except TransientError:
            continue
    return "waiting"

"""An in-memory provider: the twin of the real ones, for tests, previews and dry runs.

Owns the faults a test can ask for. It accepts the same key twice on purpose: whoever sends twice
must be seen to.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

from engine.delivery.provider import Accepted, Message, UnclearSend
from engine.errors import PermanentError, TransientError

Fault = Literal["accept", "accept-then-timeout", "timeout", "refuse", "permanent"]


class MemoryProvider:
    """A `Provider` that keeps what it accepted in `accepted`.

    `next_faults(...)` says what happens to the sends to come, one each; after them all is accepted.
    `timeout` loses the message, `accept-then-timeout` takes it: the sender cannot tell them apart.
    """

    name = "memory"

    def __init__(self) -> None:
        self.accepted: list[Message] = []
        self._faults: deque[Fault] = deque()

    def next_faults(self, *faults: Fault) -> None:
        """Queue what happens to the next sends."""
        self._faults.extend(faults)

    def send(self, message: Message) -> Accepted:
        """Keep it, or fail as asked."""
        match self._faults.popleft() if self._faults else "accept":
            case "accept":
                self.accepted.append(message)
            case "accept-then-timeout":
                self.accepted.append(message)
                raise UnclearSend("The memory provider timed out after the message")
            case "timeout":
                raise UnclearSend("The memory provider timed out after the message")
            case "refuse":
                raise TransientError("The memory provider refused for now")
            case "permanent":
                raise PermanentError("The memory provider refused for good")
        return Accepted(f"memory-{len(self.accepted)}")

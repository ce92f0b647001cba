"""What triggers came to: decisions, runs that are held, and what our own people are told of it.

As `entities`, which holds all the others; `enrolling_records` reads and writes these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.effects.entities import AccountId, ContactId, EffectKey, EnrollmentId, FactId
from engine.plan.model import PlanHash

Decided = Literal["started", "refused", "held", "draft"]
HeldKind = Literal["brake", "queue", "group"]
HeldStatus = Literal["held", "released", "dropped"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a trigger that was set off came to, and why. One row each, ever."""

    at: datetime
    playbook: str
    plan: PlanHash
    account: AccountId
    contact: ContactId | None
    decision: Decided
    rule: str
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)
    fact: FactId | None = None
    enrollment: EnrollmentId | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A run that may begin later: the brake holds it for release, it queues behind the run under
    way, or a run of its group has precedence. One per playbook and subject."""

    id: str
    playbook: str
    account: AccountId
    contact: ContactId | None
    kind: HeldKind
    why: str
    trigger: Mapping[str, Any]
    inputs: Mapping[str, Any]
    held_at: datetime
    status: HeldStatus = "held"
    closed_at: datetime | None = None
    closed_by: str | None = None

    @property
    def subject(self) -> str:
        """The id of what the run would be for: the contact's, else the account's."""
        return self.contact or self.account


NoticeKind = Literal["brake"]
NoticeStatus = Literal["owed", "sending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What Tenure itself tells one of our own people outside any run. `recipient` is a user's id;
    None: whoever reads the workspace's own address. One that stays `sending` was cut off in the
    call: it may have been sent, and is not sent again."""

    id: str
    at: datetime
    kind: NoticeKind
    recipient: str | None
    data: Mapping[str, Any]
    status: NoticeStatus = "owed"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """A message to a contact that waits for room below a cap, by the key of its letter. The lowest
    `rank` goes first, then the one that waits longest. It asks again at `asks_at`."""

    contact: ContactId
    key: EffectKey
    enrollment: EnrollmentId
    rank: int
    since: datetime
    asks_at: datetime

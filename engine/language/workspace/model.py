"""A workspace as data: what the files beside the playbooks say. No reading, no checking.

    workspace/
      tenure.yaml       name, zone, sender, brand, bands, where playbooks and templates lie
      schema.yaml       fields of accounts and contacts, roles of contacts, kinds of facts
      people.yaml       teams, and the roles playbooks assign to
      calendars.yaml    working hours, holidays
      health.yaml       how health scores are computed
      playbooks/*.yaml  with *.test.yaml beside them
      templates/**.md   emails

Users (names, addresses, managers, leave) and accounts are data of the store, not of the workspace.
A workspace is JSON-able, content-addressed, and stored by `tenure apply`: workers read it from
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.calendars import FiscalYear

FieldType = Literal["text", "number", "bool", "date", "datetime", "list"]


@dataclass(frozen=True, slots=True)
class Field:
    """One typed field. `one_of` are the allowed values of a text."""

    name: str
    type: FieldType
    one_of: tuple[str, ...] = ()
    required: bool = False
    label: str = ""


BUILT_IN_ACCOUNT: tuple[Field, ...] = (
    Field("id", "text", required=True),
    Field("name", "text", required=True),
    Field("lifecycle", "text"),
    Field("segment", "text"),
    Field("arr", "number"),
    Field("renewal_date", "date"),
    Field("csm", "text"),
    Field("zone", "text"),
    Field("parent", "text"),
)
BUILT_IN_CONTACT: tuple[Field, ...] = (
    Field("id", "text", required=True),
    Field("account", "text", required=True),
    Field("role", "text"),
    Field("email", "text", required=True),
    Field("first_name", "text"),
    Field("last_name", "text"),
    Field("language", "text"),
    Field("zone", "text"),
)
BUILT_IN_FACTS: Mapping[str, tuple[Field, ...]] = {
    "health.changed": (Field("score", "number", required=True),),
    "account.created": (),
    "account.changed": (),
    "contact.created": (),
    "contact.changed": (),
    "task.completed": (),
    "task.withdrawn": (),
    "escalation.acknowledged": (),
    "survey.answered": (
        Field("score", "number", required=True),
        Field("comment", "text"),
    ),
    "survey.commented": (Field("comment", "text", required=True),),
    "email.sent": (),
    "email.opened": (),
    "email.clicked": (),
    "email.replied": (),
    "email.bounced": (),
    "meeting.booked": (),
    "meeting.held": (),
    "contract.signed": (),
    "champion.left": (),
    "sentiment.noted": (Field("sentiment", "text", required=True), Field("note", "text")),
}
HEALTH_NAMES: Mapping[str, FieldType] = {
    "health.score": "number",
    "health.band": "text",
    "health.change_7d": "number",
    "health.change_14d": "number",
    "health.change_30d": "number",
    "health.change_90d": "number",
    "health.days_in_band": "number",
    "health.trend": "text",
    "health.forced": "bool",
    "health.stale": "bool",
}
FISCAL_NAMES: Mapping[str, FieldType] = {
    "fiscal.year": "number",
    "fiscal.quarter": "number",
    "fiscal.name": "text",
    "fiscal.quarter_begins": "date",
    "fiscal.quarter_ends": "date",
    "fiscal.day_of_quarter": "number",
    "fiscal.week_of_quarter": "number",
    "fiscal.days_left": "number",
}
"""Of the workspace's own fiscal year, today in the workspace's zone; `days_left` of the quarter."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Fields by name (built-in ones included), the roles a contact can have, kinds of facts.

    A fact that comes in more than `late_after_h` hours after it happened starts nothing by itself.
    """

    account: Mapping[str, Field]
    contact: Mapping[str, Field]
    contact_roles: tuple[str, ...]
    facts: Mapping[str, Mapping[str, Field]]
    undeclared_facts: Literal["allow", "refuse"] = "allow"
    late_after_h: int = 168


@dataclass(frozen=True, slots=True)
class Role:
    """How a role a playbook names becomes a user.

    `how` is `field` (the user id in an account field), `user` (one user id), `manager_of` (the
    manager of another role's user), `team` (one of a team, by `pick`) or `by` (another role, which
    one `who` says for each value of an account field). `fallback` is the role asked when this one
    has nobody.
    """

    name: str
    how: Literal["field", "user", "manager_of", "team", "by"]
    of: str
    pick: Literal["round_robin", "least_loaded"] = "round_robin"
    fallback: str | None = None
    who: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Band:
    """A band of the health score: from `at_least` up to the next band."""

    name: str
    at_least: float


@dataclass(frozen=True, slots=True)
class Group:
    """Playbooks of which an account has one run under way at a time; the first has precedence.

    With `pre_empt` a run that begins pauses those of later playbooks until it ends; without, it is
    only begun when none is under way. A later one's trigger meanwhile waits (`wait`) or is refused.
    """

    name: str
    playbooks: tuple[str, ...]
    pre_empt: bool = True
    otherwise: Literal["wait", "refuse"] = "wait"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many messages to one contact in a time, of all playbooks together; what is above
    waits, or is left out."""

    at_most: int
    per: Literal["day", "week", "month"]
    otherwise: Literal["wait", "skip"] = "wait"


@dataclass(frozen=True, slots=True)
class Keep:
    """How many hours records are kept that nothing under way needs: what triggers came to, and
    rejected facts that are done with."""

    decisions_h: int = 400 * 24
    rejects_h: int = 90 * 24


@dataclass(frozen=True, slots=True)
class Inbound:
    """A signed webhook that brings facts in: `secret` names the setting that holds its key."""

    name: str
    secret: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything the files beside the playbooks say.

    `calendars` and `brand` are the JSON of `engine.calendars.Calendar` and `engine.delivery.Brand`;
    `calendars` always has `default`. `templates` maps a template's name (`churn/sponsor-outreach`,
    the path below a templates directory without `.md`) to its text. `channels` maps a chat
    channel's name to the setting that holds its URL, `hooks` the same for `call`. `send_window` is
    when customers may be written to, in their own zone: (first hour, last hour, weekdays only).
    `health` is the JSON of `engine.health` (health.yaml), empty when all scores come from outside.
    `capacity` is how many tasks a week a person has time for, for reports of load.
    """

    name: str
    zone: str
    schema: Schema
    roles: Mapping[str, Role]
    teams: Mapping[str, tuple[str, ...]]
    calendars: Mapping[str, Mapping[str, Any]]
    brand: Mapping[str, Any]
    sender: tuple[str, str]
    bands: tuple[Band, ...]
    templates: Mapping[str, str]
    channels: Mapping[str, str] = field(default_factory=dict)
    hooks: Mapping[str, str] = field(default_factory=dict)
    send_window: tuple[int, int, bool] = (8, 18, True)
    health: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    caps: tuple[Cap, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    fiscal_year: FiscalYear = field(default_factory=FiscalYear)
    capacity: float | None = None
    keep: Keep = field(default_factory=Keep)
    format: int = 1

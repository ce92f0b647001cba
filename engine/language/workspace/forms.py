"""What authors may write in the four workspace files, as pydantic forms.

Owns keys, kinds of value and what one value alone can get wrong. What one value says about
another (a role about a team) is in `schema.py`, `people.py` and `settings.py`; the wording of
pydantic's own errors is in `reading.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from engine.calendars.fiscal import Month
from engine.calendars.places import zone_named
from engine.calendars.refusal import BadCalendar
from engine.language.workspace.model import FieldType

_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")


def refusal(code: str, message: str, remedy: str) -> PydanticCustomError:
    """Return an error that carries its own code and remedy through pydantic."""
    context = {"message": message, "remedy": remedy, "code": code}
    return PydanticCustomError("tenure", "{message}", context)


def _matching(pattern: str, code: str, what: str, remedy: str) -> AfterValidator:
    known = re.compile(pattern)

    def check(text: str) -> str:
        if not known.fullmatch(text):
            raise refusal(code, f'"{text[:60]}" is not {what}.', remedy)
        return text

    return AfterValidator(check)


def _check_zone(name: str) -> str:
    try:
        zone_named(name)
    except BadCalendar as error:
        raise refusal("TN406", f'There is no time zone "{name[:60]}".', error.remedy) from None
    return name


def _check_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        remedy = "Write the address alone, such as success@acme.example."
        raise refusal("TN409", f'"{text[:80]}" is not an email address.', remedy)
    return text


def _wrapped(kind: type, wrap: Callable[[Any], Any], either: Any) -> BeforeValidator:
    """Let a short form stand for the long one; editors are told of `either`."""
    return BeforeValidator(
        lambda given: wrap(given) if isinstance(given, kind) else given,
        json_schema_input_type=either,
    )


Line = Annotated[
    str, _matching(r"[^\r\n]*\S[^\r\n]*", "TN405", "a line of text", "Write one line.")
]
Lasting = Annotated[
    str,
    _matching(
        r"[1-9][0-9]{0,4}[hdw]",
        "TN426",
        "a whole number of hours, days or weeks",
        "Write it like 12h, 7d or 2w.",
    ),
]
_HOURS = {"h": 1, "d": 24, "w": 168}


def hours(lasting: str) -> int:
    """Return how many hours a `Lasting` is.

    >>> hours("2d")
    48
    """
    return int(lasting[:-1]) * _HOURS[lasting[-1]]


Identifier = Annotated[
    str,
    _matching(
        r"[a-z][a-z0-9_]{0,62}",
        "TN420",
        "a name conditions can use",
        "Use small letters, digits and _, beginning with a letter.",
    ),
]
Word = Annotated[
    str,
    _matching(
        r"[a-z][a-z0-9_-]{0,62}",
        "TN420",
        "a name",
        "Use small letters, digits, - and _, beginning with a letter.",
    ),
]
FactName = Annotated[
    str,
    _matching(
        r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+",
        "TN420",
        "the name of a fact",
        "Write what it is about, a dot, and what happened: usage.first_value.",
    ),
]
SettingName = Annotated[
    str,
    _matching(
        r"[A-Z][A-Z0-9_]*",
        "TN421",
        "the name of a setting",
        "Keep the address in the environment; write the variable's name here: TENURE_CHAT_TEAM.",
    ),
]
Color = Annotated[
    str, _matching(r"#[0-9a-fA-F]{6}", "TN405", "a colour", 'Write "#1d4ed8", with quotes.')
]
Zone = Annotated[str, AfterValidator(_check_zone)]
Address = Annotated[str, AfterValidator(_check_address)]
Folders = Annotated[
    list[Line], _wrapped(str, lambda one: [one], Line | list[Line]), Field(min_length=1)
]


class Form(BaseModel):
    """One mapping an author writes: no key it does not know, no value read as another kind."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class SenderForm(Form):
    """Who emails come from."""

    name: Line
    address: Address


class BrandForm(Form):
    """What emails wear."""

    address: Line
    color: Color = "#1d4ed8"
    name: Line | None = None
    logo_url: Line | None = None
    footer: str = ""
    language: Line = "en"
    reply_to: Address | None = None


class WindowForm(Form):
    """When customers may be written to, in their own zone."""

    first: int = Field(8, alias="from", ge=0, le=23)
    last: int = Field(18, alias="to", ge=1, le=24)
    weekdays_only: bool = True

    @model_validator(mode="after")
    def _is_some_time(self) -> WindowForm:
        if self.first >= self.last:
            message = f"The send window from {self.first} to {self.last} is no time at all."
            raise refusal("TN405", message, "Let it end after it begins: {from: 8, to: 18}.")
        return self


class GroupForm(Form):
    """Playbooks of which an account has one run at a time, the most important first."""

    playbooks: Annotated[list[Word], Field(min_length=2)]
    pre_empt: bool = True
    otherwise: Literal["wait", "refuse"] = "wait"


class CapForm(Form):
    """At most so many messages to one contact."""

    at_most: int = Field(ge=1)
    per: Literal["day", "week", "month"]
    otherwise: Literal["wait", "skip"] = "wait"


class InboundForm(Form):
    """A signed webhook that brings facts in; without `kinds`, of any kind."""

    secret: SettingName
    kinds: list[FactName] = []


class FiscalYearForm(Form):
    """Your own fiscal year: `fiscal.quarter` and the like in conditions go by it."""

    begins: Month = "january"
    named_after: Literal["end", "begin"] = "end"


class KeepForm(Form):
    """How long records are kept that nothing under way needs; see docs/operating.md."""

    decisions: Lasting = "400d"
    rejects: Lasting = "90d"


class TenureForm(Form):
    """tenure.yaml"""

    workspace: Line
    sender: SenderForm
    brand: BrandForm
    zone: Zone = "UTC"
    bands: dict[Identifier, float] = Field({"red": 0, "yellow": 40, "green": 70}, min_length=1)
    send_window: WindowForm = Field(default_factory=lambda: WindowForm.model_validate({}))
    playbooks: Folders = ["playbooks"]
    templates: Folders = ["templates"]
    channels: dict[Word, SettingName] = {}
    hooks: dict[Word, SettingName] = {}
    groups: dict[Word, GroupForm] = {}
    message_caps: list[CapForm] = []
    inbound: dict[Word, InboundForm] = {}
    fiscal_year: FiscalYearForm = FiscalYearForm()
    capacity: float | None = Field(None, gt=0)
    keep: KeepForm = KeepForm()


class FieldForm(Form):
    """One field of accounts, contacts or facts; `seats: number` is short for `{type: number}`."""

    type: FieldType | None = None
    one_of: list[Line] = Field([], min_length=1)
    required: bool = False
    label: str = ""


Fields = dict[
    Identifier,
    Annotated[FieldForm, _wrapped(str, lambda kind: {"type": kind}, FieldForm | FieldType)],
]
FactFields = Annotated[
    Fields,
    BeforeValidator(
        lambda given: {} if given is None else given, json_schema_input_type=Fields | None
    ),
]


class SchemaForm(Form):
    """schema.yaml"""

    account: Fields = {}
    contact: Fields = {}
    contact_roles: list[Identifier] = ["champion", "executive_sponsor", "admin", "user"]
    facts: dict[FactName, FactFields] = {}
    undeclared_facts: Literal["allow", "refuse"] = "allow"
    late_after: Lasting = "7d"


class RoleForm(Form):
    """One role: exactly one of field, user, manager_of, team, by."""

    field: Line | None = None
    user: Line | None = None
    manager_of: Line | None = None
    team: Line | None = None
    by: Line | None = None
    who: dict[Line, Line] = {}
    pick: Literal["round_robin", "least_loaded"] = "round_robin"
    fallback: Line | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> RoleForm:
        sources = ("field", "user", "manager_of", "team", "by")
        given = [name for name in sources if getattr(self, name)]
        if len(given) == 1 and bool(self.by) == bool(self.who):
            return self
        if len(given) == 1:
            remedy = "Write by: segment with who: {enterprise: account_manager, smb: csm}."
            raise refusal("TN419", "The role needs both `by` and `who`, or neither.", remedy)
        said = f"says {' and '.join(given)}" if given else "does not say who it is"
        remedy = "Give it exactly one of field, user, manager_of, team and by."
        raise refusal("TN419", f"The role {said}.", remedy)


class PeopleForm(Form):
    """people.yaml"""

    teams: dict[Word, Annotated[list[Line], Field(min_length=1)]] = {}
    roles: dict[Word, RoleForm] = {}

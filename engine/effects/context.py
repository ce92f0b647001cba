"""What decisions need besides the records: the workspace, made ready for use. Immutable.

Built once per workspace version and shared by all threads. Knows no records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from engine.calendars import Calendar, Leave
from engine.delivery.brand import Brand
from engine.delivery.templates import Template, parse_template
from engine.effects.entities import Account, Contact, User
from engine.health.codec import models_from_json
from engine.health.models import NO_MODELS, Models
from engine.language.workspace.model import Workspace


@dataclass(frozen=True, slots=True)
class Context:
    """A workspace with its calendars, brand, templates and health models parsed. `public_url` is
    where links in emails lead; `link_key` signs them, `old_link_keys` signed those still in
    mailboxes. With `words_only` emails have no HTML: nobody will read them."""

    workspace: Workspace
    calendars: Mapping[str, Calendar]
    brand: Brand
    templates: Mapping[str, Template]
    public_url: str = "http://127.0.0.1:8000"
    link_key: bytes = b""
    old_link_keys: tuple[bytes, ...] = ()
    health: Models = NO_MODELS
    words_only: bool = False

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        *,
        public_url: str = "http://127.0.0.1:8000",
        link_key: bytes = b"",
        old_link_keys: tuple[bytes, ...] = (),
    ) -> Context:
        """Make a workspace ready. It has been checked: what is wrong here raises."""
        return cls(
            workspace=workspace,
            calendars={
                name: Calendar.from_json(written) for name, written in workspace.calendars.items()
            },
            brand=Brand.from_json(workspace.brand),
            templates={
                name: parse_template(name, text) for name, text in workspace.templates.items()
            },
            public_url=public_url,
            link_key=link_key,
            old_link_keys=old_link_keys,
            health=models_from_json(
                workspace.health, [(band.name, band.at_least) for band in workspace.bands]
            ),
        )

    def calendar_of(self, person: User | Contact | Account | None) -> Calendar:
        """Return when somebody works: a user's own calendar, zone and leave; for a contact or an
        account the default one in their zone."""
        match person:
            case User():
                base = self.calendars.get(person.calendar, self.calendars["default"])
                return _own(base, person.zone, person.leave)
            case Contact() | Account():
                zone = person.fields.get("zone")
                return _own(self.calendars["default"], zone or None, ())
            case None:
                return self.calendars["default"]

    def band(self, score: float) -> str:
        """Return the band a score lies in."""
        within = [band.name for band in self.workspace.bands if score >= band.at_least]
        return within[-1] if within else self.workspace.bands[0].name


@lru_cache(maxsize=4096)
def _own(base: Calendar, zone: str | None, leave: tuple[tuple[date, date], ...]) -> Calendar:
    away = tuple(Leave(first, last) for first, last in leave)
    return replace(base, zone=zone or base.zone, leave=(*base.leave, *away))

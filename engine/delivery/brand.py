"""What an email wears: name, colour, postal address, footer. And the colours that stay readable.

Owns the `Brand` value and the contrast arithmetic (WCAG 2.2, success criterion 1.4.3). Knows
nothing of templates, layouts or files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from engine.errors import InputError

MIN_CONTRAST = 4.5
WHITE, BLACK = "#ffffff", "#000000"
LIGHT_CARD, DARK_CARD, DARK_TEXT = "#ffffff", "#1c1f26", "#14161a"

_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\r\n]*$")
]


@dataclass(frozen=True, slots=True)
class Brand:
    """The sending company as its customers see it. Colours are `#rrggbb`."""

    name: str
    color: str
    address: str
    footer: str = ""
    logo_url: str | None = None
    language: str = "en"
    reply_to: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Brand:
        """Read a brand from a workspace file's values; InputError names every wrong key.

        >>> Brand.from_json({"name": "Acme", "color": "#1D4ED8", "address": "1 High St"}).color
        '#1d4ed8'
        """
        try:
            given = _Given.model_validate(data)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(str(part) for part in one['loc']) or 'brand'}: {one['msg']}"
                for one in error.errors(include_url=False, include_input=False)
            )
            raise InputError(
                f"The brand cannot be used: {wrong}",
                remedy="A brand has name, color (#rrggbb), address and, if you like, footer, "
                "logo_url (https), language and reply_to.",
            ) from None
        values = given.model_dump()
        return cls(**{**values, "color": values["color"].lower()})

    @property
    def imprint(self) -> tuple[str, ...]:
        """The lines that say who writes and from where, the name once."""
        lines = tuple(line.strip() for line in self.address.splitlines() if line.strip())
        return lines if lines and lines[0].startswith(self.name) else (self.name, *lines)

    @property
    def accent_text(self) -> str:
        """The colour of text on the brand colour: dark or white, whichever reads better."""
        return max((WHITE, DARK_TEXT), key=lambda text: contrast(text, self.color))

    @property
    def link(self) -> str:
        """The brand colour, darkened until it reads as text on a light card."""
        return readable(self.color, on=LIGHT_CARD)

    @property
    def link_dark(self) -> str:
        """The brand colour, lightened until it reads as text on a dark card."""
        return readable(self.color, on=DARK_CARD)


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Line
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    footer: str = ""
    logo_url: Annotated[str, Field(pattern=r"^https?://[^\s\"<>]+$")] | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    reply_to: Annotated[str, Field(pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")] | None = None


@lru_cache(maxsize=256)
def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 1), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=256)
def readable(color: str, *, on: str) -> str:
    """Return `color`, mixed towards black or white in small steps until it reads on `on`.

    >>> readable("#1d4ed8", on="#ffffff")
    '#1d4ed8'
    >>> contrast(readable("#ffe500", on="#ffffff"), "#ffffff") >= 4.5
    True
    """
    towards = max((WHITE, BLACK), key=lambda end: contrast(end, on))
    for percent in range(0, 101, 5):
        mixed = _mix(color, towards, percent / 100)
        if contrast(mixed, on) >= MIN_CONTRAST:
            return mixed
    return towards


def _channels(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(pair, 16) for pair in re.findall("..", color.removeprefix("#")))
    return red, green, blue


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _mix(color: str, end: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(end), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)

"""The parts every delivery test speaks of: a message, a brand, a template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.delivery.brand import Brand
from engine.delivery.provider import Message

MESSAGE = Message(
    key="run-1/welcome/0/c-7",
    sender=("Nadia Csm", "nadia@acme.example"),
    to=("Jörg Müller", "joerg@customer.example"),
    subject="Willkommen, Jörg",
    html="<p>Hallo Jörg</p>",
    text="Hallo Jörg\n.\n.dots stay\n",
)


@pytest.fixture
def message() -> Callable[..., Message]:
    """Make a message with some fields of its own."""

    def make(**fields: Any) -> Message:
        return replace(MESSAGE, **fields)

    return make


@pytest.fixture
def brand() -> Brand:
    return Brand(
        name="Acme Cloud",
        color="#0f766e",
        address="Acme Cloud GmbH\nHauptstraße 1, 10115 Berlin",
        footer="Questions? Just reply to this email.",
    )

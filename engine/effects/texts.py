"""Texts of a playbook (titles, messages, bodies) and of a template, rendered for one run.

Reads just the names a text uses. A text that cannot be rendered because a value is missing says
which name and where, never the values.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.effects.knowing import Known
from engine.language import texts


def render_text(known: Known, text: str, where: str) -> str:
    """Render a short plain text of the playbook; raises RunError naming a name without a value."""
    if "{" not in text:
        return text
    names = texts.variables_of(text)
    return texts.render(text, known.variables(names), name=where)


def render_all(known: Known, written: Iterable[str], where: str) -> tuple[str, ...]:
    """Render each of some texts."""
    return tuple(render_text(known, text, where) for text in written)

"""Texts of a playbook (titles, messages, bodies) and of a template, rendered for one run.

Reads just the names a text uses. A text that cannot be rendered because a value is missing says
which name and where, never the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.effects.knowing import Known
from engine.errors import RunError
from engine.language import texts

NO_VALUE = "–"


def render_text(known: Known, text: str, where: str) -> str:
    """Render a short plain text of the playbook; raises RunError naming a name without a value."""
    if "{" not in text:
        return text
    names = texts.variables_of(text)
    return texts.render(text, known.variables(names), name=where)


def render_inside(known: Known, text: str, where: str) -> str:
    """As `render_text`, for our own people's eyes: a value that is not there yet (no score two
    weeks ago) prints as NO_VALUE instead of holding up the work. A text that still cannot be
    rendered raises RunError."""
    if "{" not in text:
        return text
    names = texts.variables_of(text)
    variables = known.variables(names)
    try:
        return texts.render(text, variables, name=where)
    except RunError as missing:
        try:
            return texts.render(text, _filled(variables, names), name=where)
        except RunError:
            raise missing from None


def _filled(variables: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    """Put NO_VALUE where a name has none."""
    filled = dict(variables)
    for name in names:
        place = filled
        *heads, last = name.split(".")
        for head in heads:
            inner = place.get(head)
            place[head] = dict(inner) if isinstance(inner, Mapping) else {}
            place = place[head]
        place.setdefault(last, NO_VALUE)
    return filled

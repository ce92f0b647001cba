"""Texts: what people read, written in Jinja, checked before they are sent.

Knows nothing of YAML, of emails or of the store.
"""

from __future__ import annotations

from engine.language.texts.checking import check_text, variables_of
from engine.language.texts.codes import TEXT_CODES
from engine.language.texts.filters import FILTERS
from engine.language.texts.rendering import render

__all__ = ["FILTERS", "TEXT_CODES", "check_text", "render", "variables_of"]

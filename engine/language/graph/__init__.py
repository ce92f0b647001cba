"""Drawings of a compiled plan: `svg` for people, `mermaid` for pages that draw themselves.

Knows `plan` and calendars' words for spans; must not know YAML, files or how a run goes.
"""

from engine.language.graph.drawing import svg
from engine.language.graph.flowchart import mermaid

__all__ = ["mermaid", "svg"]

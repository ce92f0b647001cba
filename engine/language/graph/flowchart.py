"""A plan as Mermaid, for pages and pull requests that draw it themselves.

Owns Mermaid's syntax. Must not know layout: Mermaid does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.language.graph.blocks import Step, blocks
from engine.language.graph.fitting import clean
from engine.language.graph.words import describe, opening, rules
from engine.plan.model import ForEach, NodeId, Plan, Repeat

_SHAPES = {
    "choose": ('{{"', '"}}'),
    "split": ('{{"', '"}}'),
    "fork": ('[["', '"]]'),
    "wait": ('(["', '"])'),
    "end": ('(["', '"])'),
    "escalate": ('>"', '"]'),
}
_LONGEST = 120
_Open = list[tuple[str, str]]


def mermaid(plan: Plan, at: Mapping[NodeId, str] | None = None) -> str:
    """Return a Mermaid flowchart; `at` marks the nodes where a run stands, each with a word.

    >>> from engine.plan.examples import WAIT_A_DAY
    >>> print(mermaid(WAIT_A_DAY))
    flowchart TD
      start(["Start: by hand"])
      n_pause(["Wait: 1d"])
      start --> n_pause
      finish(["completed"])
      n_pause --> finish
    <BLANKLINE>
    """
    writer = _Writer(at or {})
    title, details = opening(plan)
    start = "<br/>".join(_escaped(one) for one in (f"Start: {title}", *details))
    writer.line(f'start(["{start}"])')
    left = writer.steps(blocks(plan), [("start", "")])
    if left:
        writer.line(f'finish(["{_escaped(plan.outcome)}"])')
        writer.join(left, "finish")
    if known := rules(plan):
        text = "<br/>".join(_escaped(f"{name}: {words}") for name, words in known)
        writer.line(f'rules["{text}"]')
        writer.line("start -.- rules")
    if writer.marked:
        writer.line("classDef here stroke-width:4px")
        writer.line(f"class {','.join(writer.marked)} here")
    return "\n".join(["flowchart TD", *writer.lines]) + "\n"


@dataclass
class _Writer:
    at: Mapping[NodeId, str]
    lines: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    names: dict[NodeId, str] = field(default_factory=dict)
    indent: int = 1

    def line(self, text: str) -> None:
        self.lines.append("  " * self.indent + text)

    def steps(self, steps: tuple[Step, ...], entering: _Open) -> _Open:
        """Write steps; return the loose ends (node, label) that lead on."""
        for step in steps:
            entering = self._step(step, entering)
        return entering

    def join(self, loose: _Open, name: str) -> None:
        """Lead every loose end to a node."""
        for source, label in loose:
            self.line(
                f'{source} -->|"{_escaped(label)}"| {name}' if label else f"{source} --> {name}"
            )

    def _step(self, step: Step, entering: _Open) -> _Open:
        name = self._name(step.node.id)
        if step.inside:
            return self._frame(step, name, entering)
        self._box(step, name)
        self.join(entering, name)
        if not step.lanes:
            return [] if step.ends else [(name, "")]
        loose = [self.steps(lane.steps, [(name, lane.label)]) for lane in step.lanes]
        return [] if step.ends else [end for one in loose for end in one]

    def _frame(self, step: Step, name: str, entering: _Open) -> _Open:
        self.line(f'subgraph g{name[1:]}["{_escaped(describe(step.node).label)}"]')
        self.indent += 1
        self._box(step, name)
        body = self.steps(step.lanes[0].steps, [(name, "")]) if step.lanes[0].steps else []
        if isinstance(step.node, Repeat):
            for source, _ in body:
                self.line(f"{source} -.-> {name}")
        self.indent -= 1
        self.line("end")
        self.join(entering, name)
        over = body if isinstance(step.node, ForEach) and body else [(name, "over")]
        return [(source, label or "over") for source, label in over]

    def _box(self, step: Step, name: str) -> None:
        said = describe(step.node)
        before, after = _SHAPES.get(said.kind, ('["', '"]'))
        lines = [f"{said.label}: {said.title}", *said.details]
        if note := self.at.get(step.node.id):
            lines.append(f"● {note}")
            self.marked.append(name)
        self.line(f"{name}{before}{'<br/>'.join(_escaped(one) for one in lines)}{after}")

    def _name(self, node: NodeId) -> str:
        """Return a name Mermaid takes, never one of its own words, each node another."""
        plain = "n_" + re.sub(r"[^0-9A-Za-z]", "_", node)
        name, number = plain, 2
        while name in self.names.values():
            name, number = f"{plain}_{number}", number + 1
        self.names[node] = name
        return name


def _escaped(text: str) -> str:
    """Return text as Mermaid shows it literally, shortened when long.

    >>> _escaped('a "b" <c> #1')
    'a #quot;b#quot; #lt;c#gt; #35;1'
    """
    flat = clean(text)
    short = flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"
    for mark, code in (
        ("#", "#35;"),
        ('"', "#quot;"),
        ("<", "#lt;"),
        (">", "#gt;"),
        ("&", "#amp;"),
    ):
        short = short.replace(mark, code)
    return short.replace("`", "#96;")

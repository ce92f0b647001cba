"""One playbook being compiled: its nodes so far, its problems so far, and how values are read.

Owns the reading of conditions, texts, times and people at their place in the file, for every kind
of step alike. What a kind of step becomes is in `people_nodes.py` and its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.language.compile.people import BadRef, People
from engine.language.compile.scope import Scope
from engine.language.compile.times import BadTime, read_span, read_when
from engine.language.compile.vocabulary import Vocabulary, result_nodes
from engine.language.diagnostics import Problem, Severity
from engine.language.expressions import Names, ValueType, check_condition, check_value
from engine.language.places import Path
from engine.language.schema.tree import Playbook, Step
from engine.language.schema.words import TeamRef, UserRef
from engine.language.texts import check_text, variables_of
from engine.language.workspace.model import Workspace
from engine.plan.model import After, Condition, Node, NodeId, Source, Span, When

_SOME_TIME = Span(1, "d")


def _some_condition(where: Source) -> Condition:
    """Return what stands in for a condition that cannot be used; it seems to read something."""
    return Condition("false", where, (("?", "bool"),))


@dataclass(slots=True)
class Making:
    """What all steps of one playbook share while it is compiled. `spoiled` says that it cannot
    run for a reason that is told elsewhere."""

    playbook: Playbook
    workspace: Workspace
    vocabulary: Vocabulary
    people: People
    nodes: dict[NodeId, Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    spoiled: bool = False

    @property
    def name(self) -> str:
        """The playbook's name; empty when it has none that could be used."""
        return self.playbook.name

    def note(
        self,
        code: str,
        message: str,
        path: Path,
        remedy: str,
        *,
        key: bool = False,
        severity: Severity = "error",
    ) -> None:
        """Note a problem with the value at `path`, or (`key`) with its key."""
        document = self.playbook.document
        problem = document.problem(code, message, path, remedy, key=key, severity=severity)
        self.problems.append(problem)

    def emit(self, node: Node) -> None:
        """Add a node to the plan."""
        self.nodes.setdefault(node.id, node)

    def condition(self, text: str, path: Path, names: Names) -> Condition:
        """Check a condition; a stand-in when it cannot be used."""
        where = self.playbook.document.scalar_start(path)
        if self._reads_broken(text):
            return _some_condition(where)
        found, problems = check_condition(text, names, where)
        self.problems += problems
        return found or _some_condition(where)

    def formula(self, text: str, path: Path, names: Names, kind: ValueType | None) -> Condition:
        """Check a value written as `= expression`; a stand-in when it cannot be used."""
        inner = text[1:].lstrip()
        where = self.playbook.document.text_at(path, len(text) - len(inner))
        if self._reads_broken(text):
            return _some_condition(where)
        found, problems = check_value(inner, names, where, kind)
        self.problems += problems
        return found or _some_condition(where)

    def _reads_broken(self, text: str) -> bool:
        broken = map(re.escape, self.vocabulary.broken)
        return any(re.search(rf"(?<![\w.]){name}\.", text) for name in broken)

    def text(self, text: str, path: Path, names: Names) -> None:
        """Check a text with variables."""
        if "{" in text and not self._reads_broken(text):
            where = self.playbook.document.scalar_start(path)
            self.problems += check_text(text, names, where)

    def span(self, text: str, path: Path, *, zero: bool = False, exact: bool = False) -> Span:
        """Read a length of time; a stand-in when it cannot be read."""
        try:
            return read_span(text, zero=zero, exact=exact)
        except BadTime as bad:
            self.note(bad.code, bad.message, path, bad.remedy)
            return _SOME_TIME

    def when(
        self, text: str, path: Path, names: Names, if_past: Literal["now", "skip"] = "now"
    ) -> When:
        """Read a moment; a stand-in when it cannot be read."""
        try:
            return read_when(text, names, if_past)
        except BadTime as bad:
            self.note(bad.code, bad.message, path, bad.remedy)
            return After(_SOME_TIME)


class StepMaking:
    """One step being compiled. What its texts and conditions read is gathered in `reads`."""

    def __init__(
        self,
        making: Making,
        step: Step,
        scope: Scope,
        following: NodeId | None,
        beyond: NodeId | None,
        bodies: Mapping[Path, NodeId | None],
    ) -> None:
        self.making = making
        self.step = step
        self.scope = scope
        self.next = following
        self.beyond = beyond
        self._bodies = bodies
        self._reads: dict[NodeId, None] = {}

    @property
    def id(self) -> NodeId:
        """The id of the step's own node."""
        return NodeId(self.step.id)

    @property
    def source(self) -> Source:
        """Where the step begins in the file."""
        return self.making.playbook.document.where((*self.step.path, self.step.kind), key=True)

    @property
    def reads(self) -> tuple[NodeId, ...]:
        """The nodes whose results what was read so far needs."""
        return tuple(self._reads)

    def body(self, *inner: str | int) -> NodeId | None:
        """Return the first node of a body; what follows the step when the body is empty."""
        return self._bodies.get(inner, self.next)

    def at(self, *inner: str | int) -> Path:
        """Return the path of a place inside the step."""
        return (*self.step.path, *inner)

    def condition(self, text: str, *inner: str | int, scope: Scope | None = None) -> Condition:
        """Check a condition of the step."""
        scope = scope or self.scope
        names = self.making.vocabulary.conditions(scope.item)
        found = self.making.condition(text, self.at(*inner), names)
        self.note_reads((name for name, _ in found.refs), text, self.at(*inner), scope)
        return found

    def formula(self, text: str, *inner: str | int, kind: ValueType | None) -> Condition:
        """Check a value written as `= expression`."""
        names = self.making.vocabulary.conditions(self.scope.item)
        found = self.making.formula(text, self.at(*inner), names, kind)
        self.note_reads((name for name, _ in found.refs), text, self.at(*inner), self.scope)
        return found

    def text(self, text: str | None, *inner: str | int) -> str:
        """Check a text of the step and return it."""
        if text is None:
            return ""
        names = self.making.vocabulary.texts(self.scope.item)
        self.making.text(text, self.at(*inner), names)
        if "{" in text:
            self.note_reads(sorted(variables_of(text)), text, self.at(*inner), self.scope)
        return text

    def span(self, text: str, *inner: str | int, zero: bool = False) -> Span:
        """Read a length of time of the step."""
        return self.making.span(text, self.at(*inner), zero=zero)

    def when(
        self, text: str | None, *inner: str | int, if_past: Literal["now", "skip"] = "now"
    ) -> When | None:
        """Read a moment of the step."""
        if text is None:
            return None
        names = self.making.vocabulary.conditions(self.scope.item)
        found = self.making.when(text, self.at(*inner), names, if_past)
        anchored = [getattr(found, "field", "")]
        self.note_reads(anchored, text, self.at(*inner), self.scope)
        return found

    def ref(self, given: str | TeamRef | UserRef, *inner: str | int) -> Mapping[str, Any]:
        """Return the reference to somebody the step names; a stand-in when there is nobody."""
        form = self.making.playbook.form
        contact = form is not None and form.subject == "contact"
        try:
            return self.making.people.ref(
                given, contact=contact, item=self.scope.item == "contacts"
            )
        except BadRef as bad:
            self.making.note(bad.code, bad.message, self.at(*inner), bad.remedy)
            return {"role": "?"}

    def optional_ref(
        self, given: str | TeamRef | UserRef | None, *inner: str | int
    ) -> Mapping[str, Any] | None:
        """Return the reference to somebody, if the step names one."""
        return None if given is None else self.ref(given, *inner)

    def role(self, name: str, *inner: str | int) -> str:
        """Check a role of a ladder or chain and return it."""
        try:
            return self.making.people.role(name)
        except BadRef as bad:
            self.making.note(bad.code, bad.message, self.at(*inner), bad.remedy)
            return name

    def note_reads(self, names: Iterable[str], text: str, path: Path, scope: Scope) -> None:
        """Note which steps the names come from, and refuse those that cannot have run."""
        for name in names:
            step = self.making.vocabulary.steps.get(name.split(".")[0])
            if step is None or "." not in name:
                continue
            if step.id in scope.seen:
                self._reads.update(dict.fromkeys(map(NodeId, result_nodes(step))))
            else:
                self._too_early(name, step, text, path)

    def _too_early(self, name: str, step: Step, text: str, path: Path) -> None:
        document = self.making.playbook.document
        offset = max(text.find(name), 0)
        line = document.where(step.path).line
        message = f"`{name}` is not known yet: {step.id} (line {line}) cannot have run before."
        if step.id == self.step.id:
            message = f"`{name}` is not known yet: the step is still to run."
        remedy = f"Read it in a step that comes after {step.id}."
        where = document.text_at(path, offset)
        self.making.problems.append(Problem("TN321", message, where, remedy, len(name)))

"""What an email template is: front matter and a Markdown body, with the lines they stand on.

Owns the file format and its mistakes. Reads no files and renders nothing: `rendering.py` does, and
the language checks turn a `TemplateError` into a problem at its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

import yaml

from engine.errors import AuthorError
from engine.language import texts

Purpose = Literal["service", "marketing"]

KEYS = ("subject", "preheader", "inputs", "purpose")
PURPOSES = ("service", "marketing")
MAX_CHARACTERS = 200_000
_FENCE = "---"
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_LINK_MARK = re.compile(r"\]\([^()\n]*\)(\{(?!\{)[^}\n]*\})")


@dataclass(frozen=True, slots=True)
class Template:
    """One email template. Line n of `body` is line n + `front_matter_lines` of the file."""

    name: str
    subject: str
    preheader: str
    inputs: tuple[str, ...]
    purpose: Purpose
    body: str
    front_matter_lines: int


class TemplateError(AuthorError):
    """A template cannot be used; `line` (1-based) and `template` say where."""

    code = "template"

    def __init__(self, message: str, *, template: str, line: int, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.template = template
        self.line = line


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    node: yaml.Node
    line: int


@lru_cache(maxsize=1024)
def parse_template(name: str, text: str) -> Template:
    """Read one template file; TemplateError points at the first mistake. Cached.

    >>> page = "---\\nsubject: Hi\\npurpose: service\\n---\\nHello"
    >>> template = parse_template("welcome", page)
    >>> template.subject, template.body, template.front_matter_lines
    ('Hi', 'Hello', 4)
    """
    reader = _Reader(name)
    if len(text) > MAX_CHARACTERS:
        raise reader.error(
            f"it is longer than {MAX_CHARACTERS:,} characters", 1, "Mail programs cut such emails."
        )
    front, body, lines = reader.split(text)
    entries = reader.entries(front)
    template = Template(
        name=name,
        subject=reader.line_of_text(entries, "subject", needed=True),
        preheader=reader.line_of_text(entries, "preheader"),
        inputs=reader.inputs(entries),
        purpose=reader.purpose(entries),
        body=body,
        front_matter_lines=lines,
    )
    reader.check_body(body, first_line=lines + 1)
    return template


def _compose(front: str) -> yaml.Node | None:
    try:
        return yaml.compose(front, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:  # the loader in Python says better what is wrong
        return yaml.compose(front, Loader=yaml.SafeLoader)


def variables_of_template(template: Template) -> frozenset[str]:
    """Return the dotted names that subject, preheader and body read.

    >>> page = "---\\nsubject: Hi {{ contact.first_name }}\\npurpose: service\\n---\\nHello"
    >>> variables_of_template(parse_template("welcome", page))
    frozenset({'contact.first_name'})
    """
    parts = (template.subject, template.preheader, template.body)
    return frozenset().union(*(texts.variables_of(part) for part in parts))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the parts of one template; knows its name for the errors."""

    name: str

    def error(self, what: str, line: int, remedy: str) -> TemplateError:
        return TemplateError(
            f"Template {self.name}, line {line}: {what}",
            template=self.name,
            line=line,
            remedy=remedy,
        )

    def split(self, text: str) -> tuple[str, str, int]:
        """Return the front matter, the body and the line of the closing fence."""
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        if lines[0].rstrip() != _FENCE:
            raise self.error(
                "it does not begin with front matter",
                1,
                "Begin with a line ---, then subject: and purpose:, then a line --- again.",
            )
        for number, line in enumerate(lines[1:], start=2):
            if line.rstrip() == _FENCE:
                front = "\n".join(lines[1 : number - 1])
                return front, "\n".join(lines[number:]), number
        raise self.error("its front matter never ends", 1, "Close it with a line ---.")

    def entries(self, front: str) -> dict[str, _Entry]:
        """Read the front matter's keys, each with its line in the file."""
        found: dict[str, _Entry] = {}
        for entry in self._mapping(front):
            if entry.key not in KEYS:
                known = ", ".join(KEYS)
                raise self.error(
                    f"there is no setting {entry.key!r}", entry.line, f"The settings are {known}."
                )
            if entry.key in found:
                raise self.error(f"{entry.key} is given twice", entry.line, "Keep one of them.")
            found[entry.key] = entry
        return found

    def _mapping(self, front: str) -> Iterator[_Entry]:
        try:
            node = _compose(front)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 2 if mark else 2
            raise self.error(
                f"the front matter is not YAML: {error.problem}",
                line,
                'Put texts in quotes: subject: "Welcome, {{ contact.first_name }}".',
            ) from None
        except yaml.YAMLError:
            raise self.error(
                "the front matter holds a character YAML does not allow", 2, "Remove it."
            ) from None
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            raise self.error(
                "the front matter is not a list of settings", 2, 'Write subject: "…" on a line.'
            )
        for key, value in node.value:
            yield _Entry(str(key.value), value, key.start_mark.line + 2)

    def line_of_text(self, entries: dict[str, _Entry], key: str, *, needed: bool = False) -> str:
        """Return a one-line text; empty when it may be left out and is."""
        entry = entries.get(key)
        if entry is None and not needed:
            return ""
        if entry is None:
            raise self.error(f"it has no {key}", 1, f'Add {key}: "…" to the front matter.')
        if not isinstance(entry.node, yaml.ScalarNode):
            raise self.error(
                f"{key} is not a text",
                entry.line,
                f'Put it in quotes: {key}: "{{{{ account.name }}}}, …".',
            )
        text = " ".join(str(entry.node.value).split())
        if needed and not text:
            raise self.error(f"{key} is empty", entry.line, "Write what the reader should see.")
        return text

    def inputs(self, entries: dict[str, _Entry]) -> tuple[str, ...]:
        """Return the names of the values a playbook must pass."""
        entry = entries.get("inputs")
        if entry is None:
            return ()
        remedy = "Write inputs: [kickoff_url, …]: names in small letters, digits and _."
        if not isinstance(entry.node, yaml.SequenceNode):
            raise self.error("inputs is not a list", entry.line, remedy)
        names: list[str] = []
        for item in entry.node.value:
            name = item.value if isinstance(item, yaml.ScalarNode) else ""
            if not _IDENTIFIER.fullmatch(name) or name in names:
                raise self.error(
                    "inputs holds something that is not a name, or a name twice",
                    item.start_mark.line + 2,
                    remedy,
                )
            names.append(name)
        return tuple(names)

    def purpose(self, entries: dict[str, _Entry]) -> Purpose:
        """Return what the email is for; never guessed, since consent hangs on it."""
        value = self.line_of_text(entries, "purpose", needed=True)
        if value not in PURPOSES:
            raise self.error(
                f"there is no purpose {value!r}",
                entries["purpose"].line,
                "Write service for what the customer needs to use what they bought, marketing "
                "for everything they may unsubscribe from.",
            )
        return cast(Purpose, value)

    def check_body(self, body: str, *, first_line: int) -> None:
        """Refuse an empty body, and a mark behind a link that is not {.button}."""
        if not body.strip():
            raise self.error("it has no text", first_line, "Write the email below the ---.")
        for number, line in enumerate(body.split("\n"), start=first_line):
            for mark in _LINK_MARK.findall(line):
                if mark != "{.button}":
                    raise self.error(
                        f"there is no link style {mark}", number, "The only one is {.button}."
                    )

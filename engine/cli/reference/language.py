"""docs/language.md: the chapters of docs/parts/language.md, with the forms' tables between them.

Owns how a form becomes a table. What a key means is in the form; what a chapter says is in
docs/parts; the example of a step kind is docs/parts/steps/KIND.yaml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.cli.reference.kinds import forms_in, kind_of
from engine.cli.reference.workspace import WORKSPACE_FILES, meaning_in_workspace
from engine.language.expressions.functions import FUNCTIONS, METHODS
from engine.language.schema.playbook import NAMED_BY_KIND, STEPS, PlaybookForm
from engine.language.schema.triggers import TRIGGERS, EnrollForm
from engine.language.schema.words import (
    ConditionText,
    Ref,
    RoleName,
    Scalar,
    SpanText,
    WhenText,
)
from engine.language.workspace.model import (
    BUILT_IN_ACCOUNT,
    BUILT_IN_CONTACT,
    BUILT_IN_FACTS,
    FISCAL_NAMES,
    HEALTH_NAMES,
    Field,
)
from engine.simulation.entries import KINDS

MARK = re.compile(r"<!-- generated: ([a-z_.]+) -->")
NOTE = "<!-- Written by `make docs` from docs/parts and the forms of the language. Edit those. -->"
NO_TABLE = frozenset({"EnrollForm"})
"""Forms with a chapter of their own."""


def language_page(parts: Path) -> str:
    """Return the reference: the hand-written chapters with each mark replaced."""
    made = _generators(parts / "steps")
    text = (parts / "language.md").read_text(encoding="utf-8")
    return f"{NOTE}\n\n" + MARK.sub(lambda mark: made[mark[1]](), text)


def _generators(steps: Path) -> Mapping[str, Callable[[], str]]:
    files = {name: _files(form) for name, form in WORKSPACE_FILES.items()}
    return {
        "playbook": lambda: form_tables(PlaybookForm),
        "enroll": lambda: form_tables(EnrollForm),
        "triggers": lambda: "\n\n".join(_trigger(kind) for kind in TRIGGERS),
        "steps": lambda: "\n\n".join(_step(kind, steps) for kind in STEPS),
        "names": _names,
        "functions": lambda: f"{_code(FUNCTIONS)}; behind a text {_code('.' + m for m in METHODS)}",
        "kinds": lambda: _code(sorted(KINDS)),
        **files,
    }


def _files(form: type[BaseModel]) -> Callable[[], str]:
    return lambda: form_tables(form)


def _step(kind: str, steps: Path) -> str:
    form = STEPS[kind]
    example = (steps / f"{kind}.yaml").read_text(encoding="utf-8").rstrip()
    named = "" if kind in NAMED_BY_KIND else "\n\n`id` is optional here."
    parts = (f"### {kind}", _doc(form), f"```yaml\n{example}\n```", form_tables(form) + named)
    return "\n\n".join(parts)


def _trigger(kind: str) -> str:
    form = TRIGGERS[kind]
    return (
        f"### {kind}\n\n{_doc(form)}\n\n```yaml\n{_trigger_example(kind, form)}\n```\n\n"
        + form_tables(form)
    )


def _trigger_example(kind: str, form: type[BaseModel]) -> str:
    shown: Mapping[str, Any] = _EXAMPLES.get(kind) or {
        _key(name, field): field.examples[0] if field.examples else True
        for name, field in form.model_fields.items()
    }
    return "- " + "\n  ".join(f"{key}: {_yaml(value)}" for key, value in shown.items())


_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "fact": {"fact": "usage.first_value", "where": 'fact.feature == "reports"'},
    "matches": {"matches": "account.arr >= 100000"},
    "survey": {"survey": "nps", "where": "fact.score <= 6"},
}
"""Triggers whose keys' own examples do not go together, or are missing."""


def form_tables(form: type[BaseModel]) -> str:
    """Return a form's table and those of the forms inside it, each once.

    >>> from engine.language.schema.flow_steps import EndStep
    >>> form_tables(EndStep).splitlines()[0]
    '| key | takes | default | meaning |'
    """
    parts = [_table(form)]
    for inner, place in _inside(form, ""):
        parts += [f"`{place}`: {_doc(inner)}", _table(inner)]
    return "\n\n".join(parts)


def _inside(form: type[BaseModel], place: str) -> Iterable[tuple[type[BaseModel], str]]:
    for name, field in form.model_fields.items():
        here = f"{place}.{_key(name, field)}" if place else _key(name, field)
        for inner in forms_in(form, name):
            if inner.__name__ not in NO_TABLE:
                yield inner, here
                yield from _inside(inner, here)


def _table(form: type[BaseModel]) -> str:
    rows = ["| key | takes | default | meaning |", "|---|---|---|---|"]
    for name, field in form.model_fields.items():
        cells = (
            f"`{_key(name, field)}`",
            kind_of(form, name),
            _default(field),
            _meaning(form, name, field),
        )
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows)


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _meaning(form: type[BaseModel], name: str, field: FieldInfo) -> str:
    said = _escaped(field.description or _meaning_of_inside(form, name, field))
    own = [one for one in field.examples or () if one is not None]
    if own in _OF_KINDS or not own or form in TRIGGERS.values():
        return said
    return f"{said} {'; '.join(f'`{_yaml(one)}`' for one in own[:3])}"


def _examples_of(kind: Any) -> list[Any]:
    found = [mark.examples or [] for mark in get_args(kind) if isinstance(mark, FieldInfo)]
    return [example for examples in found for example in examples]


_OF_KINDS = [
    _examples_of(kind) for kind in (SpanText, WhenText, ConditionText, RoleName, Ref, Scalar)
]
"""Examples that belong to a kind of value and not to a key: the chapters show them."""


def _meaning_of_inside(form: type[BaseModel], name: str, field: FieldInfo) -> str:
    if form in TRIGGERS.values():
        return " ".join(_doc(inner) for inner in forms_in(form, name))
    return meaning_in_workspace(form.__name__, _key(name, field))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True)
    return "" if value in (None, [], {}, "") else f"`{_yaml(value)}`"


def _doc(form: type[BaseModel]) -> str:
    words = _escaped(" ".join((form.__doc__ or "").split("\n\n")[0].split()))
    more = [_escaped(" ".join(part.split())) for part in (form.__doc__ or "").split("\n\n")[1:]]
    return "\n\n".join([words, *more])


def _escaped(text: str) -> str:
    """Keep `{{ variables }}` readable where a page generator might take them for its own."""
    return re.sub(r"(?<!`)\{\{ (\w+) \}\}(?!`)", r"`{{ \1 }}`", text)


def _names() -> str:
    rows = ["| name | kind |", "|---|---|"]
    rows += [f"| `account.{one.name}` | {_type(one)} |" for one in BUILT_IN_ACCOUNT]
    rows += [f"| `contacts.<role>.{one.name}` | {_type(one)} |" for one in BUILT_IN_CONTACT]
    rows += [f"| `{name}` | {kind} |" for name, kind in HEALTH_NAMES.items()]
    rows += [f"| `{name}` | {kind} |" for name, kind in FISCAL_NAMES.items()]
    rows += ["| `now`, `today` | datetime, date |"]
    facts = _code(BUILT_IN_FACTS)
    return "\n".join(rows) + f"\n\nFacts every workspace knows: {facts}."


def _type(field: Field) -> str:
    return field.type


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _yaml(value: Any, *, inside: bool = False) -> str:
    """Write a value on one line, as an author would; `inside` brackets more needs quotes.

    >>> _yaml({"by": 15, "within": "14d"}), _yaml(True), _yaml(["a", "b, c"])
    ('{by: 15, within: 14d}', 'true', '[a, "b, c"]')
    """
    match value:
        case bool():
            return str(value).lower()
        case dict():
            pairs = (f"{key}: {_yaml(one, inside=True)}" for key, one in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(_yaml(one, inside=True) for one in value) + "]"
        case str() if _TELLING.search(value) or (inside and _TELLING_INSIDE.search(value)):
            return f"'{value}'" if '"' in value else json.dumps(value, ensure_ascii=False)
    return str(value)


_TELLING = re.compile(r"^[-?:,\[\]{}#&*!|>'\"%@`=]|: | #")
_TELLING_INSIDE = re.compile(r"[,\[\]{}]")

"""Reading one workspace file: YAML to a form, every error of the form at its line.

Owns the translation of pydantic's errors into problems of workspace files. It must not know what
the files mean.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.language import misfits
from engine.language.diagnostics import Problem
from engine.language.misfits import BOUNDS, WANTED, choices, keys_at
from engine.language.places import Path as Place
from engine.language.source import Document, load
from engine.language.workspace.disk import Disk
from engine.plan.model import Source
from engine.wording import nearest, shown

F = TypeVar("F", bound=BaseModel)

_LOOK = "Look at the starter that `tenure init` writes for the form."
_NEEDED = {"workspace": "workspace: Acme", "sender": "sender: {name: …, address: …}"}


@dataclass(frozen=True, slots=True)
class Sheet(Generic[F]):
    """One workspace file as read. `form` is None when something in it cannot be used.

    A file that does not exist has the form of an empty one, and no document.
    """

    file: str
    form: F | None
    document: Document | None = None
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str, place: Place, remedy: str, *, key: bool = False) -> None:
        """Note a problem at `place`, or (`key`) at its key."""
        if self.document is None:
            problem = Problem(code, message, Source(self.file, 1, 1), remedy)
        else:
            problem = self.document.problem(code, message, place, remedy, key=key)
        self.problems.append(problem)


def read_document(disk: Disk, path: Path) -> tuple[Document | None, list[Problem]]:
    """Read a file that must exist as YAML; what is wrong with the file itself, `disk` notes."""
    text = disk.read(path)
    return (None, []) if text is None else load(disk.name(path), text)


def read_sheet(disk: Disk, path: Path, form: type[F]) -> Sheet[F]:
    """Read a workspace file into its form."""
    file = disk.name(path)
    if not os.path.lexists(path):
        return Sheet(file, form.model_validate({}))
    document, problems = read_document(disk, path)
    if document is None:
        return Sheet(file, None, None, problems)
    try:
        given = {} if document.value is None else document.value
        return Sheet(file, form.model_validate(given), document, problems)
    except ValidationError as error:
        sheet: Sheet[F] = Sheet(file, None, document, problems)
        for one in error.errors(include_url=False):
            _explain(sheet, one, form)
        return sheet


def _explain(sheet: Sheet[F], error: ErrorDetails, form: type[BaseModel]) -> None:
    place = error["loc"]
    key = place[-1:] == ("[key]",)
    place = place[:-1] if key else place
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "tenure":
            sheet.add(context["code"], context["message"], place, context["remedy"], key=key)
        case "extra_forbidden":
            name = str(place[-1])
            message, remedy = _unknown_key(name, place[:-1], form)
            sheet.add("TN401", message, place, remedy, key=True)
        case "missing":
            of = f" of {_dotted(place[:-1])}" if place[:-1] else ""
            name = str(place[-1])
            remedy = f"Add it: {_NEEDED.get(name, f'{name}: …')}"
            sheet.add("TN402", f"{name}{of} is missing.", place[:-1], remedy, key=True)
        case "literal_error":
            _explain_choice(sheet, str(error["input"]), place, str(context["expected"]))
        case _ if kind in WANTED:
            expected = WANTED[kind]
            message = f"{_dotted(place)} should be {expected}, not {shown(error['input'])}."
            sheet.add("TN403", message, place, misfits.remedy(kind, error["input"]) or _LOOK)
        case "too_short":
            least = context["min_length"]
            many = f" has {context['actual_length']}, and needs {least}."
            message = _dotted(place) + (many if context["actual_length"] else " is empty.")
            sheet.add("TN405", message, place, f"Write at least {least}, or leave it out.")
        case _ if kind in BOUNDS:
            bound = BOUNDS[kind].format(**context)
            message = f"{_dotted(place)} has to be {bound}, not {shown(error['input'])}."
            sheet.add("TN405", message, place, f"Write a number that is {bound}.")
        case _:
            sheet.add("TN405", f"{_dotted(place)}: {error['msg']}.", place, _LOOK)


def _unknown_key(name: str, above: Place, form: type[BaseModel]) -> tuple[str, str]:
    known = keys_at(form, above)
    near = nearest(name, known)
    remedy = f"Did you mean {near}?" if near else f"The keys here are {', '.join(known)}."
    of = _dotted(above) if above else "this file"
    return f'There is no key "{name}" in {of}.', remedy


def _explain_choice(sheet: Sheet[F], given: str, place: Place, expected: str) -> None:
    known = choices(expected)
    near = nearest(given, known)
    remedy = f"Did you mean {near}?" if near else f"Use one of {', '.join(known)}."
    sheet.add("TN404", f'{_dotted(place)} cannot be "{given[:60]}".', place, remedy)


def _dotted(place: Place) -> str:
    return ".".join(str(step) for step in place) or "the file"

"""Load a workspace: every file of it read, every problem found, nothing raised.

Owns the order of reading and what a workspace is made of. It must not know what a playbook says:
playbooks and tests are handed on as text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.calendars.fiscal import MONTHS, FiscalYear
from engine.delivery.templates import TemplateError, parse_template
from engine.language.diagnostics import Problem
from engine.language.places import Lines
from engine.language.workspace.disk import Disk
from engine.language.workspace.forms import PeopleForm, SchemaForm, TenureForm, hours
from engine.language.workspace.health import build_health
from engine.language.workspace.health_forms import HealthForm
from engine.language.workspace.model import Cap, Group, Inbound, Keep, Workspace
from engine.language.workspace.people import build_roles, build_teams
from engine.language.workspace.reading import Sheet, read_sheet
from engine.language.workspace.schema import build_schema
from engine.language.workspace.settings import (
    CalendarsForm,
    build_bands,
    build_brand,
    build_calendars,
)
from engine.plan.model import Source

TEST_ENDING = ".test.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is in a workspace. Files are named relative to its root.

    `workspace` is None when one of its files has a form that cannot be read. With other
    problems (a role that leads nowhere) it is there, so that the playbooks can be checked in the
    same go; it must not be applied. `template_files` says which file each template is, and
    `broken_templates` which of them cannot be used. `sources` has the text of every file read, for
    showing the line of a problem.
    """

    workspace: Workspace | None
    playbooks: Mapping[str, str]
    tests: Mapping[str, str]
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    template_files: Mapping[str, str] = field(default_factory=dict)
    broken_templates: frozenset[str] = frozenset()


def load_workspace(root: Path) -> Loaded:
    """Read the workspace in `root` with everything it names; never raises."""
    disk = Disk(root)
    if not os.path.isfile(root / "tenure.yaml"):
        return _no_workspace(root)
    tenure = read_sheet(disk, root / "tenure.yaml", TenureForm)
    schema = read_sheet(disk, root / "schema.yaml", SchemaForm)
    people = read_sheet(disk, root / "people.yaml", PeopleForm)
    calendars = read_sheet(disk, root / "calendars.yaml", CalendarsForm)
    health = read_sheet(disk, root / "health.yaml", HealthForm)
    yamls = _listed(disk, _folders(disk, tenure, "playbooks"), _is_playbook)
    texts = {disk.name(path): text for path in yamls if (text := disk.read(path)) is not None}
    templates = _templates(disk, tenure)
    workspace = _workspace(tenure, schema, people, calendars, health, templates.texts)
    sheets = (tenure, schema, people, calendars, health)
    return Loaded(
        workspace=workspace,
        playbooks={file: text for file, text in texts.items() if not file.endswith(TEST_ENDING)},
        tests={file: text for file, text in texts.items() if file.endswith(TEST_ENDING)},
        problems=tuple(_in_order([*disk.problems, *(p for one in sheets for p in one.problems)])),
        sources=disk.texts,
        template_files=templates.files,
        broken_templates=templates.broken,
    )


def _no_workspace(root: Path) -> Loaded:
    what = "There is no tenure.yaml here" if os.path.isdir(root) else "There is no such folder"
    remedy = "Go to the folder of a workspace, or make one with `tenure init`."
    problem = Problem("TN400", f"{what}: {root}", Source("tenure.yaml", 1, 1), remedy)
    return Loaded(None, {}, {}, (problem,), {})


def _workspace(
    tenure: Sheet[TenureForm],
    schema_sheet: Sheet[SchemaForm],
    people: Sheet[PeopleForm],
    calendar_sheet: Sheet[CalendarsForm],
    health_sheet: Sheet[HealthForm],
    templates: Mapping[str, str],
) -> Workspace | None:
    zone = tenure.form.zone if tenure.form else "UTC"
    schema = build_schema(schema_sheet)
    calendars = build_calendars(calendar_sheet, zone)
    teams = build_teams(people)
    # Without a schema every role that reads a field would look wrong.
    roles = build_roles(people, schema.account) if schema_sheet.form else {}
    if (form := tenure.form) is None:
        return None
    bands = build_bands(tenure, form)
    brand = build_brand(tenure, form)
    # Without a schema every measure would seem to read what is not there.
    health = build_health(health_sheet, schema, bands) if schema_sheet.form else {}
    if not (schema_sheet.form and people.form and calendar_sheet.form and health_sheet.form):
        return None
    window = form.send_window
    return Workspace(
        name=form.workspace,
        zone=zone,
        schema=schema,
        roles=roles,
        teams=teams,
        calendars=calendars,
        brand=brand,
        sender=(form.sender.name, form.sender.address),
        bands=bands,
        templates=templates,
        channels=form.channels,
        hooks=form.hooks,
        send_window=(window.first, window.last, window.weekdays_only),
        health=health,
        groups=_groups(form),
        caps=tuple(Cap(one.at_most, one.per, one.otherwise) for one in form.message_caps),
        inbound=_inbound(form),
        fiscal_year=_fiscal_year(form),
        capacity=form.capacity,
        keep=Keep(hours(form.keep.decisions), hours(form.keep.rejects)),
    )


def _groups(form: TenureForm) -> tuple[Group, ...]:
    return tuple(
        Group(name, tuple(one.playbooks), one.pre_empt, one.otherwise)
        for name, one in form.groups.items()
    )


def _inbound(form: TenureForm) -> tuple[Inbound, ...]:
    hooks = form.inbound.items()
    return tuple(Inbound(name, one.secret, tuple(one.kinds)) for name, one in hooks)


def _fiscal_year(form: TenureForm) -> FiscalYear:
    year = form.fiscal_year
    return FiscalYear(MONTHS.index(year.begins) + 1, year.named_after)


def _listed(disk: Disk, folders: list[Path], wanted: Callable[[Disk, Path], bool]) -> list[Path]:
    """List the files of the folders, each once."""
    seen: dict[str, Path] = {}
    for folder in folders:
        for path in disk.walk(folder):
            if wanted(disk, path):
                seen.setdefault(os.path.realpath(path), path)
    return list(seen.values())


def _folders(disk: Disk, tenure: Sheet[TenureForm], key: str) -> list[Path]:
    if tenure.form is None:
        return []
    found = []
    for number, named in enumerate(getattr(tenure.form, key)):
        folder = Path(disk.root, named)
        if os.path.isdir(folder):
            found.append(folder)
        elif key in tenure.form.model_fields_set:
            message = f'There is no folder "{named}" (looked for {disk.name(folder)}).'
            remedy = "Make it, or correct the path: it counts from the folder of tenure.yaml."
            tenure.add("TN414", message, (key, number), remedy)
    return found


def _is_playbook(disk: Disk, path: Path) -> bool:
    if path.suffix == ".yml":
        message = "A file that ends in .yml is not read."
        where = Source(disk.name(path), 1, 1)
        problem = Problem("TN425", message, where, "Let its name end in .yaml.", 1, "warning")
        disk.problems.append(problem)
    return path.suffix == ".yaml"


def _is_template(disk: Disk, path: Path) -> bool:
    return path.suffix == ".md" and path.name.lower() != "readme.md"


@dataclass(frozen=True, slots=True)
class _Templates:
    texts: Mapping[str, str]
    files: Mapping[str, str]
    broken: frozenset[str]


def _templates(disk: Disk, tenure: Sheet[TenureForm]) -> _Templates:
    texts: dict[str, str] = {}
    files: dict[str, str] = {}
    folders = _folders(disk, tenure, "templates")
    for path in _listed(disk, folders, _is_template):
        folder = next(one for one in folders if path.is_relative_to(one))
        name, file = path.relative_to(folder).with_suffix("").as_posix(), disk.name(path)
        if name in files:
            message = f"There are two templates {name}: {files[name]} and {file}."
            remedy = "Rename or remove one of them."
            disk.problems.append(Problem("TN415", message, Source(file, 1, 1), remedy))
        elif (text := disk.read(path)) is not None:
            texts[name], files[name] = text, file
    broken = {name for name, text in texts.items() if not _parses(disk, name, files[name], text)}
    return _Templates(texts, files, frozenset(broken))


def _parses(disk: Disk, name: str, file: str, text: str) -> bool:
    try:
        parse_template(name, text)
    except TemplateError as error:
        message = error.message.partition(": ")[2]
        message = f"{message[:1].upper()}{message[1:]}."
        length = max(1, len(Lines.of(text).line(error.line).rstrip()))
        where = Source(file, error.line, 1)
        disk.problems.append(Problem("TN416", message, where, error.remedy, length))
        return False
    return True


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda one: (one.where.file, one.where.line, one.where.column))

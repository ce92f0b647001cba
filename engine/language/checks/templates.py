"""Templates: the email a step names exists, can be read, and gets the values it asks for.

What is wrong in a template is shown in the template's own file, once however many steps use it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from engine.delivery.templates import (
    Template,
    TemplateError,
    parse_template,
    variables_of_template,
)
from engine.language.compile.making import Making
from engine.language.compile.templates import template_name
from engine.language.compile.vocabulary import Common, join
from engine.language.diagnostics import Problem
from engine.language.expressions import Names
from engine.language.schema.message_steps import EmailStep, SurveyStep
from engine.language.schema.tree import Step
from engine.language.texts import check_text
from engine.language.texts.codes import UNKNOWN_VARIABLE
from engine.plan.model import Source
from engine.wording import nearest


@dataclass(frozen=True, slots=True)
class Read:
    """A template as read; None when it cannot be. `known` says that it was told elsewhere why."""

    template: Template | None
    problems: tuple[Problem, ...] = ()
    known: bool = False


_EMAIL = Names({})
_SURVEY = Names(
    dict.fromkeys(
        ("question", "person.name", "answers[].label", "answers[].url", "low", "high"), "text"
    )
)
"""What a survey's template reads besides: one link for each answer."""


class Templates:
    """The templates of a workspace, each read when it is first used.

    `files` are their files, by name, where they are not `templates/<name>.md`; `broken` are those
    that the reading of the workspace has refused already.
    """

    def __init__(
        self, common: Common, files: Mapping[str, str], broken: Collection[str] = ()
    ) -> None:
        self._common = common
        self._files = files
        self._broken = broken
        self._read: dict[tuple[str, bool], Read] = {}

    def read(self, name: str, *, survey: bool = False) -> Read:
        """Return a template that exists, with what is wrong in it as an email or a survey."""
        if (name, survey) not in self._read:
            text = self._common.workspace.templates[name]
            self._read[name, survey] = self._look_at(name, text, _SURVEY if survey else _EMAIL)
        return self._read[name, survey]

    def _look_at(self, name: str, text: str, more: Names) -> Read:
        file = self._files.get(name, f"templates/{name}.md")
        if name in self._broken:
            return Read(None, known=True)
        try:
            template = parse_template(name, text)
        except TemplateError as error:
            what = re.sub(r"^Template .*?, line \d+: ", "", error.message)
            where = Source(file, error.line, 1)
            length = len(text.split("\n")[error.line - 1]) if error.line else 1
            message = f"This template cannot be used: {what}."
            return Read(None, (Problem("TN307", message, where, error.remedy, max(length, 1)),))
        return Read(template, tuple(self._check(template, text, file, more)))

    def _check(self, template: Template, text: str, file: str, more: Names) -> list[Problem]:
        names = join(self._names(template), more)
        found: list[Problem] = []
        for key in ("subject", "preheader"):
            content = getattr(template, key)
            found += check_text(content, names, _place_of(key, content, text, file))
        body = Source(file, template.front_matter_lines + 1, 1)
        found += check_text(template.body, names, body)
        return [_told_how(problem) for problem in found]

    def _names(self, template: Template) -> Names:
        own = Names({f"inputs.{name}": "text" for name in template.inputs})
        address = Names({"brand.address": "text"})
        common = self._common
        return join(common.always, common.in_texts, common.person("contact"), address, own)


def _told_how(problem: Problem) -> Problem:
    """Say of an unknown variable how a template gets at what only its playbook knows."""
    if problem.code != UNKNOWN_VARIABLE or "Did you mean" in problem.remedy:
        return problem
    more = (
        "What a step came to is given by the step, with `with:`, and listed under `inputs:` here."
    )
    return replace(problem, remedy=f"{problem.remedy} {more}")


def _place_of(key: str, content: str, text: str, file: str) -> Source:
    """Return where a setting's text begins in the front matter."""
    for number, line in enumerate(text.split("\n"), start=1):
        if found := re.match(rf"{key}:\s*[\"']?", line):
            begins = line.find(content[:12])
            return Source(file, number, (begins if begins >= 0 else found.end()) + 1)
    return Source(file, 1, 1)


def check_templates(making: Making, templates: Templates) -> None:
    """Note emails without a template, templates that are wrong, and inputs that do not match."""
    for step in making.playbook.every():
        match step.form:
            case EmailStep() as form:
                name = template_name(form, making.name, making.workspace.templates)
                if name is None:
                    _no_template(making, step, form)
                else:
                    _check_use(making, step, form, templates.read(name))
            case SurveyStep(template=str() as name) if name not in making.workspace.templates:
                _unknown(making, step, name)
            case SurveyStep(template=str() as name):
                read = templates.read(name, survey=True)
                making.problems += read.problems
                making.spoiled |= read.known
            case _:
                pass


def _no_template(making: Making, step: Step, form: EmailStep) -> None:
    if form.template is not None:
        _unknown(making, step, form.template)
        return
    last = {name.rpartition("/")[2]: name for name in making.workspace.templates}
    same = [one for one in making.workspace.templates if one.endswith(f"/{form.email}")]
    near = nearest(form.email, last)
    message = f"There is no template for the email {form.email}."
    remedy = f"Write templates/{making.name}/{form.email}.md."
    if len(same) > 1:
        message = f"There are several templates called {form.email}: {', '.join(sorted(same))}."
        remedy = f"Say which: `template: {sorted(same)[0]}`."
    elif near:
        remedy = f"Did you mean {near} (templates/{last[near]}.md)? Else write one: {remedy[6:]}"
    making.note("TN306", message, (*step.path, "email"), remedy)


def _unknown(making: Making, step: Step, name: str) -> None:
    near = nearest(name, making.workspace.templates)
    remedy = f"Did you mean {near}?" if near else f"Write templates/{name}.md."
    making.note("TN306", f"There is no template {name}.", (*step.path, "template"), remedy)


def _check_use(making: Making, step: Step, form: EmailStep, read: Read) -> None:
    making.problems += read.problems
    making.spoiled |= read.known
    if read.template is None:
        return
    _check_reader(making, step, form, read.template)
    wanted = read.template.inputs
    inputs = making.playbook.form.inputs if making.playbook.form else {}
    for name in form.values:
        if name not in wanted:
            near = nearest(name, wanted)
            takes = f"It takes {', '.join(wanted)}." if wanted else "It takes none."
            message = f"The template {read.template.name} takes no input {name}."
            remedy = f"Did you mean {near}?" if near else takes
            making.note("TN309", message, (*step.path, "with", name), remedy, key=True)
    for name in wanted:
        if name not in form.values and name not in inputs:
            message = f"The template {read.template.name} needs the input {name}."
            making.note("TN308", message, (*step.path, "email"), f"Add `with: {{{name}: …}}`.")


def _check_reader(making: Making, step: Step, form: EmailStep, template: Template) -> None:
    """Note an email to one of us whose template speaks of the contact it is sent to."""
    playbook = making.playbook.form
    read = [one for one in variables_of_template(template) if one.startswith("contact.")]
    if not read or (playbook is not None and playbook.subject == "contact"):
        return
    for index, to in enumerate(form.to):
        if not isinstance(to, str) or not (to.startswith("contacts.") or to in ("contact", "item")):
            message = f"The template {template.name} reads `{min(read)}`, but this is no contact."
            remedy = "Send it to a contact, or write a template for our own people."
            making.note("TN342", message, (*step.path, "to", index), remedy)

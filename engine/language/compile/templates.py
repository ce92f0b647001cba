"""Which template an email step means. Knows nothing of what is in it."""

from __future__ import annotations

from collections.abc import Collection

from engine.language.schema.message_steps import EmailStep


def template_name(form: EmailStep, playbook: str, known: Collection[str]) -> str | None:
    """Return the template of an email: the one named, else the one in the playbook's own folder,
    else the one of that name, else the only one of that name in any folder.

    >>> from engine.language.schema.message_steps import EmailStep
    >>> form = EmailStep.model_validate({"email": "hello", "to": "csm"})
    >>> template_name(form, "onboarding", {"onboarding/hello", "hello"})
    'onboarding/hello'
    """
    if form.template is not None:
        return form.template if form.template in known else None
    for name in (f"{playbook}/{form.email}", form.email):
        if name in known:
            return name
    elsewhere = [name for name in known if name.rpartition("/")[2] == form.email]
    return elsewhere[0] if len(elsewhere) == 1 else None

"""schema.yaml to a `Schema`: the built-in fields, narrowed and added to.

Owns what a field may change about a built-in one. It must not know YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.language.places import Path
from engine.language.workspace.forms import FieldForm, SchemaForm, hours
from engine.language.workspace.model import (
    BUILT_IN_ACCOUNT,
    BUILT_IN_CONTACT,
    BUILT_IN_FACTS,
    Field,
    Schema,
)
from engine.language.workspace.reading import Sheet


def build_schema(sheet: Sheet[SchemaForm]) -> Schema:
    """Return the schema; what does not fit becomes a problem of the sheet and is left out."""
    form = sheet.form or SchemaForm()
    roles = _once(sheet, form.contact_roles, ("contact_roles",))
    contact = _fields(sheet, ("contact",), form.contact, BUILT_IN_CONTACT)
    if not contact["role"].one_of:
        contact["role"] = replace(contact["role"], one_of=roles)
    return Schema(
        account=_fields(sheet, ("account",), form.account, BUILT_IN_ACCOUNT),
        contact=contact,
        contact_roles=roles,
        facts=_facts(sheet, form),
        undeclared_facts=form.undeclared_facts,
        late_after_h=hours(form.late_after),
    )


def _facts(sheet: Sheet[SchemaForm], form: SchemaForm) -> Mapping[str, Mapping[str, Field]]:
    names = [*BUILT_IN_FACTS, *(name for name in form.facts if name not in BUILT_IN_FACTS)]
    return {
        name: _fields(
            sheet, ("facts", name), form.facts.get(name, {}), BUILT_IN_FACTS.get(name, ())
        )
        for name in names
    }


def _fields(
    sheet: Sheet[SchemaForm],
    place: Path,
    given: Mapping[str, FieldForm],
    built_in: tuple[Field, ...],
) -> dict[str, Field]:
    fields = {field.name: field for field in built_in}
    for name, form in given.items():
        field = _field(sheet, (*place, name), name, form, fields.get(name))
        if field is not None:
            fields[name] = field
    return fields


def _field(
    sheet: Sheet[SchemaForm], place: Path, name: str, form: FieldForm, known: Field | None
) -> Field | None:
    kind = form.type or (known.type if known else "text" if form.one_of else None)
    if kind is None:
        remedy = f"Write {name}: text (or number, bool, date, datetime, list)."
        sheet.add("TN402", f"The field {name} has no type.", place, remedy, key=True)
        return None
    if known and kind != known.type:
        message = f"{name} is a built-in field of type {known.type} and cannot become {kind}."
        remedy = f"Leave its type out, or choose another name: {name}_{kind}."
        sheet.add("TN422", message, (*place, "type"), remedy)
        return None
    if form.one_of and kind not in ("text", "list"):
        message = f"one_of lists texts, and {name} is of type {kind}."
        sheet.add("TN423", message, (*place, "one_of"), "Leave one_of out, or use type: text.")
    required = form.required or bool(known and known.required)
    label = form.label or (known.label if known else "")
    return Field(name, kind, _once(sheet, form.one_of, (*place, "one_of")), required, label)


def _once(sheet: Sheet[SchemaForm], values: list[str], place: Path) -> tuple[str, ...]:
    for number, value in enumerate(values):
        if value in values[:number]:
            sheet.add("TN424", f'"{value}" is listed twice.', (*place, number), "Keep one of them.")
    return tuple(dict.fromkeys(values))

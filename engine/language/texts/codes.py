"""The codes of problems in texts (TN240 to TN259) and their catalogue entries."""

from __future__ import annotations

from engine.language.code import Code

SYNTAX = "TN240"
UNKNOWN_VARIABLE = "TN241"
UNKNOWN_FILTER = "TN242"
NOT_ALLOWED = "TN243"
TOO_LONG = "TN244"
UNKNOWN_TEST = "TN245"
TOO_DEEP = "TN246"

TEXT_CODES: tuple[Code, ...] = (
    Code(
        SYNTAX,
        "The text cannot be read",
        "A `{{ … }}` or `{% … %}` is not closed, or something in it is missing or too much.",
        "Hello {{ account.name",
        "Hello {{ account.name }}",
    ),
    Code(
        UNKNOWN_VARIABLE,
        "Unknown variable in a text",
        "A text may use the fields of the account schema and its contacts, the answers of tasks of "
        "this playbook, and its inputs. In a loop, also the loop's own variable.",
        "Hello {{ account.nmae }}",
        "Hello {{ account.name }}",
    ),
    Code(
        UNKNOWN_FILTER,
        "Unknown filter in a text",
        "A filter stands after `|` and changes how a value is written.",
        "{{ account.name | uper }}",
        "{{ account.name | upper }}",
    ),
    Code(
        NOT_ALLOWED,
        "Not possible in texts",
        "Texts have variables, filters, `if` and `for`. They cannot include other files, define "
        "macros or variables, call functions or pick items by number.",
        '{% include "footer.md" %}',
        "{% if account.name %}Hello {{ account.name }}{% endif %}",
    ),
    Code(
        TOO_LONG,
        "The text is too long",
        "A text has at most 100,000 characters.",
        "(a text of more than 100,000 characters)",
        "Hello {{ account.name }}",
    ),
    Code(
        UNKNOWN_TEST,
        "Unknown test in a text",
        "After `is` only these stand: defined, undefined, none.",
        "{% if account.name is empty %}x{% endif %}",
        "{% if account.name is none %}x{% endif %}",
    ),
    Code(
        TOO_DEEP,
        "The text is nested too deep",
        "Loops nest at most 2 deep, other things at most 40.",
        "{% for a in account.tags %}{% for b in account.tags %}{% for c in account.tags %}"
        "{{ c }}{% endfor %}{% endfor %}{% endfor %}",
        "{% for tag in account.tags %}{{ tag }}{% endfor %}",
    ),
)

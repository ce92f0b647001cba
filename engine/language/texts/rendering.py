"""Rendering texts with the values of the moment. Deterministic: the same values give the same text.

The one place where Jinja's exceptions become ours. Messages name variables, never their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Template, TemplateError, UndefinedError

from engine.errors import AuthorError, RunError
from engine.language.texts.checking import structural_problems
from engine.language.texts.environment import writing
from engine.language.texts.filters import LONGEST
from engine.language.texts.values import Unprintable, wrap
from engine.plan.model import Source


def render(
    text: str, variables: Mapping[str, object], *, markdown: bool = False, name: str = "text"
) -> str:
    """Fill a text with values; with `markdown`, no value can become markup.

    `variables` nest: `{"account": {"name": "Acme"}}`. `name` is what errors call the text. Raises
    RunError when a variable that is printed has no value or cannot be printed, or when the result
    is longer than 200,000 characters; AuthorError when the text itself is wrong.

    >>> render("Hi {{ who.name }}!", {"who": {"name": "*Ann*"}}, markdown=True)
    'Hi \\\\*Ann\\\\*!'
    """
    template = _template(text, name, markdown=markdown)
    scope = {key: wrap(value, key) for key, value in variables.items()}
    try:
        return _bounded(template, scope, name)
    except UndefinedError as error:
        raise _without_value(str(error.message), name) from None
    except Unprintable as error:
        raise _without_value(error.path, name) from None
    except (TypeError, ValueError, ArithmeticError, TemplateError, RecursionError) as error:
        kind = type(error).__name__
        remedy = "Check that filters and arithmetic are used on values of the right kind."
        raise RunError(f'the text "{name}" cannot be filled in ({kind})', remedy=remedy) from None


@lru_cache(maxsize=1024)
def _template(text: str, name: str, *, markdown: bool) -> Template:
    problems = structural_problems(text, Source(name, 1))
    if problems:
        first = problems[0]
        message = f"{first.where}: {first.message}"
        raise AuthorError(message, problems=tuple(problems), remedy=first.remedy)
    return writing(markdown=markdown).from_string(text)


def _bounded(template: Template, scope: dict[str, object], name: str) -> str:
    pieces: list[str] = []
    length = 0
    for piece in template.root_render_func(template.new_context(scope)):
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST:
            message = f'the text "{name}" is longer than {LONGEST:,} characters when filled in'
            raise RunError(message, remedy="Shorten it, or the lists it runs over.")
    return "".join(pieces)


def _without_value(path: str | None, name: str) -> RunError:
    if path is None:
        message = f'a variable in the text "{name}" cannot be written as text'
        return RunError(message, remedy="Print its fields one by one.")
    remedy = 'Give it a value, or put `| default("…")` behind it.'
    message = f'the variable `{path}` in the text "{name}" has no value to print'
    return RunError(message, remedy=remedy)

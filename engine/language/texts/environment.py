"""The sandbox texts run in: Jinja with everything taken out that is not listed.

Names reach into mappings and nowhere else: no attribute of a Python object, no call, no global.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.language.texts.filters import FILTERS, TESTS
from engine.language.texts.values import Namespace, NoValue, literal_markdown, written

LOOP = ("first", "index", "index0", "last", "length")


class Unset(StrictUndefined):
    """A name that is not there. Its message is its dotted name and nothing else."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        owner = self._undefined_obj
        name = str(self._undefined_name)
        if isinstance(owner, Unset):
            return f"{owner._undefined_message}.{name}"
        return f"{owner.path}.{name}" if isinstance(owner, Namespace | NoValue) else name


class TextEnvironment(ImmutableSandboxedEnvironment):
    """Texts see `Namespace`s, plain values and the position in a loop."""

    intercepted_binops = frozenset({"*", "%", "+", "-", "/", "//"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The only way from a value to another one."""
        if isinstance(obj, Namespace):
            try:
                return obj.get(attribute)
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Subscripts do not exist."""
        return self.undefined(obj=obj, name=str(argument))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic is for numbers: a text times a number could fill the memory."""
        if isinstance(left, str) or isinstance(right, str):
            raise TypeError("arithmetic on a text")
        return super().call_binop(context, operator, left, right)


class _Positions(Extension):
    """Number the tokens instead of the lines, so that every node knows the token it came from."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        return self._numbered(stream)

    @staticmethod
    def _numbered(stream: TokenStream) -> Iterator[Token]:
        for index, token in enumerate(stream):
            yield Token(index, token.type, token.value)


def _environment(**options: Any) -> TextEnvironment:
    made = TextEnvironment(
        undefined=Unset,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=0,
        **options,
    )
    made.globals.clear()
    made.filters = dict(FILTERS)
    made.tests = dict(TESTS)
    return made


@cache
def reading() -> TextEnvironment:
    """The environment that parses for checking: `lineno` of its nodes is the index of a token."""
    return _environment(extensions=[_Positions])


@cache
def writing(*, markdown: bool) -> TextEnvironment:
    """The environment that renders; with `markdown`, printed values are escaped."""

    def literally(value: object) -> object:
        return value if isinstance(value, Unset) else literal_markdown(written(value))

    def plainly(value: object) -> object:
        return value if isinstance(value, Unset) else written(value)

    return _environment(finalize=literally if markdown else plainly)

"""docs/cli.md: every command with its arguments and options, from the help of the commands.

Owns the page's form; the words are those of `tenure COMMAND --help`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from engine.cli.main import SECTIONS, tenure

_INTRO = """\
<!-- Written by `make docs` from the help of the commands. Edit their docstrings and options. -->

# Commands

Exit codes: 0 done, 1 problems were found, 2 bad input or usage, 3 something outside failed.

Commands that need a running stack find it by `--data-dir`; see
[operating](operating.md#the-data-directory).
"""


def commands_page() -> str:
    """Return the page."""
    context = click.Context(tenure, info_name="tenure")
    parts = [_INTRO]
    for title, names in SECTIONS.items():
        parts.append(f"## {title}\n")
        for name in names:
            command = tenure.get_command(context, name)
            assert command is not None
            if isinstance(command, click.Group):
                parts.append(f"**tenure {name}**: {_help(command)}\n")
            parts += _command(command, f"tenure {name}")
    return "\n".join(parts)


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Give a command, or what is inside a group at any depth, with its full name."""
    if isinstance(command, click.Group):
        for inner, each in sorted(command.commands.items()):
            yield from leaves(each, f"{name} {inner}")
    else:
        yield name, command


def _command(command: click.Command, name: str) -> Iterator[str]:
    for full, each in leaves(command, name):
        arguments = [one for one in each.params if isinstance(one, click.Argument)]
        options = [one for one in each.params if isinstance(one, click.Option)]
        usage = " ".join([full, *(_argument(one) for one in arguments), *_options_word(options)])
        yield f"### {full}\n\n```text\n{usage}\n```\n\n{_help(each)}\n"
        if options:
            rows = [f"| {_option(one)} | {_meaning(one)} |" for one in options]
            yield "\n".join(["| option | meaning |", "|---|---|", *rows]) + "\n"


def _help(command: click.Command) -> str:
    return "\n\n".join(
        " ".join(part.split()) for part in (command.help or "").split("\n\n") if part.strip()
    )


def _argument(argument: click.Argument) -> str:
    name = argument.human_readable_name.upper()
    if isinstance(argument.type, click.Choice):
        name = "|".join(argument.type.choices)
    many = f"{name}..." if argument.nargs == -1 else name
    return many if argument.required else f"[{many}]"


def _options_word(options: list[click.Option]) -> list[str]:
    needed = [f"{one.opts[0]} {_value(one)}" for one in options if one.required]
    return needed + (["[OPTIONS]"] if len(needed) < len(options) else [])


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{one}`" for one in [*option.opts, *option.secondary_opts])
    value = _value(option)
    return f"{names} {value}".rstrip().replace("|", "\\|")


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return "|".join(str(one) for one in option.type.choices)
    return (option.metavar or option.type.name.split(" ")[0]).upper()


def _meaning(option: click.Option) -> str:
    words = [option.help or ""]
    if option.required:
        words.append("Needed.")
    if (default := _default(option)) is not None:
        words.append(f"Without it: {default}.")
    if option.envvar:
        words.append(f"Also `{option.envvar}`.")
    return " ".join(word for word in words if word).replace("|", "\\|")


def _default(option: click.Option) -> str | None:
    """Say the default where it is the same on every machine."""
    if isinstance(option.show_default, str):
        return option.show_default
    default: Any = option.default
    if not option.show_default or option.required or default is None or callable(default):
        return None
    return f"`{default}`"

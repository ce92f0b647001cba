"""The command `tenure`: its groups, and the outermost edge where every known error becomes words.

Commands live in modules of their own and are imported when they are used, so that `tenure check`
starts fast. Exit codes: 0 done, 1 problems were found, 2 bad input or usage, 3 something outside
failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from engine.errors import AuthorError, InputError, StoreError, TenureError, WorldError
from engine.services.leaving import leave_cleanly

SECTIONS: dict[str, dict[str, str]] = {
    "Write and check": {
        "init": "authoring",
        "check": "authoring",
        "format": "authoring",
        "test": "trying_out",
        "simulate": "trying_out",
        "backtest": "backtest",
        "graph": "authoring",
        "schema": "authoring",
        "explain": "authoring",
    },
    "Run the stack": {"up": "stack", "demo": "stack", "status": "stack", "db": "stack"},
    "Let others in": {"tokens": "tokens"},
    "Bring in and switch on": {
        "import": "data",
        "apply": "data",
        "playbooks": "data",
        "accounts": "data",
        "users": "data",
    },
    "Work with runs": {
        "enroll": "enrolling",
        "facts": "facts",
        "sweeps": "sweeps",
        "runs": "runs",
        "why": "why",
        "why-not": "why_not",
        "sends": "sends",
    },
    "Work with tasks": {"tasks": "tasks"},
    "Health": {"health": "health"},
    "See what came of it": {"report": "report"},
}
_MODULES = {name: module for section in SECTIONS.values() for name, module in section.items()}


class Commands(click.Group):
    """The commands by name, each imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        module = _MODULES.get(cmd_name)
        if module is None:
            return None
        attribute = f"{cmd_name.replace('-', '_')}_command"
        command: click.Command = getattr(import_module(f"engine.cli.{module}"), attribute)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command, or fail with the nearest name."""
        if args and args[0] not in _MODULES and not args[0].startswith("-"):
            from engine.wording import nearest

            near = nearest(args[0], _MODULES)
            hint = f" Did you mean `tenure {near}`?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section."""
        for title, names in SECTIONS.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                assert command is not None
                rows.append((name, command.get_short_help_str(90)))
            with formatter.section(title):
                formatter.write_dl(rows)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tenure", prog_name="tenure")
def tenure() -> None:
    """Customer-success playbooks as code: write them as YAML, test them, run them durably.

    Start with `tenure init my-workspace`, or see it all at work with `tenure demo`.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command and leave. Ends the process."""
    leave_cleanly(run(args))


def run(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; known errors are printed as words."""
    try:
        result = tenure.main(args=args, prog_name="tenure", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except TenureError as error:
        return show_error(error)
    except SystemExit:
        return 0  # how click ends when whoever read our output has gone
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more may be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # No adapter met it: a working directory that is gone, a full disk.
        what = error.filename or "a file or folder"
        return show_error(
            InputError(f"{what} cannot be used: {error.strerror}", remedy="Check path and rights.")
        )
    return result if isinstance(result, int) else 0


def show_error(error: TenureError) -> int:
    """Print what is wrong and what to do; return the exit code of its kind."""
    click.echo(f"{click.style('error', fg='red', bold=True)}: {error.message}", err=True)
    if error.remedy:
        click.echo(f"  help: {error.remedy}", err=True)
    match error:
        case AuthorError():
            return 1
        case InputError() | StoreError():
            return 2
        case WorldError():
            return 3
    return 3


if __name__ == "__main__":
    main()

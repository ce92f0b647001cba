"""Commands of an author at the desk: init, check, format, graph, schema, explain. No server."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.options import format_option, is_terminal, workspace_option, write_file
from engine.cli.schemas import SCHEMAS, schema_text, write_schemas
from engine.errors import InputError
from engine.services.authoring import Checkup, check_workspace


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def init_command(directory: Path) -> None:
    """Write a commented workspace to start from into DIRECTORY."""
    from engine.language.starter import write_starter

    for path in write_starter(directory):
        click.echo(f"  {path}")
    click.echo(f"\nNext: cd {directory} && tenure check && tenure test")


@click.command("check")
@workspace_option
@format_option("text", "json", "github")
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
def check_command(workspace: Path, form: str, strict: bool) -> int:
    """Check every file of a workspace; all problems at once."""
    checkup = check_workspace(workspace)
    show_problems(checkup, form)
    return 1 if checkup.errors or (strict and checkup.problems) else 0


def show_problems(checkup: Checkup, form: str = "text") -> None:
    """Print the problems of a workspace, or that there are none."""
    from engine.language import rendering

    match form:
        case "json":
            click.echo(rendering.render_json(checkup.problems))
        case "github":
            click.echo(rendering.render_github(checkup.problems), nl=False)
        case _ if checkup.problems:
            color = is_terminal()
            click.echo(rendering.render_text(checkup.problems, checkup.sources, color=color))
        case _:
            files = len(checkup.loaded.playbooks)
            click.echo(f"{files} playbook{'s' * (files != 1)} checked, no problems.")


@click.command("format")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if it would.")
def format_command(files: tuple[Path, ...], only_check: bool) -> int:
    """Write playbooks in the one canonical form; comments are kept."""
    from engine.language.formatting import format_text

    changed = 0
    for path in files:
        text = _read(path)
        formatted = format_text(str(path), text)
        if formatted == text:
            continue
        changed += 1
        if not only_check:
            write_file(path, formatted)
        click.echo(f"{'would change' if only_check else 'changed'} {path}")
    click.echo(f"{len(files)} file(s) read, {changed} {'to change' if only_check else 'changed'}.")
    return 1 if only_check and changed else 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read: {reason}", remedy="Check the path.") from error


@click.command("graph")
@click.argument("playbook")
@workspace_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "svg"]),
    default="mermaid",
    show_default=True,
    help="Text that many pages draw by themselves, or a picture.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file."
)
def graph_command(playbook: str, workspace: Path, form: str, output: Path | None) -> None:
    """Draw a playbook, as Mermaid text or as an SVG picture."""
    from engine.language.graph import mermaid, svg

    checkup = check_workspace(workspace)
    plan = checkup.plan(playbook)
    drawn = svg(plan) if form == "svg" else mermaid(plan)
    if output is None:
        click.echo(drawn)
    else:
        write_file(output, drawn)
        click.echo(f"wrote {output}")


@click.command("schema")
@click.argument("file", type=click.Choice(list(SCHEMAS)), default="playbook")
@workspace_option
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file."
)
@click.option(
    "--all",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write those of all files to a folder, as FILE.schema.json.",
)
def schema_command(file: str, workspace: Path, output: Path | None, folder: Path | None) -> None:
    """Write the JSON Schema of a kind of FILE, for editors that complete and check: playbook (the
    usual one), test (*.test.yaml), tenure, schema, people or health."""
    found = (workspace / "tenure.yaml").exists()
    if not found:
        note = f"note: {workspace} has no tenure.yaml; the schema names nothing of yours"
        click.echo(note, err=True)
    loaded = check_workspace(workspace).loaded.workspace if found else None
    if folder is not None:
        for name in write_schemas(folder, loaded):
            click.echo(f"wrote {name}")
        return
    text = schema_text(file, loaded)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, text)
        click.echo(f"wrote {output}")


@click.command("explain")
@click.argument("code")
def explain_command(code: str) -> None:
    """Explain a problem's CODE (TN201), with a bad and a good example."""
    from engine.language.codes import all_codes, docs_page
    from engine.wording import nearest

    codes = all_codes()
    found = codes.get(code.upper())
    if found is None:
        near = nearest(code.upper(), codes)
        raise InputError(
            f"there is no problem code {code}" + (f"; {near}?" if near else ""),
            remedy="Codes are printed with each problem, and listed in docs/problems/.",
        )
    click.echo(docs_page(found))

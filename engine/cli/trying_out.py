"""`tenure test` and `tenure simulate`: see what a playbook does, in milliseconds, no server."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.authoring import show_problems
from engine.cli.options import format_option, is_terminal, workspace_option, write_file
from engine.errors import AuthorError
from engine.services.authoring import Checkup, check_workspace
from engine.services.trying_out import run_playbook_tests, simulate
from engine.simulation.testing import Results
from engine.wording import counted


@click.command("test")
@click.argument("names", nargs=-1)
@workspace_option
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write JUnit XML.",
)
@click.option("--coverage/--no-coverage", default=True, help="Say which steps no test reaches.")
def test_command(
    names: tuple[str, ...], workspace: Path, junit_file: Path | None, coverage: bool
) -> int:
    """Run the *.test.yaml files of a workspace, or only those of some playbooks (NAMES)."""
    checkup = check_workspace(workspace)
    if checkup.errors:
        show_problems(checkup)
        return 1
    results = run_playbook_tests(checkup, names)
    _show(results, checkup)
    if coverage:
        _show_coverage(results, names)
    if junit_file is not None:
        from engine.simulation.junit import junit

        write_file(junit_file, junit(results))
        click.echo(f"wrote {junit_file}")
    return 0 if results.ok else 1


def _show(results: Results, checkup: Checkup) -> None:
    if results.problems:
        from engine.language.rendering import render_text

        click.echo(render_text(results.problems, checkup.loaded.tests, color=is_terminal()))
    for result in results.results:
        mark = click.style("ok  ", fg="green") if result.passed else click.style("FAIL", fg="red")
        click.echo(f"{mark} {result.test.playbook}: {result.test.name}")
        if not result.passed:
            click.echo("\n" + _indented(result.failure) + "\n")
    failed = sum(not result.passed for result in results.results)
    seconds = sum(result.seconds for result in results.results)
    click.echo(
        f"{len(results.results) - failed} passed, {failed} failed in {seconds * 1000:.0f} ms"
    )


def _indented(text: str) -> str:
    return "\n".join(f"     {line}" for line in text.splitlines())


def _show_coverage(results: Results, names: tuple[str, ...]) -> None:
    tested = {result.test.playbook for result in results.results}
    for one in results.coverage:
        if names and one.playbook not in tested:
            continue
        click.echo(f"{one.playbook}: {one.percent} % of {counted(one.total, 'step')} reached")
        for node in one.missed:
            click.echo(f"  no test reaches {node.id}  {node.source}")


@click.command("simulate")
@click.argument("playbook")
@workspace_option
@click.option(
    "--account",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML with the account, its contacts and what people do (the keys of a test).",
)
@click.option(
    "--facts",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What happens: a YAML list, or JSON lines.",
)
@click.option("--icons/--no-icons", default=True, help="A sign before each line.")
@format_option()
def simulate_command(
    playbook: str, workspace: Path, account: Path, facts: Path | None, icons: bool, form: str
) -> int:
    """Play PLAYBOOK for one account on a virtual clock and print the timeline."""
    from engine.language.rendering import render_text
    from engine.simulation import report

    checkup = check_workspace(workspace)
    if checkup.errors:
        show_problems(checkup)
        return 1
    try:
        trace = simulate(checkup, playbook, account, facts)
    except AuthorError as error:
        files = {str(path): path.read_text() for path in (account, facts) if path is not None}
        click.echo(render_text(error.problems, files, color=is_terminal()))
        return 1
    if form == "json":
        click.echo(report.as_json(trace))
    else:
        assert checkup.loaded.workspace is not None
        click.echo(report.timeline(trace, checkup.loaded.workspace.zone, icons=icons))
    return 0

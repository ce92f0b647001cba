"""Trying playbooks out before they are live: simulate one, run the tests of all. No server."""

from __future__ import annotations

from pathlib import Path

from engine.effects.context import Context
from engine.errors import AuthorError, InputError
from engine.services.authoring import Checkup
from engine.simulation.files import read_files
from engine.simulation.scenario import play
from engine.simulation.testing import Results, run_tests
from engine.simulation.trace import Trace


def run_playbook_tests(checkup: Checkup, only: tuple[str, ...] = ()) -> Results:
    """Run the test files of a workspace; `only` keeps those of some playbooks or files.

    Raises AuthorError with all problems when the workspace does not check.
    """
    workspace = checkup.workspace()
    files = {
        file: text
        for file, text in checkup.loaded.tests.items()
        if not only or any(_names(one, file) for one in only)
    }
    if only and not files:
        raise InputError(
            f"no test file is for {', '.join(only)}",
            remedy=f"Test files here: {', '.join(checkup.loaded.tests) or 'none'}.",
        )
    return run_tests(workspace, checkup.plans, files)


def _names(wanted: str, file: str) -> bool:
    return wanted in (file, Path(file).name, Path(file).name.removesuffix(".test.yaml"))


def simulate(checkup: Checkup, playbook: str, account: Path, facts: Path | None) -> Trace:
    """Play one playbook for an account and facts from files.

    Raises AuthorError with every problem of the files, or of the workspace.
    """
    context = Context.of(checkup.workspace())
    plan = checkup.plan(playbook)
    found = read_files(context, plan, _file(account), _file(facts) if facts else None)
    if found.scenario is None:
        raise AuthorError(
            "the scenario cannot be played", problems=found.problems, remedy="Correct the files."
        )
    return play(found.scenario, playbook, checkup.plans, context).trace()


def _file(path: Path) -> tuple[str, str]:
    try:
        return str(path), path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read: {reason}", remedy="Check the path.") from error

"""Bad input to any command: an exit code, one error in words with a remedy, never a traceback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cli.main import run, tenure
from engine.settings import Settings
from engine.stack.datadir import DataDir
from engine.stack.postgres import MAJOR
from tests.cli.conftest import Tenure

OFFLINE = [
    ["check", "-w", "nowhere"],
    ["check", "--format", "xml"],
    ["check", "more"],
    ["format"],
    ["format", "nowhere.yaml"],
    ["format", "rubbish.yaml"],
    ["format", "binary.yaml"],
    ["format", "playbooks"],
    ["graph", "nobody"],
    ["graph", "welcome", "-o", "nowhere/x.svg"],
    ["graph", "welcome", "--format", "png"],
    ["schema", "-o", "nowhere/x.json"],
    ["test", "nobody"],
    ["test", "--junit", "nowhere/x.xml"],
    ["explain", "TN999"],
    ["simulate", "welcome"],
    ["simulate", "nobody", "--account", "rubbish.yaml"],
    ["simulate", "welcome", "--account", "rubbish.yaml"],
    ["simulate", "welcome", "--account", "binary.yaml"],
    ["simulate", "welcome", "--account", "playbooks"],
    ["simulate", "welcome", "--account", "people.yaml", "--facts", "rubbish.yaml"],
    ["init", "tenure.yaml"],
    ["demo", "--day", "0"],
    ["demo", "--day", "nan"],
    ["demo", "--days", "-1"],
    ["demo", "--data-dir", "playbooks"],
    ["up", "--postgres-port", "70000"],
    ["up", "--temporal-port", "x"],
    ["up", "--data-dir", "tenure.yaml"],
    ["nothing"],
    ["tasks", "nothing"],
]
NEED_A_STACK = [
    ["tasks", "list"],
    ["tasks", "show", "t"],
    ["tasks", "complete", "t"],
    ["runs", "list"],
    ["runs", "list", "--stuck"],
    ["runs", "show", "r"],
    ["runs", "pause", "r", "--reason", "x"],
    ["why", "r"],
    ["enroll", "welcome", "acme"],
    ["facts", "send", "meeting.held", "acme"],
    ["import", "users", "data/users.csv"],
    ["sends", "list"],
    ["accounts", "list"],
    ["users", "list"],
    ["playbooks", "list"],
    ["apply"],
    ["db", "upgrade"],
]


NEED_A_REASON = [
    ["tasks", "withdraw", "t"],
    ["runs", "pause", "r"],
    ["runs", "cancel", "r"],
    ["enroll", "drop", "r"],
    ["health", "override", "acme", "red"],
]


@pytest.fixture
def rubbish(workspace: Path) -> Path:
    (workspace / "rubbish.yaml").write_text("a: [1, 2\n")
    (workspace / "binary.yaml").write_bytes(bytes(range(256)))
    return workspace


@pytest.mark.parametrize("arguments", OFFLINE, ids=" ".join)
def test_bad_arguments_are_refused_in_words(
    rubbish: Path, tenure: Tenure, arguments: list[str]
) -> None:
    before = _listing(rubbish)
    code, output = tenure(*arguments)
    assert code in (1, 2)
    _in_words(output)
    assert _listing(rubbish) == before


@pytest.mark.parametrize("arguments", NEED_A_REASON, ids=" ".join)
def test_reason_without_words_is_refused(tenure: Tenure, arguments: list[str]) -> None:
    code, output = tenure(*arguments, "--reason", " ")
    assert code == 2
    assert "--reason says nothing" in output
    _in_words(output)


@pytest.mark.parametrize("arguments", NEED_A_STACK, ids=" ".join)
def test_a_stack_that_does_not_run_is_said_with_what_to_do(
    workspace: Path, tenure: Tenure, arguments: list[str]
) -> None:
    before = _listing(workspace)
    code, output = tenure(*arguments)
    assert code == 2
    assert "`tenure up`" in output
    assert _listing(workspace) == before


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("TENURE_CLOCK", "rubbish", 2),
        ("TENURE_CLOCK", "lapse:1:2:0", 2),
        ("TENURE_DATABASE_URL", "mysql://u:s3cret@h/d", 2),
        ("TENURE_DATABASE_URL", "postgresql+psycopg://u:s3cret@h:port/d", 2),
        ("TENURE_DATABASE_URL", "postgresql+psycopg://u:s3cret@127.0.0.1:1/d", 3),
        ("TENURE_TEMPORAL_ADDRESS", "nowhere", 2),
        ("TENURE_ENCRYPTION_KEYS", "k:s3cret", 2),
        ("TENURE_PUBLIC_URL", "ftp://x", 2),
        ("TENURE_TEMPORAL_TLS", "maybe", 2),
        ("TENURE_TASK_QUEUE", " ", 2),
    ],
)
def test_settings_that_cannot_be_used_are_named_without_their_secrets(
    workspace: Path,
    tenure: Tenure,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    code: int,
) -> None:
    monkeypatch.setenv(name, value)
    found, output = tenure("tasks", "list")
    assert found == code
    assert name in output
    assert "s3cret" not in output
    _in_words(output)


def test_every_setting_is_refused_in_words_when_it_is_empty(
    workspace: Path, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"TENURE_{name.upper()}", "")
        code, output = tenure("tasks", "list")
        assert code == 2
        _in_words(output)
        monkeypatch.delenv(f"TENURE_{name.upper()}")


def test_taken_port_and_used_data_dir_are_named(workspace: Path, tenure: Tenure) -> None:
    free = ["--postgres-port", "0", "--ui-port", "0", "--web-port", "0"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = tenure("up", *free, "--temporal-port", port)
    assert code == 2
    assert f"Port {port}, wanted by Temporal, is taken" in output
    assert "--temporal-port" in output
    holder = DataDir(workspace / ".tenure")
    holder.open(postgres_major=MAJOR)
    code, output = tenure("up", *free, "--temporal-port", "0")
    holder.close()
    assert code == 2
    assert "is in use by process" in output
    _in_words(output)


def test_nearest_command_is_offered(tenure: Tenure) -> None:
    code, output = tenure("chekc")
    assert code == 2
    assert "Did you mean `tenure check`?" in output


# --- every command ----------------------------------------------------------------------------


def commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


ALL = dict(commands(tenure))
WORDS = st.one_of(
    st.sampled_from(["--", "-", "-w", "--format", "json", "--limit", "0", "--at", "--data", "{}"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@pytest.mark.parametrize("names", ALL, ids=" ".join)
def test_every_command_and_option_has_a_help_text(names: tuple[str, ...]) -> None:
    command = ALL[names]
    answer = CliRunner().invoke(tenure, [*names, "--help"])
    assert answer.exit_code == 0
    assert command.help
    assert command.get_short_help_str(200).endswith((".", "?"))
    for option in command.params:
        if isinstance(option, click.Option) and not option.is_eager:
            assert option.help or isinstance(option.type, click.Choice), option.name


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    names=st.sampled_from(sorted(ALL, key=str)).filter(
        lambda names: names[0] not in ("up", "demo", "init") and "--output" not in names
    ),
    more=st.lists(WORDS, max_size=4).filter(lambda more: "-o" not in more),
)
def test_no_arguments_end_in_a_traceback(
    workspace: Path, names: tuple[str, ...], more: list[str]
) -> None:
    assert run([*names, *more]) in (0, 1, 2)


def _in_words(output: str) -> None:
    assert "Traceback" not in output
    assert "Error: " in output or "help: " in output or "help" in output, output
    assert len(output) < 6000


def _listing(root: Path) -> list[str]:
    return sorted(str(path) for path in root.rglob("*") if "__pycache__" not in path.parts)

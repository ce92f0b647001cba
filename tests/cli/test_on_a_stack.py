"""Commands on a database and a Temporal server: imports, facts, runs, tasks, clean ends."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Tenure
from tests.promises.company import Company
from tests.promises.conftest import migrated, on_temporal, open_company
from tests.waiting import read_until, until

__all__ = ["migrated", "on_temporal", "open_company"]

CALL = """\
playbook: call
enroll: {on: [{fact: order.placed}]}
inputs: {tone: {type: text, default: warm}}
steps:
  - task: call
    title: Call them
    assign: csm
    checklist: [Dial, Talk]
    ask: {mood: {one_of: [good, bad]}}
"""
CSV = """\
id,name,arr,renewal_date
b-1,One,1000,2027-01-31
b-2,Two,lots,2027-01-31
,Nobody,1,2027-01-31
b-4,Four,4000,2027-02-31
b-5,Five,5000,2027-01-31
"""
JSON_LISTS = [
    ["accounts", "list"],
    ["accounts", "show", "acme-0"],
    ["users", "list"],
    ["playbooks", "list"],
    ["playbooks", "list", "--all"],
    ["runs", "list"],
    ["tasks", "list"],
    ["sends", "list"],
    ["facts", "rejects", "list"],
]
UNKNOWN = [
    ["accounts", "show", "nobody"],
    ["tasks", "show", "nothing"],
    ["tasks", "complete", "nothing"],
    ["tasks", "approve", "nothing"],
    ["tasks", "ack", "nothing"],
    ["tasks", "withdraw", "nothing", "--reason", "x"],
    ["tasks", "snooze", "nothing", "3d"],
    ["tasks", "reassign", "nothing", "u-max"],
    ["tasks", "comment", "nothing", "well"],
    ["tasks", "comment", "nothing", " "],
    ["sends", "settle", "nothing", "arrived"],
    ["why", "nothing"],
    ["enroll", "nothing", "acme-0"],
    ["enroll", "call", "nobody"],
    ["enroll", "call", "acme-0", "--contact", "nobody"],
    ["enroll", "call", "acme-0", "--input", "tone"],
    ["enroll", "call", "acme-0", "--input", "nothing=x"],
    ["facts", "send"],
    ["facts", "rejects", "show", "7"],
    ["facts", "rejects", "replay", "7"],
    ["facts", "rejects", "drop"],
    ["facts", "send", "order.placed"],
    ["facts", "send", "order.placed", "nobody"],
    ["facts", "send", "order.placed", "acme-0", "--data", "{"],
    ["facts", "send", "order.placed", "acme-0", "--data", "[]"],
    ["facts", "send", "order.placed", "acme-0", "--at", "yesterday"],
    ["facts", "send", "health.changed", "acme-0", "--data", '{"score": 200}'],
    ["facts", "send", "health.changed", "acme-0", "--data", "{}"],
    ["facts", "send", "health.changed", "acme-0", "--data", '{"score": "high"}'],
    ["tasks", "list", "--after", "nonsense"],
    ["apply", "-w", "nowhere"],
]


@pytest.fixture
def company(open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose settings are those of this process."""
    company = open_company(call=CALL, n=2)
    for name, value in company.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(company.root)
    return company


@pytest.fixture
def server(on_temporal: Callable[..., Company]) -> Company:
    return on_temporal(call=CALL, n=3)


@pytest.mark.parametrize("arguments", JSON_LISTS, ids=" ".join)
def test_json_of_every_list_can_be_read(
    company: Company, tenure: Tenure, arguments: list[str]
) -> None:
    company.begin()
    code, output = tenure(*arguments, "--format", "json")
    assert code == 0
    assert json.loads(output) is not None
    code, output = tenure(*arguments)
    assert code == 0
    assert output.strip()


@pytest.mark.parametrize("arguments", UNKNOWN, ids=" ".join)
def test_what_is_not_there_is_said_and_nothing_is_done(
    company: Company, tenure: Tenure, arguments: list[str]
) -> None:
    code, output = tenure(*arguments)
    assert code in (1, 2), output
    assert "Traceback" not in output
    assert "help: " in output or "rejected" in output or "not enrolled" in output, output
    assert company.runs() == []
    assert company.backlog() == 0


def test_import_keeps_good_rows_names_bad_ones_and_is_idempotent(
    company: Company, tenure: Tenure
) -> None:
    path = company.root / "accounts.csv"
    path.write_text(CSV)
    code, output = tenure("import", "accounts", path)
    assert code == 1
    assert "accounts: 2 imported, 0 unchanged, 3 rejected" in output
    for line in (3, 4, 5):
        assert f"accounts.csv:{line}" in output
    path.write_text("\n".join(CSV.splitlines()[number] for number in (0, 1, 5)))
    code, output = tenure("import", "accounts", path, "--format", "json")
    assert code == 0
    assert json.loads(output)["unchanged"] == 2
    assert {run.account for run in company.runs()} == set()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"colour,shape\nred,round\n", b'id,name\n"open,1\n']
)
def test_file_that_is_no_table_of_accounts_is_refused(
    company: Company, tenure: Tenure, content: bytes
) -> None:
    path = company.root / "accounts.csv"
    path.write_bytes(content)
    code, output = tenure("import", "accounts", path)
    assert code in (1, 2)
    assert "Traceback" not in output
    assert "accounts.csv" in output
    assert len(tenure("accounts", "list")[1].splitlines()) == 3


def test_facts_of_a_bad_file_are_rejected_one_by_one(company: Company, tenure: Tenure) -> None:
    facts = [
        {"fact": "order.placed", "account": "acme-0", "id": "f-1"},
        {"fact": "order.placed", "account": "nobody", "id": "f-2"},
        {"fact": "order.placed", "account": "acme-1", "id": "f-3", "colour": "red"},
        {"fact": "", "account": "acme-1", "id": "f-4"},
        {"fact": "order.placed", "account": "acme-0", "id": "f-1"},
        {"fact": "order.paid", "account": "acme-0", "id": "f-5", "at": "never"},
        {"fact": "order.paid", "account": "acme-0", "id": "f-6"},
    ]
    path = company.root / "facts.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in facts))
    code, output = tenure("facts", "send", "--file", path, "--format", "json")
    assert code == 1
    assert [one["status"] for one in json.loads(output)] == [
        *("accepted", "rejected", "rejected", "rejected", "duplicate", "rejected", "accepted")
    ]
    assert len(company.runs()) == 1


def test_line_that_is_no_json_is_named_and_kept(company: Company, tenure: Tenure) -> None:
    path = company.root / "facts.jsonl"
    good = json.dumps({"fact": "order.placed", "account": "acme-0", "id": "f-1"})
    path.write_text(f"nonsense\n{good}\n")
    code, output = tenure("facts", "send", "--file", path)
    assert code == 1
    assert "facts.jsonl:1: rejected: it is not a JSON object. Write {" in output
    assert "(kept as reject 1)" in output
    assert "2 facts: 1 accepted, 0 duplicate, 1 rejected" in output
    assert len(company.runs()) == 1
    assert "nonsense" in tenure("facts", "rejects", "show", "1")[1]


def test_csv_is_sent_and_its_bad_line_named(company: Company, tenure: Tenure) -> None:
    path = company.root / "facts.csv"
    path.write_text(
        "fact,account,id,data.score\nhealth.changed,acme-0,h-1,35\nhealth.changed,acme-1,h-2,lots\n"
    )
    code, output = tenure("facts", "send", "--file", path)
    assert code == 1
    assert "facts.csv:3: rejected: 'score' of a fact health.changed is not a number" in output
    assert "2 facts: 1 accepted, 0 duplicate, 1 rejected" in output
    assert "kept as reject" in output


def test_array_on_stdin_is_sent(
    company: Company, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = {"fact": "order.placed", "account": "acme-0", "id": "f-1"}
    given = io.TextIOWrapper(io.BytesIO(json.dumps([fact, fact]).encode()))
    monkeypatch.setattr("sys.stdin", given)
    code, output = tenure("facts", "send", "--file", "-")
    assert (code, len(company.runs())) == (0, 1)
    assert "2 facts: 1 accepted, 1 duplicate, 0 rejected" in output


def test_reject_is_taken_in_after_the_fix(company: Company, tenure: Tenure) -> None:
    assert tenure("facts", "send", "order.placed", "acme-2")[0] == 1
    assert "acme-2" in tenure("facts", "rejects", "list")[1]
    company.people(3)
    assert tenure("facts", "rejects", "replay", "--all") == (
        0,
        "1 accepted\n1 taken in, 0 still rejected\n",
    )
    assert [run.account for run in company.runs()] == ["acme-2"]


def test_fact_nobody_declared_is_named_with_the_nearest(company: Company, tenure: Tenure) -> None:
    code, output = tenure("facts", "send", "contract.signd", "acme-0")
    assert code == 0
    assert "note: schema.yaml declares no fact contract.signd; did you mean contract.signed?" in (
        output
    )
    assert "note:" not in tenure("facts", "send", "contract.signed", "acme-0")[1]


# --- with Temporal ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.temporal
def test_a_run_from_the_terminal(server: Company) -> None:
    server.start_worker()
    code, run = server.tenure("enroll", "call", "acme-0", "--as", "u-ann")
    run = run.strip()
    assert code == 0, run
    assert "already under way" in server.tenure("enroll", "call", "acme-0")[1]
    (task,) = until(lambda: server.tasks_of(run), "a task")
    by = ("--as", "u-ann")
    assert server.tenure("tasks", "comment", task.id, "they are out", *by)[0] == 0
    assert server.tenure("tasks", "reassign", task.id, "u-max", *by)[0] == 0
    assert server.tenure("tasks", "snooze", task.id, "2d", *by)[0] == 0
    code, output = server.tenure("tasks", "complete", task.id, "--set", "mood=so", *by)
    assert (code, "Choose one of: good, bad." in output) == (2, True)
    code, output = server.tenure("runs", "show", run)
    assert code == 0
    assert "playbooks/call.yaml:5" in output
    code, output = server.tenure("tasks", "complete", task.id, "--set", "mood=good", *by)
    assert code == 0, output
    until(lambda: server.run_of(run).outcome, "the end")
    code, output = server.tenure("why", run)
    assert code == 0
    assert "playbooks/call.yaml:5" in output
    assert "by hand, u-ann" in output
    assert f"task {task.id} given to u-max by u-ann" in output
    for command in (["pause", run, "--reason", "x"], ["resume", run], ["migrate", run]):
        code, output = server.tenure("runs", *command)
        assert code == 2, output
        assert "help: " in output


@pytest.mark.slow
@pytest.mark.temporal
def test_processes_with_a_client_leave_cleanly(server: Company) -> None:
    """A Temporal client's threads crash one process in four that tears itself down."""
    commands = [["runs", "list", "--stuck"], ["runs", "show", "nothing"]] * 5
    processes = [server.start("-m", "engine.cli.main", *command) for command in commands]
    codes = [process.wait(60) for process in processes]
    assert codes == [0, 2] * 5
    for process in processes:
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()


def test_temporal_that_is_away_is_said(server: Company) -> None:
    server.settings["TENURE_TEMPORAL_ADDRESS"] = "127.0.0.1:1"
    code, output = server.tenure("runs", "list", "--stuck")
    assert code == 3
    assert "Temporal does not answer at 127.0.0.1:1" in output
    assert "Traceback" not in output


# --- pipes and signals ------------------------------------------------------------------------


def test_reader_that_goes_away_is_no_error(company: Company) -> None:
    facts = company.root / "facts.jsonl"
    facts.write_text('{"fact": "order.paid", "account": "acme-0"}\n' * 20)
    for command in ("schema", "facts send --file facts.jsonl", "graph call --format svg"):
        line = (
            f"{sys.executable} -m engine.cli.main {command} | head -c 20; echo ${{PIPESTATUS[0]}}"
        )
        done = subprocess.run(
            ["bash", "-c", line],
            env=company.environment(),
            cwd=company.root,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stderr == ""
        assert done.stdout.endswith("0\n"), done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("seen", "exit_code"), [("starting  postgres", 130), ("Ctrl-C stops", 0)])
def test_ctrl_c_ends_up_with_everything_stopped(
    company: Company, server_home: Path, seen: str, exit_code: int
) -> None:
    data = server_home / "data"
    ports = [f"--{name}-port=0" for name in ("postgres", "temporal", "ui", "web")]
    url = company.settings.pop("TENURE_DATABASE_URL")
    up = company.start("-m", "engine.cli.main", "up", "--data-dir", str(data), *ports)
    try:
        read_until(up, seen)
        up.send_signal(signal.SIGINT)
        output, _ = up.communicate(timeout=60)
        assert "Traceback" not in output
        assert up.returncode == exit_code, output
        code, output = company.tenure("status", "--data-dir", str(data))
        assert (code, output) == (1, f"No stack runs on {data}.\n")
    finally:
        company.settings["TENURE_DATABASE_URL"] = url

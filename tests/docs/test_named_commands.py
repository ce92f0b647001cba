"""Commands that pages and messages name exist, with the options they are named with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from engine.cli.enrolling import StartUnlessSaid
from engine.cli.main import tenure
from engine.delivery.settings import from_settings
from tests.docs.pages import DOCS, ROOT, blocks, pages

CODE = sorted([*(ROOT / "engine").rglob("*.py"), *(ROOT / "workflows").glob("*.py")])
PLACEHOLDER = re.compile(r"[A-Z…{\[]|\.\.\.")


def named_on_pages() -> Iterator[tuple[str, str]]:
    for page in pages():
        text = page.read_text("utf-8")
        for found in re.findall(r"`tenure ([^`]+)`", text):
            yield str(page.relative_to(ROOT)), found
        for block in blocks(page):
            if block.language in ("text", "sh", "console"):
                for found in re.findall(r"^(?:\$ )?tenure (.+)$", block.text, flags=re.MULTILINE):
                    yield str(block), found


def named_in_messages() -> Iterator[tuple[str, str]]:
    for file in CODE:
        for found in re.findall(r"`tenure ([^`\n]+)`", file.read_text("utf-8")):
            yield str(file.relative_to(ROOT)), found


def wrong(words: list[str]) -> str | None:
    """Say what is wrong with the words after `tenure`; None when they can be typed."""
    command: click.Command = tenure
    context = click.Context(tenure, info_name="tenure")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if PLACEHOLDER.match(words[0]):
            return None
        inner = command.get_command(context, words[0])
        if inner is None and isinstance(command, StartUnlessSaid):
            command = command.commands["start"]
            break
        if inner is None:
            return f"there is no command {words[0]}"
        command, words = inner, words[1:]
    if isinstance(command, click.Group) and "list" in command.commands:
        command = command.commands["list"]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    given = [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]
    odd = [word for word in given if word not in {*known, "--help", "-h", "--version"}]
    return f"there is no option {', '.join(odd)}" if odd else None


@pytest.mark.parametrize(
    "named", [*named_on_pages(), *named_in_messages()], ids=lambda named: f"{named[0]}: {named[1]}"
)
def test_named_command_exists(named: tuple[str, str]) -> None:
    words = re.split(r"[ |]+", named[1].rstrip("."))
    assert wrong(words) is None


def test_what_does_not_exist_is_noticed() -> None:
    assert wrong(["taks", "list"]) == "there is no command taks"
    assert wrong(["tasks", "list", "--overdu"]) == "there is no option --overdu"


def test_email_addresses_shown_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "operating.md").read_text("utf-8").partition("\n## Email\n")[2]
    table = text.partition("\n\n\n")[0].partition("### ")[0]
    shown = re.findall(r"^\| `([a-z]+:[^`]+)` \|", table, flags=re.MULTILINE)
    assert {one.partition(":")[0] for one in shown} == {
        "eml",
        "smtp",
        "smtps",
        "sendgrid",
        "memory",
    }
    assert all(from_settings(one) for one in shown)

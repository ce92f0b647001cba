"""Walking through a page as a reader would: files are written, commands run, answers compared.

    <!-- file: PATH -->   the next block becomes that file
    <!-- edit: PATH -->   each line of the next block replaces the line with the same key, or
                          follows the line before it
    ```console            lines with `$ ` are run; what is below each has to come out

Compared are words, not widths: ids, dates, ports and durations stand for any of their kind, and an
id in a later command means the real one. `…` stands for any lines.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.docs.pages import Block

PATIENCE_S = 60.0
READ_ONLY = ("list", "show", "why", "ls", "status")
VARYING = {
    "ID": r"\b[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*\.[a-z0-9]{8}\b|\bt-[a-z0-9]{10}\b"
    r"|\bf-[0-9a-f]{16}\b|\b[0-9a-f]{16}\b",
    "TIME": r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2})?",
    "LONG": r"\b[0-9]+ ms\b",
    "PORT": r"(?:\bport |127\.0\.0\.1:)[0-9]+\b",
}
_VARYING = re.compile("|".join(f"(?P<{name}>{form})" for name, form in VARYING.items()))


@dataclass
class Walk:
    """One walk in a directory of its own. A context manager: what it started ends with it."""

    folder: Path
    real: dict[str, str] = field(default_factory=dict)
    stack: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.stack is not None:
            self.stack.terminate()
            self.stack.communicate(timeout=60)

    def take(self, block: Block) -> None:
        """Do what a block says."""
        match block.mark:
            case ("file", path):
                target = self.folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text, encoding="utf-8")
            case ("edit", path):
                target = self.folder / path
                target.write_text(edited(target.read_text("utf-8"), block.text), encoding="utf-8")
            case _ if block.language == "console":
                for command, shown in commands(block.text):
                    self.run(command, shown, where=str(block))

    def run(self, command: str, shown: list[str], *, where: str) -> None:
        """Run one command and compare what it says; a question is asked again for a while."""
        words = shlex.split(self._with_real_ids(command))
        if words[0] == "cd":
            self.folder /= words[1]
            return
        if words[:2] == ["tenure", "up"]:
            self._start(words[1:], shown, where)
            return
        asks_only = any(word in READ_ONLY for word in words)
        give_up = time.monotonic() + (PATIENCE_S if asks_only else 0)
        while True:
            said = self._output(words)
            if self._fits(shown, said) or time.monotonic() >= give_up:
                break
        assert self._fits(shown, said), (
            f"{where}: $ {command}\nshown:\n{lines(shown)}\nsaid:\n{said}"
        )
        self._learn(shown, said)

    def _output(self, words: list[str]) -> str:
        done = subprocess.run(
            program(words),
            cwd=self.folder,
            env=environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stdout, done.stdout
        return done.stdout

    def _start(self, arguments: list[str], shown: list[str], where: str) -> None:
        """Start the stack with free ports and read until it runs."""
        ports = [f"--{name}-port=0" for name in ("postgres", "temporal", "ui", "web")]
        self.stack = subprocess.Popen(
            program(["tenure", *arguments, *ports]),
            cwd=self.folder,
            env=environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.stack.stdout is not None
        said = ""
        for line in self.stack.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        assert self._fits(shown, said), f"{where}: tenure up\nshown:\n{lines(shown)}\nsaid:\n{said}"

    def _fits(self, shown: list[str], said: str) -> bool:
        return re.fullmatch(pattern(shown), plain(said)) is not None

    def _learn(self, shown: list[str], said: str) -> None:
        """Remember which real id each id on the page stands for."""
        found = [match[0] for match in re.finditer(VARYING["ID"], said)]
        written = [match[0] for match in re.finditer(VARYING["ID"], "\n".join(shown))]
        if len(found) == len(written):
            self.real.update(zip(written, found, strict=True))

    def _with_real_ids(self, command: str) -> str:
        return re.sub(VARYING["ID"], lambda match: self.real.get(match[0], match[0]), command)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        yield command, shown


def edited(text: str, change: str) -> str:
    """Replace the lines that have the keys of the changed ones; new keys follow the line before.

    >>> edited("a: 1\\nb: 2\\n", "a: 3\\nc: 4\\n")
    'a: 3\\nc: 4\\nb: 2\\n'
    """
    found = text.splitlines()
    position = 0
    for line in change.splitlines():
        later = [n for n, one in enumerate(found) if n >= position and key(one) == key(line)]
        if later:
            position = later[0]
            found[position] = line
        else:
            found.insert(position, line)
        position += 1
    return "\n".join(found) + "\n"


def key(line: str) -> str:
    """What a line of YAML is about; an item that is a mapping on one line is about itself."""
    whole = line.strip()
    return whole if whole.startswith("- {") else whole.partition(":")[0]


def pattern(shown: list[str]) -> str:
    """What has to come out, as a regular expression over plain words."""
    parts = [r".*?" if line.strip() == "…" else re.escape(plain(line)) + r"\s*" for line in shown]
    return r"(?s:\s*" + "".join(parts) + r"\s*)"


def plain(text: str) -> str:
    """Take out what differs from run to run, and the widths of columns."""
    told = _VARYING.sub(lambda match: match.lastgroup or "", text)
    return re.sub(r"[ \t]+", " ", re.sub(r"\s*\n\s*", "\n", told)).strip()


def lines(shown: list[str]) -> str:
    """Write the lines of a page."""
    return "\n".join(shown)


def program(words: list[str]) -> list[str]:
    """How a command is run here: ours with this interpreter."""
    if words[0] == "tenure":
        return [sys.executable, "-m", "engine.cli.main", *words[1:]]
    assert words[0] == "ls", f"pages run tenure, cd and ls; not {words[0]}"
    return words


def environment() -> dict[str, str]:
    """The environment without settings of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TENURE_")}
    return {**kept, "COLUMNS": "200"}

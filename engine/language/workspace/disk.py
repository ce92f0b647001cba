"""The files of a workspace on disk: finding them, and reading them as text.

Owns limits, encodings and symbolic links. It must not know what a file says.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from engine.language.diagnostics import Problem
from engine.language.source import MAX_BYTES
from engine.plan.model import Source

MAX_FILES = 2_000
MAX_DEPTH = 20


class Disk:
    """Reads below `root` and names every file relative to it. Collects `texts` and `problems`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.texts: dict[str, str] = {}
        self.problems: list[Problem] = []

    def name(self, path: Path) -> str:
        """Return how messages name `path`: relative to the workspace, with slashes."""
        return Path(os.path.relpath(path, self.root)).as_posix()

    def read(self, path: Path) -> str | None:
        """Return a file's text: line ends `\\n`, no byte order mark. Noted when it has none."""
        file = self.name(path)
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                self._refuse("TN100", "This is not a file.", file, "Name it otherwise, or move it.")
                return None
            if status.st_size > MAX_BYTES:
                message = f"The file is larger than {MAX_BYTES // 1024} kB."
                self._refuse("TN101", message, file, "Split it into several files.")
                return None
            data = path.read_bytes()
        except OSError as error:
            message = f"The file cannot be read: {error.strerror or 'unknown reason'}."
            self._refuse("TN100", message, file, "Check the link or its permissions.")
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            remedy = "Save it as UTF-8."
            self._refuse("TN100", "The file is not UTF-8 text.", file, remedy, line)
            return None
        self.texts[file] = text.replace("\r\n", "\n").replace("\r", "\n")
        return self.texts[file]

    def walk(self, directory: Path) -> Iterator[Path]:
        """Yield the files below `directory`, sorted; hidden ones left out, links followed once."""
        left = MAX_FILES
        for path in self._below(directory, ()):
            left -= 1
            if left < 0:
                message = f"The folder holds more than {MAX_FILES:,} files and folders."
                remedy = "Name a folder that holds nothing but playbooks or templates."
                self._refuse("TN418", message, self.name(directory), remedy)
                return
            if not os.path.isdir(path):
                yield path

    def _below(self, directory: Path, above: tuple[str, ...]) -> Iterator[Path]:
        """Yield everything below, folders before what is in them."""
        real = os.path.realpath(directory)
        if real in above:
            message = "This link leads back to a folder it is in."
            self._refuse("TN417", message, self.name(directory), "Remove the link.")
            return
        if len(above) > MAX_DEPTH:
            message = f"Folders are nested more than {MAX_DEPTH} deep."
            self._refuse("TN418", message, self.name(directory), "Arrange them flatter.")
            return
        for entry in self._entries(directory):
            yield entry
            if os.path.isdir(entry):
                yield from self._below(entry, (*above, real))

    def _entries(self, directory: Path) -> list[Path]:
        try:
            return sorted(one for one in directory.iterdir() if not one.name.startswith("."))
        except OSError as error:
            message = f"The folder cannot be read: {error.strerror or 'unknown reason'}."
            self._refuse("TN100", message, self.name(directory), "Check its permissions.")
            return []

    def _refuse(self, code: str, message: str, file: str, remedy: str, line: int = 1) -> None:
        self.problems.append(Problem(code, message, Source(file, line, 1), remedy))

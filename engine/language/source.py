"""Source: an author's YAML as plain values that know where they were written.

Owns reading a file (size, encoding) and the `Document` it becomes. The reading of words is in
`scalars.py`, the structure in `composing.py`, syntax errors in `syntax.py`. Knows nothing of what
a playbook or a workspace file must contain.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from engine.language.composing import Composer, Refused
from engine.language.diagnostics import Problem, Severity
from engine.language.places import Lines, Path, Place, content_index
from engine.language.syntax import explain
from engine.plan.model import Source

MAX_BYTES = 256 * 1024

_UNREADABLE = re.compile(
    r"[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its text (every line ends with `\\n`, no byte order mark) and its value.

    `value` is plain Python: dict, list, str, int, float, bool, None. A value repeated by an alias
    is one shared object, so treat it as read-only. A path is the keys and indexes that lead to a
    value; one that does not exist stands for its nearest existing parent.
    """

    file: str
    text: str
    value: Any
    root: Place = field(repr=False)
    lines: Lines = field(repr=False)

    def where(self, path: Path = (), *, key: bool = False) -> Source:
        """Return where the value at `path` begins, or (`key`) where its key does."""
        return self._source(self._span(path, key=key)[0])

    def length(self, path: Path = (), *, key: bool = False) -> int:
        """Return how many characters to underline at `where`: never past the end of its line."""
        return self.lines.rest(*self._span(path, key=key))

    def problem(
        self,
        code: str,
        message: str,
        path: Path,
        remedy: str,
        *,
        key: bool = False,
        severity: Severity = "error",
    ) -> Problem:
        """Return a problem with the value at `path`, or (`key`) with its key."""
        where, length = self.where(path, key=key), self.length(path, key=key)
        return Problem(code, message, where, remedy, length, severity)

    def text_at(self, path: Path, offset: int = 0) -> Source:
        """Return where character `offset` of the content of the scalar at `path` was typed.

        Right inside quotes, escapes, block scalars and folded text; for a value that is not text,
        where it begins.
        """
        place, value, _ = self._find(path)
        if place.style == "alias" or not isinstance(value, str):
            return self._source(place.start)
        return self._source(content_index(self.text, place, value, offset))

    def scalar_start(self, path: Path) -> Source:
        """Return where the content of the scalar at `path` begins: after a quote or a `|` line."""
        return self.text_at(path, 0)

    def _source(self, index: int) -> Source:
        return Source(self.file, *self.lines.at(index))

    def _find(self, path: Path) -> tuple[Place, Any, tuple[int, int] | None]:
        place, value, key = self.root, self.value, None
        for step in path:
            inner = place.items.get(step)
            if inner is None:
                break
            place, value, key = inner, value[step], place.keys.get(step)
        return place, value, key

    def _span(self, path: Path, *, key: bool) -> tuple[int, int]:
        place, _, of_key = self._find(path)
        if key and of_key is not None:
            return of_key
        if place.style == "block" and place.keys:
            return next(iter(place.keys.values()))
        if place.style in ("block", "|", ">"):
            return place.start, place.start + 1
        return place.start, place.end


def load(file: str, text: str) -> tuple[Document | None, list[Problem]]:
    """Read YAML; never raises. No document when it cannot be read or is beyond a limit.

    Problems that leave something to read (a key twice, a tag) come with a document, so that the
    checks that follow can add theirs.

    >>> document, problems = load("a.yaml", "on: [no]")
    >>> document.value, problems[0].code, str(problems[0].where)
    ({'on': ['no']}, 'TN140', 'a.yaml:1:6')
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if problem := _unreadable(file, text):
        return None, [problem]
    # A `|` text at the end of the file means the same whether or not the editor ended the line.
    lines = Lines.of(text if text.endswith("\n") else f"{text}\n")
    composer = Composer(file, lines)
    try:
        value, root = composer.document()
    except Refused as refused:
        return None, [refused.problem]
    except yaml.YAMLError as error:
        return None, _before(composer.found.problems, explain(error, file, lines))
    return Document(file, lines.text, value, root, lines), composer.found.problems


def load_path(
    path: str | os.PathLike[str], *, root: str | os.PathLike[str]
) -> tuple[Document | None, list[Problem]]:
    """Read the YAML file at `path`; problems name it relative to the workspace `root`.

    A file that is missing, too large or not UTF-8 is a problem like any other.
    """
    file = FilePath(os.path.relpath(path, root)).as_posix()
    try:
        if not FilePath(path).is_file():
            return None, [_unread(file, "There is no such file.", "Check the name and the folder.")]
        if FilePath(path).stat().st_size > MAX_BYTES:
            return None, [_too_large(file)]
        data = FilePath(path).read_bytes()
    except OSError as error:
        said = error.strerror or "unknown reason"
        return None, [_unread(file, f"The file cannot be read: {said}.", "Check its permissions.")]
    try:
        return load(file, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [_unread(file, "The file is not UTF-8 text.", "Save it as UTF-8.", line)]


def _unreadable(file: str, text: str) -> Problem | None:
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return _too_large(file)
    if not (found := _UNREADABLE.search(text)):
        return None
    return Problem(
        "TN111",
        f"There is an unreadable character (U+{ord(found[0]):04X}) in the file.",
        Source(file, *Lines.of(text).at(found.start())),
        "Delete it; such characters often come with text copied from another program.",
    )


def _unread(file: str, message: str, remedy: str, line: int = 1) -> Problem:
    return Problem("TN100", message, Source(file, line, 1), remedy)


def _too_large(file: str) -> Problem:
    message = f"The file is larger than {MAX_BYTES // 1024} kB."
    return Problem("TN101", message, Source(file, 1, 1), "Split it into several files.")


def _before(problems: list[Problem], last: Problem) -> list[Problem]:
    """Keep what was found above a syntax error; what is beside it is most likely its echo."""
    return [*(one for one in problems if one.where.line < last.where.line), last]

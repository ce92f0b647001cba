"""A workspace as it was at a revision of git: its files, unpacked into a folder of their own.

Owns what is asked of git and what is unpacked. Changes nothing in the repository, and knows no
playbooks.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.errors import InputError

_READ = frozenset([".yaml", ".yml", ".md"])
"""The endings of the files a workspace is made of."""
_LARGEST = 2_000_000
"""No file of a workspace is as large; what is, is something else."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of the repository a file is in. `top` is its folder, `name` what was asked for."""

    top: Path
    name: str

    @classmethod
    def of(cls, file: Path, name: str) -> Revision:
        """Find the repository of a file. Raises InputError when it has no such revision of it."""
        folder = file.resolve().parent
        shown = _git(folder, "rev-parse", "--show-toplevel")
        is_option = name.startswith("-")
        known = None if is_option else _git(folder, "cat-file", "-e", f"{name}:./{file.name}")
        if shown is None or known is None:
            raise InputError(
                f"git has no {file.name} at {name}",
                remedy="Name a revision that has the file: a tag, a branch or a commit.",
            )
        return cls(Path(shown.decode().rstrip("\n")), name)

    def inside(self, path: Path) -> PurePosixPath | None:
        """Return where a file or folder is in the repository; None when it is outside."""
        try:
            return PurePosixPath(path.resolve().relative_to(self.top.resolve()).as_posix())
        except ValueError:
            return None

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """Unpack the files a workspace may be made of into a folder that goes away afterwards."""
        packed = _git(self.top, "archive", "--format=tar", f"{self.name}^{{tree}}")
        with tempfile.TemporaryDirectory(prefix="tenure-") as home:
            with tarfile.open(fileobj=io.BytesIO(packed or b"")) as archive:
                wanted = [one for one in archive if _is_wanted(one)]
                archive.extractall(home, wanted, filter="data")
            yield Path(home)


def _is_wanted(one: tarfile.TarInfo) -> bool:
    return one.isfile() and one.size <= _LARGEST and PurePosixPath(one.name).suffix in _READ


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git says; None when it cannot."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None

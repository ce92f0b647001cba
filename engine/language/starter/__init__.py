"""The workspace that `tenure init` writes: complete, commented, and one that works.

Owns the files below `files/` and their copying. Must not know what they say.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError

_FILES = Path(__file__).parent / "files"
_GITIGNORE = "# What `tenure up` keeps: data, and passwords\n/.tenure/\n"


def starter_files() -> dict[str, str]:
    """Return the text of every file of the starter by its name in the workspace."""
    found = sorted(path for path in _FILES.rglob("*") if path.is_file())
    texts = {path.relative_to(_FILES).as_posix(): path.read_text("utf-8") for path in found}
    return {".gitignore": _GITIGNORE, **texts}


def write_starter(directory: Path) -> list[Path]:
    """Write the starter into `directory` and return the files written.

    InputError when one of the files is there already, or when the folder cannot be written to;
    then nothing is left behind.
    """
    files = starter_files()
    there = [name for name in files if _exists(directory / name)]
    if there:
        raise InputError(
            f"{directory} already has {', '.join(there)}",
            remedy="Name a new folder, or move these files away first.",
        )
    written: list[Path] = []
    try:
        for name, text in files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(path)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise InputError(
            f"{directory} cannot be written to: {error.strerror}",
            remedy="Check its permissions, or name another folder.",
        ) from error
    return written


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()

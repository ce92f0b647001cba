"""The data directory: its layout, lock, version, and the note of what runs on it.

    VERSION              format of the directory and PostgreSQL's major version
    lock                 held by the supervisor while it lives; holds its pid
    stack.json           addresses and processes of the running stack (0600: holds the password)
    postgres/            PostgreSQL's own files      postgres.password   its generated password
    temporal/            Temporal's database file    logs/               one per process

The lock is an open-file-description lock: it dies with the process, and asking whether it is held
does not take it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from engine.errors import InputError

FORMAT = 1
_FLOCK = "hhqqi4x"  # struct flock of fcntl(2), 64 bit: type, whence, start, length, pid


@dataclass(frozen=True, slots=True)
class ProcessNote:
    """A process of the stack: its pid and when it was created (epoch) name it for ever."""

    name: str
    pid: int
    created_s: float


@dataclass(frozen=True, slots=True)
class StackInfo:
    """Where a running stack is. `database_url` holds the password: do not print it. `settings` are
    others that every process on this stack has to share (the clock, the way emails leave)."""

    data_dir: str
    pid: int
    postgres_port: int
    temporal_port: int
    ui_port: int
    database_url: str
    temporal_address: str
    ui_url: str
    processes: tuple[ProcessNote, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The settings that point a Tenure process at this stack."""
        return {
            "TENURE_DATABASE_URL": self.database_url,
            "TENURE_TEMPORAL_ADDRESS": self.temporal_address,
            "TENURE_DATA_DIR": self.data_dir,
            **{f"TENURE_{name.upper()}": value for name, value in self.settings.items()},
        }

    def __repr__(self) -> str:
        return f"StackInfo(data_dir={self.data_dir!r}, pid={self.pid})"


def read_stack(data_dir: Path) -> StackInfo | None:
    """The stack that runs on `data_dir`, or None; a note left by a dead supervisor is no stack."""
    directory = DataDir(data_dir)
    return directory.read_info() if directory.is_locked() else None


class DataDir:
    """Paths of a data directory, and its lock."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.postgres = self.path / "postgres"
        self.temporal = self.path / "temporal"
        self.logs = self.path / "logs"
        self._lock_file = self.path / "lock"
        self._info_file = self.path / "stack.json"
        self._version_file = self.path / "VERSION"
        self._lock: int | None = None

    def open(self, *, postgres_major: int) -> None:
        """Create what is missing, take the lock, check the version.

        Raises `InputError` when the directory cannot be written, is in use, or belongs to another
        version.
        """
        try:
            self._create()
            self._take_lock()
            self._check_version(postgres_major)
        except OSError as error:
            self.close()
            problem = "not a directory" if isinstance(error, FileExistsError) else error.strerror
            raise InputError(
                f"The data directory {self.path} cannot be used: {problem}.",
                remedy="Choose a directory you may write to with --data-dir.",
            ) from error
        except InputError:
            self.close()
            raise

    def close(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def is_locked(self) -> bool:
        """Whether a supervisor, this process or another, holds the directory."""
        try:
            descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            query = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, query)
            return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)
        finally:
            os.close(descriptor)

    def write_info(self, info: StackInfo) -> None:
        """Leave the note for other commands, whole or not at all."""
        write_private(self._info_file, json.dumps(asdict(info), indent=2) + "\n")

    def remove_info(self) -> None:
        """Remove the note."""
        self._info_file.unlink(missing_ok=True)

    def read_info(self) -> StackInfo | None:
        """The note, whoever left it; None when there is none that can be read."""
        try:
            fields = json.loads(self._info_file.read_text())
            notes = tuple(ProcessNote(**note) for note in fields.pop("processes"))
            return StackInfo(**fields, processes=notes)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _create(self) -> None:
        # PostgreSQL's user has to pass through when we are root; what is secret has its own mode.
        self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        for directory in (self.logs, self.temporal):
            directory.mkdir(mode=0o700, exist_ok=True)

    def _take_lock(self) -> None:
        self._lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        request = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        try:
            fcntl.fcntl(self._lock, fcntl.F_OFD_SETLK, request)
        except (BlockingIOError, PermissionError) as error:
            holder = os.pread(self._lock, 32, 0).decode(errors="replace").strip() or "unknown"
            raise InputError(
                f"The data directory {self.path} is in use by process {holder}.",
                remedy="Stop that one first, or choose another directory with --data-dir.",
            ) from error
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def _check_version(self, postgres_major: int) -> None:
        ours = {"format": FORMAT, "postgres": postgres_major}
        if not self._version_file.exists():
            write_private(self._version_file, json.dumps(ours) + "\n")
        found = self._read_version()
        with contextlib.suppress(FileNotFoundError, ValueError, NotADirectoryError):
            found["postgres"] = int((self.postgres / "PG_VERSION").read_text())
        for key, words in (("format", "has format"), ("postgres", "was made by PostgreSQL")):
            if found.get(key) != ours[key]:
                raise InputError(
                    f"The data directory {self.path} {words} {found.get(key)};"
                    f" this Tenure uses {ours[key]}.",
                    remedy="Dump it with the Tenure that made it and restore the dump into a new"
                    " directory, or choose another with --data-dir.",
                )

    def _read_version(self) -> dict[str, object]:
        try:
            found = json.loads(self._version_file.read_text())
        except ValueError:
            found = None
        return found if isinstance(found, dict) else {}


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)

"""Email as files: each message a numbered `.eml` in a directory, to be opened in a mail program.

Owns the file names and that there is one file per ledger key, whatever crashes. A file appears
whole or not at all.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.delivery.provider import Accepted, Message, to_mime
from engine.errors import PermanentError, TransientError

_LOCK = ".lock"


class EmlProvider:
    """A `Provider` that writes `<number>-<slug>-<key digest>.eml`; the provider id is that name."""

    name = "eml"

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: Message) -> Accepted:
        """Write it, unless this key's file is there already."""
        digest = hashlib.sha256(message.key.encode()).hexdigest()[:16]
        try:
            with self._alone():
                present = next(self.directory.glob(f"*-{digest}.eml"), None)
                return Accepted((present or self._write(message, digest)).name)
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise PermanentError(
                f"Emails cannot be written to {self.directory}: {error.strerror}",
                remedy="Give the eml: setting a directory this process may write to.",
            ) from None
        except OSError as error:
            raise TransientError(
                f"Emails cannot be written to {self.directory} now: {error.strerror}"
            ) from None

    def _write(self, message: Message, digest: str) -> Path:
        numbers = [int(path.name[:6]) for path in self.directory.glob("[0-9]" * 6 + "-*.eml")]
        number = max(numbers, default=0) + 1
        final = self.directory / f"{number:06}-{slug(message.subject)}-{digest}.eml"
        draft = self.directory / f".{digest}.part"
        with draft.open("wb") as file:
            file.write(to_mime(message).as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(final)
        return final

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def slug(text: str) -> str:
    """Make a short file-name part of a subject.

    >>> slug("Willkommen bei Ärger & Söhne!")
    'willkommen-bei-arger-sohne'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:48].strip("-") or "email"

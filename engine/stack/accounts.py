"""The system user PostgreSQL runs as when Tenure runs as root, and its way to the files it needs.

PostgreSQL refuses to run as root. For an ordinary user there is nothing to do here.
"""

from __future__ import annotations

import logging
import os
import pwd
import stat
import subprocess
from pathlib import Path

from engine.errors import InputError
from engine.stack.process import Account

SYSTEM_USER = "pgserver"

_log = logging.getLogger(__name__)


def postgres_account() -> Account | None:
    """The account to run PostgreSQL as: None for ourselves, made once when we are root."""
    if os.geteuid() != 0:
        return None
    return _known_account() or _make_account()


def open_way(path: Path, account: Account) -> None:
    """Let `account` pass through the directories above `path`: search permission, never listing.

    Needed when the environment or the data directory lies below a private one, such as root's home.
    """
    for directory in reversed(path.resolve().parents):
        found = directory.stat()
        if found.st_uid == account.uid or found.st_mode & stat.S_IXOTH:
            continue
        try:
            directory.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
            _log.warning("%s: let other users pass, so that PostgreSQL reaches %s", directory, path)
        except OSError as error:
            raise InputError(
                f"The system user {SYSTEM_USER} cannot reach {path}: {directory} is private.",
                remedy=f"Allow it with `chmod o+x {directory}`, or choose another place.",
            ) from error


def give(path: Path, account: Account | None) -> None:
    """Hand a file or directory of ours to the account."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _known_account() -> Account | None:
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _make_account() -> Account:
    command = ["useradd", "--system", "--user-group", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        problem = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    except OSError as error:
        problem = f"useradd: {error.strerror}"
    if account := _known_account():  # made by us, or by another process at the same moment
        return account
    raise InputError(
        f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} cannot be made"
        f" ({problem.strip()}).",
        remedy=f"Make a system user {SYSTEM_USER}, or run Tenure as an ordinary user.",
    )

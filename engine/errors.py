"""The tree of Tenure's errors. Every layer raises from it; only the outermost edge catches it.

    TenureError
    ├── AuthorError        the YAML, a template, a CSV: carries `Problem`s with file and line
    ├── InputError         a command-line argument, a setting, a fact: says what to do
    ├── RunError           an enrollment cannot go on; ends it visibly
    ├── WorldError         something outside (provider, Temporal, network)
    │   ├── TransientError   worth trying again
    │   └── PermanentError   trying again cannot help
    └── StoreError         what was asked of the store cannot be
        ├── NotFound         no such row
        └── Conflict         the row is not in a state that allows it

Foreign exceptions are translated once, in the adapter that meets them. Each class has a stable
`code`; every error carries a `remedy` and survives pickling.
"""

from __future__ import annotations

from typing import Any, ClassVar


class TenureError(Exception):
    """Base of all errors Tenure raises on purpose.

    `message` says what is wrong and where, `remedy` what to do next; neither holds personal data.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self.__dict__), self.args)


def _rebuild(kind: type[TenureError], fields: dict[str, Any], args: tuple[Any, ...]) -> TenureError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class AuthorError(TenureError):
    """Something an author wrote is wrong; `problems` says what and where."""

    code = "author"

    def __init__(self, message: str, *, problems: tuple[Any, ...] = (), remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.problems = problems


class InputError(TenureError):
    """An argument, a setting or a fact cannot be used."""

    code = "input"


class RunError(TenureError):
    """An enrollment cannot go on."""

    code = "run"


class WorldError(TenureError):
    """Something outside Tenure failed."""

    code = "world"


class TransientError(WorldError):
    """It may work if tried again."""

    code = "transient"


class PermanentError(WorldError):
    """It will not work however often it is tried."""

    code = "permanent"


class StoreError(TenureError):
    """The store cannot do what was asked."""

    code = "store"


class NotFound(StoreError):
    """There is no such row."""

    code = "not_found"


class Conflict(StoreError):
    """The row exists but its state does not allow what was asked."""

    code = "conflict"

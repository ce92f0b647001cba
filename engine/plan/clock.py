"""The workspace's clock: real time, or a time-lapse for demonstrations and rehearsals. Pure.

Every instant in plans, states, records and mails is workspace time. Only the shells ask what time
it really is, and map it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.errors import InputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """A linear map from real to workspace time: `factor` workspace seconds pass per real second.

    >>> clock = Clock.parse("lapse:0:86400:3600")
    >>> clock.to_workspace(datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC)).isoformat()
    '1970-01-02T02:00:00+00:00'
    >>> clock.to_real(clock.to_workspace(_EPOCH)) == _EPOCH
    True
    """

    real_epoch_s: float = 0.0
    workspace_epoch_s: float = 0.0
    factor: float = 1.0

    @classmethod
    def parse(cls, spec: str) -> Clock:
        """Read `real` or `lapse:<real epoch s>:<workspace epoch s>:<factor>`; else InputError."""
        if spec == "real":
            return cls()
        head, *numbers = spec.split(":")
        real = workspace = factor = 0.0
        try:
            real, workspace, factor = (float(number) for number in numbers)
        except ValueError:
            head = ""
        # Far above any date and any pace, and below what a float would distort.
        dates = all(abs(epoch_s) < 1e11 for epoch_s in (real, workspace))
        if head != "lapse" or not dates or not 0 < factor < 1e9:
            raise InputError(
                f"the clock {spec!r} cannot be read",
                remedy="Use `real`, or `lapse:<real epoch s>:<workspace epoch s>:<factor>`.",
            )
        return cls(real, workspace, factor)

    @property
    def spec(self) -> str:
        """The text `parse` reads."""
        if self == Clock():
            return "real"
        return f"lapse:{self.real_epoch_s!r}:{self.workspace_epoch_s!r}:{self.factor!r}"

    def to_workspace(self, real: datetime) -> datetime:
        """Return the workspace's instant at a real one."""
        passed = (real - _EPOCH).total_seconds() - self.real_epoch_s
        return _EPOCH + timedelta(seconds=self.workspace_epoch_s + passed * self.factor)

    def to_real(self, workspace: datetime) -> datetime:
        """Return when the workspace's instant comes, in real time."""
        passed = (workspace - _EPOCH).total_seconds() - self.workspace_epoch_s
        return _EPOCH + timedelta(seconds=self.real_epoch_s + passed / self.factor)

"""Gates: what stands between a trigger and a run, one after the other, each with its values.

Enrolling stops at the first that is shut; `why-not` looks at all of them. Reads the records, writes
nothing; what follows from a shut gate is decided in `enrolling`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.calendars import add_span, format_span
from engine.effects.context import Context
from engine.effects.enrolling_entities import HeldKind
from engine.effects.entities import Enrollment
from engine.effects.knowing import Known
from engine.effects.records import Records
from engine.enrolling.braking import brake_of, period_start
from engine.enrolling.grouping import group_of, turn_of
from engine.enrolling.parts import part
from engine.language.expressions import describe
from engine.plan.model import Condition, Plan, Span

GateName = Literal["when", "days", "under way", "again_after", "group", "brake"]
ORDER: tuple[GateName, ...] = ("when", "days", "under way", "again_after", "group", "brake")


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. `shut` is None where it is open; else the trigger is refused there, or held as
    `kind` says. `runs` are those it is about: what is ended, or paused, for the new one."""

    name: GateName
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)
    shut: Literal["refused", "held"] | None = None
    kind: HeldKind = "queue"
    runs: tuple[Enrollment, ...] = ()


@dataclass(frozen=True)
class Gates:
    """The gates of a run to be. `looking` is for those who only want to know: nothing is locked,
    and every gate looks for itself."""

    records: Records
    context: Context
    run: Enrollment
    plan: Plan
    looking: bool = False

    def passed(self, leave_out: Collection[GateName] = ()) -> tuple[list[Gate], Gate | None]:
        """Go through the gates up to the first that is shut: those before it, and it, if any."""
        opened: list[Gate] = []
        for gate in self.each(leave_out):
            if gate.shut:
                return opened, self._before_restarting(gate, leave_out)
            opened.append(gate)
        return opened, None

    def each(self, leave_out: Collection[GateName] = ()) -> Iterator[Gate]:
        """Look at one gate after the other; those a playbook does not have are left out."""
        looks = {
            "when": self._when,
            "days": self._days,
            "under way": self._under_way,
            "again_after": self._again_after,
            "group": self._group,
            "brake": self._brake,
        }
        for name in ORDER:
            if name not in leave_out and (gate := looks[name]()) is not None:
                yield gate

    @property
    def may_hold(self) -> bool:
        """Whether something of this playbook can be held at all."""
        enroll = self.plan.enroll
        waits = enroll.get("while_active", "ignore") != "ignore"
        return waits or self._in_group is not None or brake_of(enroll) is not None

    def _before_restarting(self, gate: Gate, leave_out: Collection[GateName]) -> Gate:
        """A run is not ended for one that the brake would hold."""
        if gate.name != "under way" or not gate.runs or "brake" in leave_out:
            return gate
        brake = self._brake()
        return brake if brake is not None and brake.shut else gate

    # --- the gates ----------------------------------------------------------------------------

    def _when(self) -> Gate | None:
        if (written := self.plan.enroll.get("when")) is None:
            return None
        condition = part(Condition, written)
        known = Known(self.records, self.context, self.run, self.plan, self.records.now)
        verdict = known.holds(condition)
        said = describe(condition, verdict)
        if verdict.holds:
            return Gate("when", said, dict(verdict.values))
        return Gate("when", f"does not match: {said}", dict(verdict.values), "refused")

    def _days(self) -> Gate | None:
        """Days are the account's own."""
        first, last = self.plan.enroll.get("from"), self.plan.enroll.get("until")
        if not first and not last:
            return None
        zone = ZoneInfo(self._calendar.zone)
        today = self.records.now.astimezone(zone).date().isoformat()
        values = {"today": today, "from": first, "until": last}
        if first and today < first:
            return Gate("days", f"it starts runs from {first} on", values, "refused")
        if last and today > last:
            return Gate("days", f"it has started no runs since {last}", values, "refused")
        return Gate("days", f"it starts runs today, {today}", values)

    def _under_way(self) -> Gate | None:
        """One run at a time for each playbook and subject. Where nothing else hangs on it, the
        record keeper's constraint says so when the run is put."""
        if not (self.looking or self.may_hold):
            return None
        run = self.run
        mine = [
            other
            for other in self._others
            if other.playbook == run.playbook and other.subject == run.subject
        ]
        if not mine:
            return Gate("under way", "no run is under way")
        values = {"run": mine[0].id}
        what = f"{run.playbook} is already under way for {run.subject}"
        match self.plan.enroll.get("while_active", "ignore"):
            case "restart":
                what = f"{what}: that run is ended, and this one begins then"
                return Gate("under way", what, values, "held", "queue", tuple(mine))
            case "queue":
                what = f"{what}: this one begins when that has ended"
                return Gate("under way", what, values, "held")
        return Gate("under way", what, values, "refused")

    def _again_after(self) -> Gate | None:
        if (again := self.plan.enroll.get("again_after")) is None:
            return None
        span = part(Span, again)
        ended = self.records.last_ended(self.run.playbook, self.run.subject)
        if ended is None:
            return Gate("again_after", "it is the first run")
        said = format_span(span)
        values = {"ended": ended.isoformat(), "again_after": said}
        day = f"{ended.astimezone(ZoneInfo(self._calendar.zone)):%Y-%m-%d}"
        if add_span(self._calendar, ended, span) > self.records.now:
            why = f"its last run ended {day}, less than {said} ago"
            return Gate("again_after", why, values, "refused")
        return Gate("again_after", f"its last run ended {day}, {said} ago", values)

    def _group(self) -> Gate | None:
        if (group := self._in_group) is None:
            return None
        turn = turn_of(group, self.run.playbook, {other.playbook for other in self._others})
        if turn.behind is None:
            over = tuple(one for one in self._others if one.playbook in turn.over)
            said = f"{', '.join(turn.over)} is paused for it" if over else "nothing is before it"
            return Gate("group", f"group {group.name}: {said}", runs=over)
        why = f"{turn.behind} is under way, which comes first in the group {group.name}"
        if not group.pre_empt:
            why = f"{turn.behind} is under way, of the same group {group.name}"
        shut: Literal["refused", "held"] = "held" if group.otherwise == "wait" else "refused"
        return Gate("group", why, {"under way": turn.behind}, shut, "group")

    def _brake(self) -> Gate | None:
        if (brake := brake_of(self.plan.enroll)) is None:
            return None
        since = period_start(brake.per, self.records.now, self.context.workspace.zone)
        if not self.looking:
            self.records.lock_brakes()
        begun = self.records.started_since(self.run.playbook, since)
        values = {"begun": begun, "at_most": brake.at_most, "since": since.isoformat()}
        said = f"brake: {brake}, and {begun} {'has' if begun == 1 else 'have'} begun"
        if begun >= brake.at_most:
            return Gate("brake", said, values, "held", "brake")
        return Gate("brake", said, values)

    # --- what they look at --------------------------------------------------------------------

    @cached_property
    def _others(self) -> Sequence[Enrollment]:
        return self.records.enrollments(self.run.account)

    @cached_property
    def _in_group(self) -> Any:
        return group_of(self.context.workspace.groups, self.run.playbook)

    @cached_property
    def _calendar(self) -> Any:
        return self.context.calendar_of(self.records.account(self.run.account))

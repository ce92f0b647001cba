"""Groups: playbooks of which an account has one under way at a time. Pure: names in, turns out.

Several runs of one contact playbook go side by side; it is playbooks that exclude each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from engine.language.workspace.model import Group


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a playbook may begin in its group: `behind` is what it comes behind (None: it may),
    `over` the playbooks under way that are paused for it."""

    behind: str | None = None
    over: tuple[str, ...] = ()


def group_of(groups: Iterable[Group], playbook: str) -> Group | None:
    """Return the group a playbook is in; a check sees to it that there is one at most.

    >>> rescue_first = Group("care", ("rescue", "training"))
    >>> group_of([rescue_first], "training").name, group_of([rescue_first], "nps")
    ('care', None)
    """
    return next((group for group in groups if playbook in group.playbooks), None)


def turn_of(group: Group, playbook: str, under_way: Collection[str]) -> Turn:
    """Decide whether a playbook may begin beside those of its group that are under way.

    >>> care = Group("care", ("rescue", "renewal", "training"))
    >>> turn_of(care, "renewal", ["training"]), turn_of(care, "renewal", ["rescue"])
    (Turn(behind=None, over=('training',)), Turn(behind='rescue', over=()))
    >>> turn_of(Group("one", ("a", "b"), pre_empt=False), "a", ["b"])
    Turn(behind='b', over=())
    """
    others = [one for one in group.playbooks if one in under_way and one != playbook]
    place = group.playbooks.index(playbook)
    earlier = [one for one in others if group.playbooks.index(one) < place]
    if earlier:
        return Turn(earlier[0])
    if others and not group.pre_empt:
        return Turn(others[0])
    return Turn(None, tuple(others))


def first_of(group: Group, under_way: Collection[str]) -> str | None:
    """Return which of the playbooks under way has precedence.

    >>> first_of(Group("care", ("rescue", "renewal", "training")), ["training", "renewal"])
    'renewal'
    """
    return next((one for one in group.playbooks if one in under_way), None)


def precedence(groups: Iterable[Group], playbook: str) -> tuple[int, str]:
    """Return what to sort playbooks by that one change sets off: what comes first in its group is
    decided before what it would pause.

    >>> care = Group("care", ("rescue", "news"))
    >>> sorted(["news", "nps", "rescue"], key=lambda one: precedence([care], one))
    ['nps', 'rescue', 'news']
    """
    group = group_of(groups, playbook)
    return (group.playbooks.index(playbook) if group else 0, playbook)


def in_order(group: Group | None, playbooks: Sequence[str]) -> list[int]:
    """Return the places of waiting playbooks in the order of their group; others come last, as
    they came.

    >>> in_order(Group("care", ("rescue", "training")), ["nps", "training", "rescue"])
    [2, 1, 0]
    """
    known = {name: place for place, name in enumerate(group.playbooks)} if group else {}
    return sorted(range(len(playbooks)), key=lambda one: known.get(playbooks[one], len(known)))

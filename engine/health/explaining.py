"""An assessment in words: the sum as a person would write it down, to check it by hand. Pure.

Reads the JSON that `recording.py` makes, so that past scores are explained by what was kept then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any


def explain(kept: Mapping[str, Any], local: Any = str) -> list[str]:
    """Return the lines of the sum; `local` writes an instant as the reader's clock has it.

    >>> usage = {"name": "usage", "title": "Usage", "weight": 3, "points": 50.0, "measures": [
    ...     {"name": "s", "title": "Seats", "weight": 2, "value": 70, "points": 75.0},
    ...     {"name": "m", "title": "Meeting", "weight": 1, "value": None, "points": 0.0}]}
    >>> for line in explain({"computed": 50.0, "score": 50.0, "band": "yellow", "groups": [usage]}):
    ...     print(line)
    Usage         50.0  weight 3
      Seats       75.0  weight 2  value 70
      Meeting      0.0  weight 1
      (2 x 75 + 1 x 0) / 3 = 50
    Score: 50
    Band: yellow
    """
    lines: list[str] = []
    groups: Sequence[Mapping[str, Any]] = kept.get("groups", ())
    titles = [len(group["title"]) for group in groups]
    titles += [2 + len(one["title"]) for group in groups for one in group["measures"]]
    wide = max(titles, default=0)
    for group in groups:
        lines += _group(group, local, wide)
    lines += _score(kept, groups)
    lines += _band(kept, local)
    return lines


def _group(group: Mapping[str, Any], local: Any, wide: int) -> Iterator[str]:
    weight = f"{group['weight']:g}"
    if group["points"] is None:
        yield _row(group["title"], "missing", f"its weight {weight} goes to the others", wide)
    else:
        yield _row(group["title"], f"{group['points']:.1f}", f"weight {weight}", wide)
    for one in group["measures"]:
        yield "  " + _measure(one, local, wide - 2)
    if group["points"] is not None and len(_there(group["measures"])) > 1:
        yield f"  {_sum(group['measures'], group['points'])}"


def _measure(one: Mapping[str, Any], local: Any, wide: int) -> str:
    said = []
    points = one["points"]
    if points is None:
        shown = "missing"
        said.append(str(one.get("why", "")))
    else:
        shown = f"{points:.1f}"
        said.append(f"weight {one['weight']:g}")
        if one["value"] is not None:
            said.append(f"value {_plain(one['value'])}{one.get('unit', '')}")
        if one.get("why"):
            said.append(str(one["why"]))
    if one.get("at"):
        said.append(f"as of {local(datetime.fromisoformat(one['at']))}")
    return _row(one["title"], shown, "  ".join(said), wide)


def _row(title: str, shown: str, said: str, wide: int) -> str:
    return f"{title:<{wide}}  {shown:>7}  {said}".rstrip()


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _there(parts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in parts if one["points"] is not None]


def _sum(parts: Sequence[Mapping[str, Any]], comes_to: float) -> str:
    there = _there(parts)
    terms = " + ".join(f"{one['weight']:g} x {one['points']:g}" for one in there)
    whole = sum(one["weight"] for one in there)
    return f"({terms}) / {whole:g} = {comes_to:g}"


def _score(kept: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    computed = kept.get("computed")
    if computed is None:
        yield "Score: every measure is missing; the last known score stays"
    elif len(_there(groups)) > 1:
        yield f"Score: {_sum(groups, computed)}"
    else:
        yield f"Score: {computed:g}" + ("" if groups else ", from outside")


def _band(kept: Mapping[str, Any], local: Any) -> Iterator[str]:
    own, forced = kept.get("own"), kept.get("forced")
    if own:
        why = f" ({own[2]})" if own[2] else ""
        yield f"Band: {own[0]} since {local(datetime.fromisoformat(own[1]))}{why}"
    elif kept.get("band"):
        yield f"Band: {kept['band']}"
    if forced:
        by = forced.get("by") or "a rule of the model"
        until = forced.get("until")
        ends = f" until {local(datetime.fromisoformat(until))}" if until else ""
        counts = f", so the score counts as {kept['score']:g}" if "score" in kept else ""
        yield f"Forced: {forced['band']} by {by}{ends}: {forced['because']}{counts}"

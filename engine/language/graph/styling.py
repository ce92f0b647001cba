"""The colours and type of a drawing, light and dark, as one style sheet.

Owns the palette. Colours name what a step is for: blue reaches customers, green is work, amber is
time, violet is a decision, red is an alarm, grey is everything else.
"""

from __future__ import annotations

from engine.language.graph.layout import DETAIL_SIZE, LABEL_SIZE, TAG_SIZE, TITLE_SIZE

# Hue: icon and label on light; tile on light; icon and label on dark; tile on dark.
_HUES = {
    "blue": ("#1d5fd1", "#e3edfd", "#8ab6ff", "#1c2f52"),
    "green": ("#0f7a4d", "#ddf3e8", "#6fd6a6", "#173a2b"),
    "amber": ("#96590a", "#fbeed3", "#f0bd62", "#42310f"),
    "violet": ("#6b3fc4", "#ece5fb", "#bba2fa", "#30264f"),
    "red": ("#b8302f", "#fce5e4", "#ff9e98", "#4a2022"),
    "grey": ("#4b5666", "#e8ebf0", "#b4becd", "#2b323d"),
}
_KINDS = {
    "blue": ("email", "survey"),
    "green": ("task", "finish", "begin", "goal"),
    "amber": ("wait", "repeat", "milestone"),
    "violet": ("choose", "split", "fork", "each"),
    "red": ("escalate",),
    "grey": ("notify", "call", "set", "start", "stop", "transfer", "end", "exit"),
}


_PAPER = {
    "light": "--paper:#f6f7f9;--card:#ffffff;--edge:#d5dae2;--text:#1b222d;--soft:#586274;"
    "--wire:#8f99a8;--here:#1d5fd1;--heretext:#ffffff",
    "dark": "--paper:#14171c;--card:#1e232b;--edge:#38414e;--text:#eceff4;--soft:#a8b2c1;"
    "--wire:#6f7a8a;--here:#8ab6ff;--heretext:#10151d",
}
_FONT = "Inter,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans',sans-serif"
_RULES = {
    "": f"font-family:{_FONT}",
    ".paper": "fill:var(--paper)",
    ".card": "fill:var(--card);stroke:var(--edge);stroke-width:1.2",
    ".optional .card": "stroke-dasharray:5 4",
    ".begin .card": "fill:var(--tile);stroke:none",
    ".finish .card": "fill:var(--tile);stroke:none",
    ".end .card": "fill:var(--tile);stroke:none",
    ".here .card": "stroke:var(--here);stroke-width:3;stroke-dasharray:none",
    ".tile": "fill:var(--tile)",
    ".icon": "fill:none;stroke:var(--ink);stroke-width:1.5;stroke-linecap:round;"
    "stroke-linejoin:round",
    ".frame": "fill:var(--tile);fill-opacity:.32;stroke:var(--ink);stroke-opacity:.55;"
    "stroke-width:1.4;stroke-dasharray:7 5",
    ".wire": "fill:none;stroke:var(--wire);stroke-width:1.5",
    ".back": "stroke-dasharray:5 4",
    ".bar": "stroke-width:4;stroke-linecap:round",
    ".head": "fill:var(--wire)",
    ".tag": "fill:var(--paper);stroke:var(--edge);stroke-width:1.2",
    ".rule": "fill:var(--tile)",
    ".badge": "fill:var(--here)",
    "text": "fill:var(--text)",
    ".heading": "font-size:20px;font-weight:650",
    ".name": "font-size:12px;fill:var(--soft)",
    ".rulewords": "font-size:12px;fill:var(--soft)",
    ".rulename": "font-size:11px;font-weight:600;text-anchor:middle",
    ".label": f"font-size:{LABEL_SIZE - 1}px;font-weight:650;letter-spacing:.06em;fill:var(--ink)",
    ".title": f"font-size:{TITLE_SIZE}px;font-weight:560",
    ".detail": f"font-size:{DETAIL_SIZE}px;fill:var(--soft)",
    ".tagtext": f"font-size:{TAG_SIZE}px;fill:var(--soft);text-anchor:middle",
    ".badgetext": f"font-size:{LABEL_SIZE}px;font-weight:600;fill:var(--heretext);"
    "text-anchor:middle",
}
# Every rule names the drawing, so that one set into a page leaves the page alone.
_SCOPE = ".plan-drawing"


def _palette(shade: str, ink: int, tile: int) -> str:
    hues = "".join(
        f"{_SCOPE} .{kind}{{--ink:{_HUES[hue][ink]};--tile:{_HUES[hue][tile]}}}"
        for hue, kinds in _KINDS.items()
        for kind in kinds
    )
    return f"{_SCOPE}{{{_PAPER[shade]}}}{hues}"


STYLE = "".join(
    [
        _palette("light", 0, 1),
        f"@media (prefers-color-scheme:dark){{{_palette('dark', 2, 3)}}}",
        *(f"{_SCOPE} {part}".rstrip() + f"{{{rule}}}" for part, rule in _RULES.items()),
    ]
)

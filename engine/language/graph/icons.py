"""The small signs on the boxes of a drawing, one for each kind of step.

Each is SVG path data in a square of 16, drawn with a line of 1.5 and no filling.
"""

from __future__ import annotations

from collections.abc import Mapping

ICONS: Mapping[str, str] = {
    "begin": "M5 3.2v9.6l7.6-4.8z",
    "finish": "M3.5 8.4l3 3 6-6.6",
    "end": "M4 14.2V2.4h8l-2 2.8 2 2.8H4",
    "email": "M2 4h12v8.6H2z M2 4.4l6 4.8 6-4.8",
    "survey": "M8 1.8l1.9 4 4.3.5-3.2 3 .9 4.3L8 11.5l-3.9 2.1.9-4.3-3.2-3 4.3-.5z",
    "task": "M2.6 2.6h10.8v10.8H2.6z M5.2 8.1l2 2 3.7-4.2",
    "escalate": "M4.2 11.2V7a3.8 3.8 0 0 1 7.6 0v4.2l1.2 1.4H3z M6.8 14.4h2.4",
    "wait": "M8 1.9a6.1 6.1 0 1 1 0 12.2A6.1 6.1 0 1 1 8 1.9z M8 4.8V8l2.4 1.6",
    "choose": "M8 1.8L14.2 8 8 14.2 1.8 8z M6.6 6.7c.1-2 2.9-1.9 2.8 0C9.4 7.9 8 8 8 9.2 M8 11v.1",
    "split": "M8 14V9.6L3 4.8V2.4 M8 9.6l5-4.8V2.4 M1.4 4L3 2.2 4.6 4 M11.4 4L13 2.2 14.6 4",
    "fork": "M2 3.2h12 M2 12.8h12 M4.4 3.2v9.6 M8 3.2v9.6 M11.6 3.2v9.6",
    "each": "M5.6 2h8.2v8.2 M2.2 5.4h8.2v8.2H2.2z",
    "repeat": "M13.6 8a5.6 5.6 0 1 1-1.8-4.1 M13.8 1.6v3h-3",
    "notify": "M2.2 3h11.6v7.8H7.4L4.4 13.6v-2.8H2.2z",
    "call": "M2 8h9.6 M8.4 4.4L12 8l-3.6 3.6 M14.2 3v10",
    "set": "M2.6 13.4l.6-2.9 7.5-7.6 2.4 2.4-7.6 7.5z M9.2 4.4l2.4 2.4",
    "start": "M8 1.9a6.1 6.1 0 1 1 0 12.2A6.1 6.1 0 1 1 8 1.9z M6.6 5.4v5.2L10.6 8z",
    "stop": "M8 1.9a6.1 6.1 0 1 1 0 12.2A6.1 6.1 0 1 1 8 1.9z M6 6h4v4H6z",
    "transfer": "M2 5.4h11 M10.4 2.6L13.4 5.4l-3 2.8 M14 10.8H3 M5.6 8L2.6 10.8l3 2.8",
}

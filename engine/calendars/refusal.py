"""How a calendar or a span that cannot be used is refused: with its place.

It must not know what a calendar is; the other modules of this package raise from it.
"""

from __future__ import annotations

from engine.errors import InputError


class BadCalendar(InputError):
    """A calendar as written cannot be used.

    `path` leads to the part that is wrong, as keys from the top (`("hours", "mon-fri")`), so that
    whoever knows the file can point at the line.
    """

    def __init__(self, message: str, *, remedy: str, path: tuple[str, ...]) -> None:
        super().__init__(f"calendar, {', '.join(path)}: {message}", remedy=remedy)
        self.path = path

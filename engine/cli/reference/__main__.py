"""`python -m engine.cli.reference [--check]`: write the generated documentation, or compare it."""

from __future__ import annotations

import sys

from engine.cli.reference.pages import stale, write


def main(arguments: list[str]) -> int:
    """Write what is out of date and say what; with `--check` only say it, and return 1."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m engine.cli.reference [--check]", file=sys.stderr)
        return 2
    if arguments:
        found = stale()
        for path in found:
            print(f"out of date: {path}")
        print("Run `make docs`." if found else "The generated documentation is up to date.")
        return 1 if found else 0
    changed = write()
    for path in changed:
        print(f"wrote {path}")
    print(f"{len(changed)} file(s) changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

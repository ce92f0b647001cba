"""Make the pictures of the README: `.venv/bin/python docs/pictures/make.py`. Takes two minutes.

Plays the demo in a terminal of its own and turns what it shows into demo.svg (shortened: the
beginning, and the story of one account). Then chromium, where there is one, photographs one of the
demo's emails into email.png.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
WIDTH = 118
STORY = "One account, step by step"
FIRST_LINES, BEFORE_ALARM, AFTER_ALARM, STORY_LINES = 9, 8, 5, 26
EMAIL = "*two-things-to-have-ready*.html"


def main() -> None:
    """Play, and draw."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        shown = play(Path(folder) / "demo")
        draw(shortened(shown.splitlines()), HERE / "demo.svg")
        photograph(Path(folder) / "demo" / "mails", HERE / "email.png")


def play(folder: Path) -> str:
    """Run the demo in a terminal and return what it showed, colours included."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "engine.cli.main", "demo", "--data-dir", str(folder)]
    env = {**os.environ, "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdout=its, stderr=its, stdin=its, env=env)
    os.close(its)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the terminal is closed: the demo has ended
            break
        shown += piece
    if process.wait() != 0:
        raise SystemExit(f"the demo failed:\n{shown.decode()[-2000:]}")
    return shown.decode().replace("\r", "")


def shortened(lines: list[str]) -> list[str]:
    """Keep the beginning, some lines about the first escalation, and the beginning of the story."""
    alarm = next(number for number, line in enumerate(lines) if "escalation to" in line)
    story = next(number for number, line in enumerate(lines) if STORY in line)
    gap = ["", "…", ""]
    middle = lines[alarm - BEFORE_ALARM : alarm + AFTER_ALARM]
    told = lines[story : story + STORY_LINES]
    return [*lines[:FIRST_LINES], *gap, *middle, *gap, *told, "…"]


def draw(lines: list[str], target: Path) -> None:
    """Write the lines as a picture of a terminal; lines too long are cut."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    for line in lines:
        text = Text.from_ansi(line)
        text.truncate(WIDTH, overflow="ellipsis")
        console.print(text, no_wrap=True, crop=True)
    target.write_text(without_addresses(console.export_svg(title="make demo")), encoding="utf-8")


def without_addresses(svg: str) -> str:
    """Take out the fonts that a browser would fetch from elsewhere, and the maker's address."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace;", "font-family: monospace;")
    return re.sub(r"\s*<!-- .*? -->", "", svg)


def photograph(mails: Path, target: Path) -> None:
    """Take a picture of an email, if there is a chromium to take it with."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("no chromium: email.png stays as it is")
        return
    page = sorted(mails.glob(EMAIL))[0]
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        options += ["--disable-background-networking", f"--user-data-dir={profile}"]
        options += ["--window-size=700,820", f"--screenshot={target}"]
        subprocess.run([browser, *options, page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    main()

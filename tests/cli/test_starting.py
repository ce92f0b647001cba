"""What `tenure check` starts up: an author waits for it after each change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.language.starter import write_starter

LISTING = """
import sys
from engine.cli.main import run
code = run(["check", "--workspace", sys.argv[1]])
print(*sorted(sys.modules))
sys.exit(code)
"""
NOT_NEEDED = {
    *("temporalio", "sqlalchemy", "psycopg", "sendgrid"),
    *("css_inline", "markdown_it", "rich"),
}


def test_check_imports_only_what_it_needs(tmp_path: Path) -> None:
    write_starter(tmp_path)
    command = [sys.executable, "-c", LISTING, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = done.stdout.splitlines()[-1].split()
    assert "engine.language.load" in modules
    assert NOT_NEEDED.isdisjoint(modules)
    assert "holidays.countries" not in modules

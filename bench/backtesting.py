"""How long a year's backtest takes on one core, and how time and memory grow with the accounts.

The year is made by `examples/year` (weekly health, lifecycle), the playbook is `bench/backtest`;
beside it the playbooks of the library that take longest over such a year. Measured is everything
`tenure backtest` does after its files are there: reading them, playing, counting. Each size is a
process of its own, so that memory is its own too: `python -m bench.backtesting FOLDER renewal`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bench.lines import Line
from engine.services.backtesting import Files, Wanted, backtest
from examples.year.__main__ import write_year
from examples.year.story import Year

ACCOUNTS = 10_000
WORKSPACE = Path(__file__).parent / "backtest"
TOP = Path(__file__).parents[1]
SEED = 7
PLAYBOOK = "at-risk"
HEAVY = ("churn-rescue", "renewal")
"""The playbooks of the library that weekly health and renewal dates set off."""


def measure_backtest(accounts: int = ACCOUNTS) -> Line:
    """Measure a size, a tenth of it and ten times it; the value is the processor's seconds."""
    tenth, whole, tenfold = (
        in_a_process(size) for size in (accounts // 10, accounts, accounts * 10)
    )
    library = [{"playbook": name, **in_a_process(accounts, name)} for name in HEAVY]
    more = {
        "accounts": accounts,
        "runs": whole["runs"],
        "facts": whole["facts"],
        "memory_mb": whole["memory_mb"],
        "at_a_tenth": tenth,
        "at_ten_times": tenfold,
        "library": library,
        "library_slowest": max(one["seconds"] for one in library),
    }
    seconds = whole["seconds"]
    return Line("backtest_10k_accounts_year_s", seconds, "s", seconds, context=more)


def in_a_process(accounts: int, playbook: str = PLAYBOOK) -> Mapping[str, Any]:
    """Measure one size in a new process."""
    with tempfile.TemporaryDirectory(prefix="tenure-bench-") as home:
        write_year(Path(home), accounts, Year.of(date(2025, 1, 6), SEED, health_only=True))
        command = [sys.executable, "-m", "bench.backtesting", home, playbook]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _peak_mb() -> int:
    """Return the most memory this process has had; `ru_maxrss` would be its parent's, if larger."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(kilobytes) // 1024


def play(home: Path, playbook: str = PLAYBOOK) -> Mapping[str, Any]:
    """Backtest over the year in a folder; return what it took."""
    files = Files(
        home / "facts.jsonl", home / "accounts.csv", home / "contacts.csv", home / "users.csv"
    )
    file, root = WORKSPACE / "playbooks" / f"{playbook}.yaml", WORKSPACE
    if not file.is_file():
        file, root = TOP / "playbooks" / f"{playbook}.yaml", TOP / "examples" / "workspace"
    wanted = Wanted(str(file), date(2025, 1, 6), date(2025, 12, 31), files=files, root=root)
    before = time.process_time()
    result = backtest(wanted)
    return {
        "seconds": round(time.process_time() - before, 2),
        "runs": len(result.entries),
        "facts": result.facts,
        "memory_mb": _peak_mb(),
    }


if __name__ == "__main__":
    print(json.dumps(play(Path(sys.argv[1]), *sys.argv[2:3])))

"""How long `tenure check` takes over twenty playbooks, from a process that does not exist yet."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.lines import Line
from bench.workspaces import write_many

PLAYBOOKS = 20
TIMES = 7


def measure_check(times: int = TIMES) -> Line:
    """Check a generated workspace several times; the value is the best, the median stands by it."""
    with tempfile.TemporaryDirectory(prefix="tenure-bench-") as home:
        folder = Path(home) / "workspace"
        write_many(folder, PLAYBOOKS)
        bytecode = Path(home) / "bytecode"
        _check(folder, bytecode)  # compiles all modules to bytecode, as installing does
        taken = [_check(folder, bytecode) for _ in range(times)]
    context = {"median": round(statistics.median(taken), 3), "times": times}
    return Line("check_20_playbooks_s", min(taken), "s", min(taken), context=context)


def _check(folder: Path, bytecode: Path) -> float:
    tenure = Path(sys.executable).parent / "tenure"
    # Bytecode is kept here even where the environment forbids to write it beside the source.
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode)}
    before = time.perf_counter()
    subprocess.run(
        [tenure, "check", "--workspace", folder], check=True, stdout=subprocess.DEVNULL, env=env
    )
    return time.perf_counter() - before

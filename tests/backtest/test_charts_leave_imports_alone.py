"""Drawing charts changes nothing for the rest of the process."""

from __future__ import annotations

import subprocess
import sys


def test_a_module_that_is_not_there_is_no_warning() -> None:
    program = (
        "import engine.simulation.backtest.charts, importlib.util;"
        "assert importlib.util.find_spec('tzdata.nowhere') is None"
    )
    subprocess.run([sys.executable, "-W", "error::ImportWarning", "-c", program], check=True)

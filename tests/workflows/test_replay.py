"""Old runs are users too: the interpreter of today replays every committed history.

When one breaks, runs under way at people's places would stop. Keep the old behaviour for them with
`workflow.patched`, and record the new one under a new name: `python -m
tests.workflows.record_histories`.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

from tests.workflows.record_histories import HISTORIES, RUNS, VERSION
from tests.workflows.shell_house import replayer


@pytest.mark.parametrize("file", sorted(HISTORIES.glob("*.json")), ids=lambda file: file.stem)
def test_a_committed_history_is_replayed(file: Path) -> None:
    history = WorkflowHistory.from_json(file.stem, file.read_text())
    asyncio.run(replayer().replay_workflow(history))


def test_every_recording_is_committed() -> None:
    names = {file.name for file in HISTORIES.glob("*.json")}
    assert names >= {f"{VERSION}-{make.__name__}.json" for make in RUNS}


def test_a_history_that_differs_is_refused() -> None:
    history: dict[str, Any] = json.loads((HISTORIES / "v1-twelve_steps.json").read_text())
    for event in history["events"]:
        if event["eventType"] == "EVENT_TYPE_MARKER_RECORDED":
            event["markerRecordedEventAttributes"]["markerName"] = "another"
    with pytest.raises(NondeterminismError):
        asyncio.run(replayer().replay_workflow(WorkflowHistory.from_json("other", history)))

"""What each kind of step decides: where it goes when entered, and on each answer it gets.

A step never acts: it asks (`run.do`), listens (`run.watch`), sets alarms (`run.wake`) and moves its
branch on (`leave`). Each module registers its kinds with `moving.step`; a new kind of step is a
new module here, its node in `plan/model.py`, and its line below. Deterministic and pure but for the
`Run` it is handed.
"""

from engine.plan.steps import (  # each registers its kinds
    acting,
    bodies,
    choices,
    escalations,
    repetitions,
    tasks,
    waits,
)
from engine.plan.steps.graph import body_nodes, targets
from engine.plan.steps.moving import answer, enter
from engine.plan.steps.waits import skip_wait

MODULES = (acting, bodies, choices, escalations, repetitions, tasks, waits)

__all__ = [
    "MODULES",
    "answer",
    "body_nodes",
    "enter",
    "skip_wait",
    "targets",
]

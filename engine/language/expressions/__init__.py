"""Expressions: conditions and values in playbooks, written in CEL, checked before they run.

Checked against typed names when a playbook is checked, evaluated against values when it runs. Knows
nothing of YAML, of the store or of Temporal.
"""

from __future__ import annotations

from engine.language.expressions.checking import MOST_CHARACTERS, check_condition, check_value
from engine.language.expressions.codes import EXPRESSION_CODES
from engine.language.expressions.evaluation import (
    Answer,
    Verdict,
    describe,
    evaluate,
    evaluate_value,
)
from engine.language.expressions.names import Names, ValueType
from engine.language.expressions.parting import parts_of

__all__ = [
    "EXPRESSION_CODES",
    "MOST_CHARACTERS",
    "Answer",
    "Names",
    "ValueType",
    "Verdict",
    "check_condition",
    "check_value",
    "describe",
    "evaluate",
    "evaluate_value",
    "parts_of",
]

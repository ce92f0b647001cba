"""A run's input travels as plain data: it must be what the workflow's own type would be."""

from __future__ import annotations

from temporalio.converter import DataConverter

from workflows.messages import EnrollmentInput


def test_input_as_plain_data_is_the_same_payload() -> None:
    given = EnrollmentInput(1, "e-1", "acme", "acme", "hash", {"nodes": {"a": {"kind": "wait"}}})
    converter = DataConverter.default.payload_converter
    assert converter.to_payloads([vars(given)]) == converter.to_payloads([given])

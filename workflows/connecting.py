"""The Temporal client: how it is opened, and what all our clients and workers share.

A process that opens a client ends by `engine.services.leaving.leave_cleanly`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from engine.errors import InputError, TransientError
from engine.settings import EncryptionKey, Settings
from workflows.codec import TenureCodec


def data_converter(keys: Sequence[EncryptionKey] = ()) -> DataConverter:
    """Return the converter all our clients and workers share: plain JSON under our codec."""
    return replace(DataConverter.default, payload_codec=TenureCodec(keys))


async def connect(settings: Settings) -> Client:
    """Open a client. Raises InputError without an address, TransientError when none answers."""
    if settings.temporal_address is None:
        raise InputError(
            "no Temporal server is configured",
            remedy="Start the stack with `tenure up`, or set TENURE_TEMPORAL_ADDRESS.",
        )
    try:
        return await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            data_converter=data_converter(settings.keys),
            connect_timeout=timedelta(seconds=10),
        )
    except (RuntimeError, RPCError) as error:
        raise TransientError(
            f"Temporal does not answer at {settings.temporal_address}",
            remedy="Start it with `tenure up`, or correct TENURE_TEMPORAL_ADDRESS.",
        ) from error

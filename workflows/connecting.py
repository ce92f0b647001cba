"""The Temporal client: how it is opened, and what all our clients and workers share.

A process that opens a client ends by `engine.services.leaving.leave_cleanly`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode, TLSConfig

from engine.errors import InputError, PermanentError, TransientError
from engine.settings import EncryptionKey, Settings
from workflows.codec import TenureCodec

SEARCH_ATTRIBUTES = (
    "TenureAccount",
    "TenurePlaybook",
    "TenurePlan",
    "TenureState",
    "TenureOutcome",
)
ANSWER_TIMEOUT = timedelta(seconds=10)


def data_converter(keys: Sequence[EncryptionKey] = ()) -> DataConverter:
    """Return the converter all our clients and workers share: plain JSON under our codec."""
    return replace(DataConverter.default, payload_codec=TenureCodec(keys))


async def connect(settings: Settings) -> Client:
    """Open a client. Raises InputError without an address or with certificates that are none,
    TransientError when none answers."""
    if settings.temporal_address is None:
        raise InputError(
            "no Temporal server is configured",
            remedy="Start the stack with `tenure up`, or set TENURE_TEMPORAL_ADDRESS.",
        )
    key = settings.temporal_api_key
    try:
        return await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            tls=_tls(settings),
            api_key=key.get_secret_value() if key is not None else None,
            data_converter=data_converter(settings.keys),
            connect_timeout=timedelta(seconds=10),
        )
    except ValueError as error:
        raise InputError(
            f"the TLS settings of Temporal cannot be used: {error}",
            remedy="Correct the files of TENURE_TEMPORAL_TLS_CA, _CERT and _KEY: PEM, the last two "
            "together.",
        ) from error
    except (RuntimeError, RPCError) as error:
        raise TransientError(
            f"Temporal does not answer at {settings.temporal_address}",
            remedy="Start it with `tenure up`, or correct TENURE_TEMPORAL_ADDRESS.",
        ) from error


def _tls(settings: Settings) -> TLSConfig | bool:
    """TLS as the settings ask: an API key or a certificate implies it, as Temporal Cloud wants."""
    files = (settings.temporal_tls_ca, settings.temporal_tls_cert, settings.temporal_tls_key)
    if not any(files):
        return settings.temporal_tls or settings.temporal_api_key is not None
    ca, cert, key = (_read(path) for path in files)
    return TLSConfig(server_root_ca_cert=ca, client_cert=cert, client_private_key=key)


def _read(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path is not None else None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}",
            remedy="Correct TENURE_TEMPORAL_TLS_CA, _CERT or _KEY.",
        ) from error


async def ensure_search_attributes(client: Client) -> None:
    """Register what our runs are found by; a run could not even start its work without.

    Raises PermanentError when the server lets us not.
    """
    wanted = dict.fromkeys(SEARCH_ATTRIBUTES, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
    try:
        await client.operator_service.add_search_attributes(request, timeout=ANSWER_TIMEOUT)
    except RPCError as error:
        if error.status == RPCStatusCode.ALREADY_EXISTS:
            return
        raise PermanentError(
            f"the search attributes cannot be registered with Temporal: {error.status.name}",
            remedy="Add these Keyword search attributes to the namespace: "
            + ", ".join(SEARCH_ATTRIBUTES),
        ) from error

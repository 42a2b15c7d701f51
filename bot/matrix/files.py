"""Long answers as encrypted files (https://spec.matrix.org/v1.18/client-server-api/#sending-encrypted-attachments)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nio.crypto.attachments import encrypt_attachment

Upload = Callable[[bytes, str], Awaitable[str]]
"""(data, content type) → ``mxc://`` address; raises MatrixError or Unreachable."""


async def encrypted_file(upload: Upload, name: str, data: bytes) -> dict[str, Any]:
    """Encrypt and upload a text file; returns what an ``m.file`` message says of it.

    Raises:
        MatrixError, Unreachable: the homeserver did not take it.
    """
    ciphertext, keys = await asyncio.to_thread(encrypt_attachment, data)
    address = await upload(ciphertext, "application/octet-stream")
    return {
        "msgtype": "m.file",
        "body": name,
        "filename": name,
        "file": {**keys, "url": address, "mimetype": "text/plain"},
        "info": {"mimetype": "text/plain", "size": len(data)},
    }

"""Long answers as encrypted files (https://spec.matrix.org/v1.18/client-server-api/#sending-encrypted-attachments)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nio.crypto.attachments import encrypt_attachment

from bot.reply import File

Upload = Callable[[bytes, str], Awaitable[str]]
"""(data, content type) → ``mxc://`` address; raises MatrixError or Unreachable."""


async def encrypted_file(upload: Upload, file: File) -> dict[str, Any]:
    """Encrypt and upload a file; returns what an ``m.file`` message says of it.

    Raises:
        MatrixError, Unreachable: the homeserver did not take it.
    """
    ciphertext, keys = await asyncio.to_thread(encrypt_attachment, file.data)
    address = await upload(ciphertext, "application/octet-stream")
    return {
        "msgtype": "m.file",
        "body": file.name,
        "filename": file.name,
        "file": {**keys, "url": address, "mimetype": file.mimetype},
        "info": {"mimetype": file.mimetype, "size": len(file.data)},
    }

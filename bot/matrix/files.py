"""Long answers as encrypted files (https://spec.matrix.org/v1.18/client-server-api/#sending-encrypted-attachments)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nio.crypto.attachments import encrypt_attachment

from bot.matrix.text import inline_text
from bot.reply import File

Upload = Callable[[bytes, str], Awaitable[str]]
"""(data, content type) → ``mxc://`` address; raises MatrixError or Unreachable."""


async def encrypted_file(upload: Upload, file: File) -> dict[str, Any]:
    """Encrypt and upload a file; returns what an ``m.file`` message says of it.

    Its name may come from a service: nothing in it turns the direction of what stands around it,
    such as its ending.

    Raises:
        MatrixError, Unreachable: the homeserver did not take it.
    """
    ciphertext, keys = await asyncio.to_thread(encrypt_attachment, file.data)
    address, name = await upload(ciphertext, "application/octet-stream"), inline_text(file.name)
    return {
        "msgtype": "m.file",
        "body": name,
        "filename": name,
        "file": {**keys, "url": address, "mimetype": file.mimetype},
        "info": {"mimetype": file.mimetype, "size": len(file.data)},
    }

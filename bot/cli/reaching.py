"""Whether a server can be reached, and is who it says."""

from __future__ import annotations

import asyncio
import os
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_TIMEOUT: Final = 10.0  # seconds
_PORTS: Final = {"http": 80, "https": 443}


async def reach(origin: str, ca_file: Path | None = None) -> str | None:
    """Connect to ``scheme://host[:port]`` and check its certificate; what went wrong, or None."""
    url = urlsplit(origin)
    try:
        context = ssl.create_default_context(cafile=ca_file) if url.scheme == "https" else None
        async with asyncio.timeout(_TIMEOUT):
            _, writer = await asyncio.open_connection(
                url.hostname, url.port or _PORTS[url.scheme], ssl=context
            )
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted: {error.verify_message}"
    except ssl.SSLError as error:
        return f"TLS failed: {error.reason or 'no certificates could be read'}"
    except TimeoutError:
        return f"no answer within {_TIMEOUT:.0f} s"
    except OSError as error:
        number = error.errno or 0  # below 0 for names that cannot be looked up
        return os.strerror(number) if number > 0 else error.strerror or type(error).__name__
    writer.close()
    return None

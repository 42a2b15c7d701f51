"""The bot's own pages: where services send people back to, health, and metrics.

::

    server        what is served, and where
    health        /healthz and /readyz
    exposition    /metrics
    callback      /callback/<service>
    pages         what the pages for people say; style.css is how they look
    hardening     headers and refusals of every answer
"""

from bot.web.server import serve

__all__ = ["serve"]

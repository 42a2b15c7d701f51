"""Which addresses are connected to: those that the operator's own URL means, and no others.

A name is looked up for each connection, and every address that it has is looked at before anything
is sent there: whoever answers for the name in the DNS cannot lead the bot into the network that it
stands in. Link-local addresses (a cloud's metadata) are never what a name may mean.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import Unavailable

Address = IPv4Address | IPv6Address

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: leads to the IPv4 address at its end
_INSIDE: Final = (
    *(IPv6Network("64:ff9b:1::/48"), IPv6Network("fec0::/10")),  # RFC 8215; RFC 3879
    *(IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96")),  # RFC 4291, 2.5.5.1; RFC 2765
)
"""Within somebody's network, though Python takes them for addresses of the world."""
_LOCAL: Final = "localhost"


def literal(host: str) -> Address | None:
    """The address that a URL's host is; None where it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def may_mean(host: str, address: Address, *, private: bool) -> bool:
    """Whether the name ``host`` may lead to ``address``; ``private``: into the operator's network.

    ``localhost`` means this machine, whatever a resolver says.
    """
    if host == _LOCAL:
        return address.is_loopback
    address = _embedded(address)
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    if address.is_loopback:
        return private
    if address.is_global and not any(address in inside for inside in _INSIDE):
        return True
    return private and not address.is_reserved


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries, where packets to it arrive there."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


class Guard(AbstractResolver):
    """Looks names up, and keeps those addresses that a name may mean."""

    def __init__(self, lookup: AbstractResolver, *, private: bool) -> None:
        self._lookup, self._private = lookup, private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            Unavailable: it has addresses, and none that may be connected to.
            OSError: it has none.
        """
        found = await self._lookup.resolve(host, port, family)
        kept = [each for each in found if self._may(host, each["host"])]
        if found and not kept:
            raise Unavailable(
                "its name leads into a private network; if that is right, the operator sets "
                "private_network: true"
            )
        return kept

    async def close(self) -> None:
        """Let go of the resolver behind it."""
        await self._lookup.close()

    def _may(self, host: str, text: str) -> bool:
        address = literal(text.partition("%")[0])
        return address is not None and may_mean(host, address, private=self._private)

"""The addresses that ICE candidates announce."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Sequence


def own_addresses(host: str) -> list[str]:
    """Return the addresses of this machine that reach a socket listening on ``host``.

    For a wildcard: the address that the default route uses, then loopback.
    """
    if host not in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        return [host]
    addresses = []
    for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        if family == socket.AF_INET6 and host != "::":
            continue
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((target, 9))  # sends nothing, only asks for the route
            addresses.append(probe.getsockname()[0])
    return [*dict.fromkeys(addresses), "127.0.0.1"]


async def resolve(hosts: Sequence[str]) -> list[str]:
    """Return the addresses of names; an address is returned as it is. Raises ``OSError``."""
    loop = asyncio.get_running_loop()
    addresses: list[str] = []
    for host in hosts:
        try:
            addresses.append(str(ipaddress.ip_address(host)))
        except ValueError:
            try:
                found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
            except (OSError, UnicodeError) as error:
                raise OSError(
                    f"The public address {host!r} is neither an address nor a known name"
                ) from error
            addresses.extend(str(entry[4][0]) for entry in found)
    return list(dict.fromkeys(addresses))

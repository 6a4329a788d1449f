"""What the server needs from the machine that it runs on: ports, files, addresses.

Only questions and small preparations; ``liveshow.check`` puts them into words.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import resource
import socket
from pathlib import Path

import ifaddr

from liveshow.errors import LiveshowError

# File systems on which SQLite's locks or its shared memory do not work as on a local disk.
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "lustre", "afs", "ncpfs"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.cephfs"}
)
_PICK_ATTEMPTS = 100
BACKLOG = 2048  # a popular show's start is a rush of connections


class CannotRun(LiveshowError):
    """Something that the operator must mend; the message is a sentence that says what."""


def bind_tcp(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets for every address of ``host``, all on one port.

    With ``port`` 0 the number is one that is free for UDP too, because media uses the same one.
    Raises :class:`CannotRun` with a sentence when that cannot be.
    """
    for _ in range(_PICK_ATTEMPTS if port == 0 else 1):
        sockets = _bind_all(host, port)
        chosen = port_of(sockets[0])
        if port or udp_is_free(host, chosen):
            return sockets
        for bound in sockets:
            bound.close()
    raise CannotRun(message="No port is free for both TCP and UDP.")


def port_of(bound: socket.socket) -> int:
    """Return the port that a socket is bound to."""
    number: int = bound.getsockname()[1]
    return number


def _bind_all(host: str, port: int) -> list[socket.socket]:
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except socket.gaierror as error:
        raise CannotRun(message=f"host: {host!r} is not an address of this machine.") from error
    sockets: list[socket.socket] = []
    with contextlib.ExitStack() as on_failure:
        for family, kind, protocol, _name, address in dict.fromkeys(found):
            # Port 0: the second address takes the number that the first was given.
            number = port_of(sockets[0]) if sockets else port
            try:
                bound = _listen(family, kind, protocol, (address[0], number, *address[2:]))
            except OSError as error:
                if sockets and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    continue  # "localhost" names ::1 on machines without IPv6
                raise CannotRun(message=_why_not(host, port, error)) from error
            on_failure.callback(bound.close)
            sockets.append(bound)
        on_failure.pop_all()
    return sockets


def _listen(family: int, kind: int, protocol: int, address: tuple[object, ...]) -> socket.socket:
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # "::" alone serves IPv4 too; beside an IPv4 socket it would collide with it.
            both = address[0] == "::" and socket.has_dualstack_ipv6()
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if both else 1)
        bound.bind(address)
        bound.listen(BACKLOG)
        bound.setblocking(False)
    except OSError:
        bound.close()
        raise
    return bound


def _why_not(host: str, port: int, error: OSError) -> str:
    where = f"{host or '*'}:{port}"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken ({where}): stop the program that has it, or set another port."
    if error.errno == errno.EACCES:
        return (
            f"Port {port} needs a privilege that this user does not have: use a port from 1024 up "
            "behind a proxy, or grant CAP_NET_BIND_SERVICE."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"host: {host} is not an address of this machine."
    return f"Cannot listen on {where}: {error.strerror or error}."


def udp_problem(host: str, port: int) -> str:
    """Return why UDP ``host:port`` cannot be had, "" when it is free."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind(address)
    except socket.gaierror:
        return f"host: {host!r} is not an address of this machine."
    except OSError as error:
        return _why_not(host, port, error)
    return ""


def udp_is_free(host: str, port: int) -> bool:
    """Whether media could be received on ``host:port``."""
    return not udp_problem(host, port)


def raise_file_limit() -> int:
    """Raise the limit of open files to what the system allows; return it.

    Every viewer is a connection; the usual 1024 is the number of guests at which a show breaks.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # macOS reports "infinity" and refuses it: what there was is kept then.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def local_addresses() -> list[str]:
    """Return this machine's IPv4 addresses, loopback first, sorted."""
    found = {
        str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4
    } | {"127.0.0.1"}
    return sorted(found, key=lambda ip: (not ip.startswith("127."), ipaddress.ip_address(ip)))


def is_wildcard(host: str) -> bool:
    """Whether ``host`` means every address of the machine."""
    return host in ("", "*", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on


def is_loopback(host: str) -> bool:
    """Whether ``host`` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def file_system_of(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """Return the type of the file system that ``path`` is (or would be) on, "" when unknown."""
    target = path.absolute()
    best, found = -1, ""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    for line in lines:
        left, _, right = line.partition(" - ")
        try:
            point = Path(left.split()[4].replace("\\040", " "))
            kind = right.split()[0]
        except IndexError:
            continue
        # Later lines hide earlier ones that are mounted at the same place.
        if target.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), kind
    return found

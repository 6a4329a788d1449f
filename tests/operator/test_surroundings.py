"""What the machine is asked for: ports, file systems, limits."""

from __future__ import annotations

import resource
import socket
from pathlib import Path

import pytest

from liveshow import surroundings
from liveshow.surroundings import CannotRun
from tests.support import free_port


def test_port_zero_gives_a_number_that_is_free_for_udp_too() -> None:
    (bound,) = surroundings.bind_tcp("127.0.0.1", 0)
    with bound:
        assert surroundings.udp_is_free("127.0.0.1", surroundings.port_of(bound))


def test_localhost_is_one_port_on_every_address_it_names() -> None:
    sockets = surroundings.bind_tcp("localhost", 0)
    assert len({surroundings.port_of(bound) for bound in sockets}) == 1
    for bound in sockets:
        bound.close()


def test_every_address_is_one_port_for_ipv4_too() -> None:
    sockets = surroundings.bind_tcp("0.0.0.0", 0)
    port = surroundings.port_of(sockets[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    for bound in sockets:
        bound.close()


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CannotRun, match=r"^internal: Port \d+ is taken"):
            surroundings.bind_tcp("127.0.0.1", other.getsockname()[1])


def test_a_udp_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        assert "is taken" in surroundings.udp_problem("127.0.0.1", port)
    assert surroundings.udp_problem("127.0.0.1", free_port()) == ""


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotRun, match="is not an address of this machine"):
        surroundings.bind_tcp(host, 0)


def test_local_addresses_start_with_loopback() -> None:
    assert surroundings.local_addresses()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "wildcard", "loopback"),
    [
        ("0.0.0.0", True, False),
        ("::", True, False),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("localhost", False, True),
        ("192.0.2.1", False, False),
        ("live.example", False, False),
    ],
)
def test_hosts_are_told_apart(host: str, wildcard: bool, loopback: bool) -> None:
    assert surroundings.is_wildcard(host) is wildcard
    assert surroundings.is_loopback(host) is loopback


def test_a_file_system_is_found_by_its_longest_mount_point(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        "40 22 0:50 / /srv rw shared:2 - nfs4 nas:/srv rw\n"
        "41 40 8:2 / /srv/fast\\040disk rw - xfs /dev/vdb rw\n"
        "nonsense\n"
    )
    assert surroundings.file_system_of(Path("/var/lib/liveshow"), mounts) == "ext4"
    assert surroundings.file_system_of(Path("/srv/data"), mounts) == "nfs4"
    assert surroundings.file_system_of(Path("/srv/fast disk/data"), mounts) == "xfs"
    assert surroundings.file_system_of(Path("/srv"), tmp_path / "missing") == ""


def test_the_limit_of_open_files_is_raised_to_what_is_allowed() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
        assert surroundings.raise_file_limit() == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

"""What this machine gives the server: a folder, a secret, ports, files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from liveshow.check.findings import Finding, did_you_mean
from liveshow.relay.kernel.choice import native_available
from liveshow.settings import Settings
from liveshow.surroundings import (
    NETWORK_FILE_SYSTEMS,
    CannotRun,
    bind_tcp,
    file_system_of,
    raise_file_limit,
    udp_problem,
)

SECRET_LENGTH = 32
SECRET_VARIETY = 10  # different characters; "changemechangemechangemechangeme" has 7
DISK_SPACE = 1 << 30  # bytes: photos and the log of shows grow
FILES_PER_VIEWER = 2
SPARE_FILES = 256
UDP_BUFFER = 4 << 20  # bytes; what liveshow.relay asks for, to take a burst of keyframes


def settings_and_environment(
    settings: Settings, environment: Mapping[str, str]
) -> Iterator[Finding]:
    """Whether every setting means something."""
    part = "settings"
    good = True
    known = {f"LIVESHOW_{name.upper()}" for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith("LIVESHOW_") and name.upper() not in known:
            good = False
            hint = did_you_mean(name.upper(), known)
            yield Finding("warning", part, f"{name} is not a setting and has no effect{hint}.")
    if good:
        yield Finding("ok", part, "They are valid.")


def data_folder(settings: Settings) -> Iterator[Finding]:
    """Whether the data folder keeps what is written to it."""
    part = "data folder"
    folder = settings.data_dir.absolute()
    existing = folder
    while not existing.exists():
        existing = existing.parent
    try:
        if not existing.is_dir():
            raise NotADirectoryError(f"{existing} is a file")
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        yield Finding("problem", part, f"Cannot write to {folder}: {error.strerror or error}.")
        return
    kind = file_system_of(existing)
    if kind in NETWORK_FILE_SYSTEMS and _is_sqlite(settings):
        yield Finding(
            "problem",
            part,
            f"{folder} is on a network file system ({kind}), where SQLite can lose data: use a "
            "local disk, or Postgres by database_url.",
        )
        return
    free = shutil.disk_usage(existing).free
    if free < DISK_SPACE:
        yield Finding("warning", part, f"Only {free >> 20} MiB are free where {folder} is.")
    elif folder.exists():
        yield Finding("ok", part, f"{folder} can be written to.")
    else:
        yield Finding("ok", part, f"{folder} will be created at the first start.")


def _is_sqlite(settings: Settings) -> bool:
    return settings.sql_url.startswith("sqlite+")


def secret(settings: Settings) -> Iterator[Finding]:
    """Whether the secret is one; nothing is signed with it yet."""
    part = "secret"
    value = settings.secret.get_secret_value()
    if not value:
        yield Finding("ok", part, "It is not set, and not needed: nothing is signed yet.")
    elif len(value) < SECRET_LENGTH or len(set(value)) < SECRET_VARIETY:
        yield Finding(
            "warning",
            part,
            "It can be guessed. Nothing is signed with it yet, but it is meant for that: use "
            f"{SECRET_LENGTH} random characters or more, for example from `openssl rand -base64 "
            "36`.",
        )
    else:
        yield Finding("ok", part, "It is long enough. Nothing is signed with it yet.")


def ports(settings: Settings) -> Iterator[Finding]:
    """Whether the port is free, for HTTP and for media."""
    part = "port"
    good = True
    try:
        for bound in bind_tcp(settings.host, settings.port):
            bound.close()
    except CannotRun as error:
        good = False
        yield Finding("problem", part, f"TCP for HTTP: {error.message}")
    if why := udp_problem(settings.host, settings.port):
        good = False
        yield Finding("problem", part, f"UDP for media: {why}")
    if good:
        number = settings.port or "A free number"
        yield Finding("ok", part, f"{number} can be had on {settings.host}, TCP and UDP.")


def fan_out_kernel(settings: Settings) -> Iterator[Finding]:
    """Whether media is sent by the kernel that serves many viewers."""
    part = "media"
    if native_available():
        kernel = "in Python, as you chose" if settings.kernel == "python" else "in C"
        yield Finding("ok", part, f"Pictures are sent to viewers by the fan-out kernel {kernel}.")
        return
    advice = (
        "The native fan-out kernel was not built, so one core serves a third of the viewers: "
        "install a C compiler and OpenSSL's headers (Debian: gcc libssl-dev), then liveshow again."
    )
    yield Finding("problem" if settings.kernel == "native" else "warning", part, advice)


def limits(settings: Settings, kernel: Path = Path("/proc/sys/net/core")) -> Iterator[Finding]:
    """Whether the system lets the server have as many viewers as it may."""
    part = "limits"
    good = True
    wanted = settings.max_viewers * FILES_PER_VIEWER + SPARE_FILES
    if (files := raise_file_limit()) < wanted:
        good = False
        yield Finding(
            "warning",
            part,
            f"{files} open files are allowed; {settings.max_viewers} viewers need about {wanted}: "
            "raise `ulimit -Hn` (systemd: LimitNOFILE), or lower max_viewers.",
        )
    for name in ("rmem_max", "wmem_max"):
        try:
            size = int((kernel / name).read_text())
        except (OSError, ValueError):
            continue  # not Linux, or not told inside a container
        if size < UDP_BUFFER:
            good = False
            yield Finding(
                "warning",
                part,
                f"UDP buffers are limited to {size >> 10} KiB, packets may be lost with many "
                f"viewers: run `sysctl -w net.core.{name}={UDP_BUFFER}`.",
            )
    if good:
        yield Finding("ok", part, f"{files} open files, large UDP buffers.")

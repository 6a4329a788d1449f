"""The choice of the fan-out kernel: the native one where it was built, else that in Python."""

from __future__ import annotations

import logging
import socket
from types import ModuleType
from typing import Literal

from liveshow.errors import LiveshowError
from liveshow.relay.kernel.protocols import INTERFACE, Kernel
from liveshow.relay.kernel.python import PythonKernel

Choice = Literal["auto", "native", "python"]
log = logging.getLogger(__name__)

MAX_THREADS = 64  # most threads of the native kernel; ``send.h`` has the same bound


class KernelMissing(LiveshowError):
    """The native kernel was asked for and was not built."""


def native_available() -> bool:
    """Tell whether the native kernel was built."""
    return _native() is not None


def _native() -> ModuleType | None:
    """Return the native kernel, None when it is not there or was built from other sources."""
    try:
        from liveshow.relay.kernel import _native as native
    except ImportError:
        return None
    if getattr(native, "INTERFACE", 0) == INTERFACE:
        return native
    log.warning("the native kernel was built from other sources; install liveshow again to use it")
    return None


def open_kernel(sock: socket.socket, choice: Choice = "auto", threads: int = 1) -> Kernel:
    """Make a kernel that sends and receives through ``sock``, a bound UDP socket.

    ``auto``: native if it was built. ``threads`` (1 to 64) share a burst, in the native
    kernel only. Close the kernel before the socket. Raises ``KernelMissing``, and
    ``ValueError`` for another choice or number.
    """
    if choice not in ("auto", "native", "python"):
        raise ValueError(f"no kernel {choice!r}: auto, native or python")
    if not 1 <= threads <= MAX_THREADS:
        raise ValueError(f"the kernel has 1 to {MAX_THREADS} threads")
    if choice != "python":
        native = _native()
        if native is not None:
            kernel: Kernel = native.Kernel(sock, threads)
            return kernel
        if choice == "native":
            raise KernelMissing(
                message="The native fan-out kernel was not built. Install a C compiler and "
                "OpenSSL's headers (Debian: gcc libssl-dev) and install liveshow again, or "
                "set LIVESHOW_KERNEL=python."
            )
    return PythonKernel(sock)

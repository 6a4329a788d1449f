"""What is made once and kept between runs: the encoded clip, the compiled sweeper."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def cached(name: str, what: bytes, make: Callable[[Path], None]) -> Path:
    """Return the file ``name``, made by ``make`` unless it was made of the same ``what`` before.

    ``make`` writes to the path that it is given, which then gets its place at once: two runs at
    the same time do not disturb each other.
    """
    folder = Path(tempfile.gettempdir()) / f"liveshow-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    stem, _, suffix = name.partition(".")
    path = folder / f"{stem}-{hashlib.sha256(what).hexdigest()[:16]}.{suffix}"
    if not path.exists():
        unfinished = path.with_suffix(f".{os.getpid()}")
        try:
            make(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return path

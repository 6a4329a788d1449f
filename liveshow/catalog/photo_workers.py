"""Child processes that decode what strangers upload, so that nothing else suffers from it.

A process that takes too long, or too much, is killed; the next photo gets a new one.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

import structlog

from liveshow.catalog.photo_encoding import Encoded
from liveshow.catalog.photo_worker import LENGTH, NO_LIMITS
from liveshow.errors import LiveshowError, TooLarge, Unavailable, Unprocessable
from liveshow.fair_queue import FairQueue

log = structlog.get_logger(__name__)

WORKERS = 2
# For one photo, however little of a processor the worker gets.
WALL_SECONDS = 40.0
# For a worker to be gone after its pipes have closed.
EXIT_SECONDS = 2.0
COMMAND = (sys.executable, "-m", "liveshow.catalog.photo_worker")


class PhotoWorkers:
    """Encodes photos in a few processes, which start when they are needed. Close it when done."""

    def __init__(self, workers: int = WORKERS, *, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._queue = FairQueue(workers)
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._closed = False
        # The most memory that a worker has had, KiB.
        self.peak_kib = 0

    async def encode(self, owner_id: str, data: bytes) -> Encoded:
        """Encode an upload when its owner's turn comes.

        Raises ``Unprocessable``: ``not_an_image``, ``too_complex``; ``TooLarge``, ``Unavailable``.
        """
        await self._queue.take(owner_id)
        try:
            return await self._encode(data)
        finally:
            self._queue.give()

    async def _encode(self, data: bytes) -> Encoded:
        if self._closed:
            raise _busy()
        # One that was ended from outside is none.
        self._idle = [process for process in self._idle if process.returncode is None]
        process = self._idle.pop() if self._idle else await self._start()
        self._busy.add(process)
        try:
            async with asyncio.timeout(WALL_SECONDS):
                answer = await self._ask(process, data)
        except TimeoutError:
            log.warning("a photo took too long", seconds=WALL_SECONDS)
            await self._end(process)
            raise _busy() from None
        except (OSError, EOFError):
            # Its pipes close before it is gone. How it ends by itself says why it did.
            with suppress(TimeoutError):
                async with asyncio.timeout(EXIT_SECONDS):
                    await process.wait()
            await self._end(process)
            if process.returncode == NO_LIMITS:
                log.error("photos cannot be decoded: setrlimit is forbidden here")
                raise _busy() from None
            log.info("a photo was more than a worker takes", status=process.returncode)
            raise _beyond_limits(process) from None
        except BaseException:
            # Half of an answer may be under way.
            await asyncio.shield(self._end(process))
            raise
        self._busy.discard(process)
        self._idle.append(process)
        if isinstance(answer, LiveshowError):
            raise answer
        return answer

    async def _start(self) -> Process:
        # Nothing of the server's environment: its secrets are not for this process.
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
        return await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment,
            # Ctrl-C is the server's: this ends with it.
            start_new_session=True,
        )

    async def _ask(self, process: Process, data: bytes) -> Encoded | LiveshowError:
        source, out = process.stdout, process.stdin
        if source is None or out is None:
            raise EOFError
        out.write(LENGTH.pack(len(data)))
        out.write(data)
        await out.drain()
        (length,) = LENGTH.unpack(await source.readexactly(LENGTH.size))
        head = json.loads(await source.readexactly(length))
        if "code" in head:
            kind = TooLarge if head["status"] == TooLarge.status else Unprocessable
            return kind(head["code"], head["message"])
        self.peak_kib = max(self.peak_kib, head["peak_kib"])
        full = await source.readexactly(head["full"])
        thumb = await source.readexactly(head["thumb"])
        return Encoded(full, thumb, head["width"], head["height"])

    async def _end(self, process: Process) -> None:
        with suppress(ProcessLookupError):
            process.kill()
        self._busy.discard(process)
        if process.stdin is not None:
            process.stdin.close()
        # One that hangs in the system ends when that lets go of it; nobody waits for it here.
        with suppress(TimeoutError):
            async with asyncio.timeout(EXIT_SECONDS):
                await process.wait()

    async def close(self) -> None:
        """End all processes; uploads that are under way are refused."""
        self._closed = True
        processes = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*map(self._end, processes))


def _busy() -> Unavailable:
    return Unavailable("unavailable", "Photos take too long just now. Try again.", retry_after=5)


def _beyond_limits(process: Process) -> LiveshowError:
    if process.returncode == -signal.SIGXCPU:
        return Unprocessable(
            "too_complex",
            "This picture takes too much work to read. Save it as an ordinary JPEG and try again.",
        )
    return TooLarge("too_large", "This picture takes too much memory. Make it smaller.")

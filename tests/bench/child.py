"""Processes that are measured, or that load what is measured.

One JSON object a line each way: a request names a handler of the child and its arguments, the
answer is what the handler returned.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, Self

Json = dict[str, Any]
Handlers = dict[str, Callable[..., Awaitable[Any]]]

PATIENCE = 60.0  # seconds for any answer


def stay_on(core: int) -> None:
    """Keep this process, and all threads that it will make, on one core."""
    os.sched_setaffinity(0, {core})


class Child:
    """A Python module running as a process of its own, on one ``core`` if that is given."""

    def __init__(self, module: str, *arguments: str, core: int | None = None) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._core = core
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=pipe,
            stdout=pipe,
            limit=1 << 24,
            preexec_fn=None if self._core is None else functools.partial(stay_on, self._core),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def ask(self, handler: str, *, patience: float = PATIENCE, **arguments: Any) -> Any:
        """Call a handler of the child and return what it returned, within ``patience`` seconds."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([handler, arguments]).encode() + b"\n")
        line = await asyncio.wait_for(process.stdout.readline(), patience)
        if not line:
            raise RuntimeError(f"{' '.join(self._command)} ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]


async def serve(handlers: Handlers) -> None:
    """Answer requests until standard input ends, and then end the process at once.

    Hundreds of connections are open by then, and a proper end of each would save nothing.
    """
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    reader = asyncio.StreamReader(limit=1 << 24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        name, arguments = json.loads(line)
        try:
            answer = {"result": await handlers[name](**arguments)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
    os._exit(0)

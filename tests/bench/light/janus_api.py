"""The Janus API over WebSocket, as far as watching a mountpoint needs it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple, Self

import aiohttp

PATIENCE = 15.0  # seconds for any answer
KEEP_ALIVE = 25.0  # seconds; sessions end after 60 without a request
MOUNTPOINT = 1

Json = dict[str, Any]


class Handle(NamedTuple):
    """A viewer's session, and its handle of the Streaming plugin."""

    session: int
    number: int


class Janus:
    """One connection for all viewers; each has a session of its own, as if from afar."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count()
        self._waiting: dict[str, asyncio.Queue[Json]] = {}
        self._sessions: list[int] = []
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def connect(cls, http: aiohttp.ClientSession, url: str) -> Self:
        sock = await http.ws_connect(url, protocols=["janus-protocol"])
        janus = cls(sock)
        janus._tasks = [asyncio.create_task(janus._read()), asyncio.create_task(janus._live())]
        return janus

    async def watch(self) -> tuple[Handle, str]:
        """Begin to watch the mountpoint; return the offer of Janus."""
        session = (await self._ask("create"))["data"]["id"]
        self._sessions.append(session)
        attached = await self._ask("attach", session_id=session, plugin="janus.plugin.streaming")
        handle = Handle(session, attached["data"]["id"])
        event = await self._message(handle, {"request": "watch", "id": MOUNTPOINT})
        return handle, event["jsep"]["sdp"]

    async def start(self, handle: Handle, answer: str) -> None:
        """Answer the offer."""
        jsep = {"type": "answer", "sdp": answer}
        await self._message(handle, {"request": "start"}, jsep=jsep)

    async def _message(self, handle: Handle, body: Json, **more: Any) -> Json:
        session, number = handle
        return await self._ask(
            "message",
            lambda answer: answer["janus"] != "ack",
            session_id=session,
            handle_id=number,
            body=body,
            **more,
        )

    async def _ask(
        self, what: str, is_last: Callable[[Json], bool] = lambda answer: True, **arguments: Any
    ) -> Json:
        transaction = str(next(self._numbers))
        answers = self._waiting[transaction] = asyncio.Queue()
        request = {"janus": what, "transaction": transaction, **arguments}
        try:
            async with asyncio.timeout(PATIENCE):
                await self._socket.send_json(request)
                while not is_last(answer := await answers.get()):
                    pass
        finally:
            del self._waiting[transaction]
        refused = answer.get("error") or answer.get("plugindata", {}).get("data", {}).get("error")
        if refused:
            raise ConnectionError(f"Janus refused to {what}: {refused}")
        return answer

    async def _read(self) -> None:
        async for text in self._socket:
            message = text.json()
            # Others tell what happened to a session (webrtcup, media): nobody waits for them.
            if (answers := self._waiting.get(message.get("transaction"))) is not None:
                answers.put_nowait(message)

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE)
            for session in self._sessions:
                await self._ask("keepalive", session_id=session)

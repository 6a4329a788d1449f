from __future__ import annotations

import asyncio
from typing import Any


class Chatter:
    def __init__(self, registry: Any, payments: Any, people: Any) -> None: ...
    async def run(self, stopping: asyncio.Event) -> None:
        await stopping.wait()

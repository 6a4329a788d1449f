"""From publisher to viewer with real peers: what is sent is what is seen."""

from __future__ import annotations

import pytest

from .peers import publishing, serve, watching


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_viewer_sees_and_hears_what_the_publisher_sends(codec: str) -> None:
    """One publisher, one viewer: the pictures decode, in order, and so does the sound."""
    async with serve() as server, publishing(server, codec):
        await server.until("started")
        async with watching(server) as viewer:
            await viewer.more("video", 40)
            await viewer.more("audio", 20)
            assert server.relay.live("demo")
            assert server.relay.viewers("demo") == 1
            assert server.relay.stats()["shows"]["demo"]["tracks"]["video"]["codec"] == codec

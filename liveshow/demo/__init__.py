"""What ``liveshow demo`` runs: seeded data, a synthetic host, and people who chat and buy."""

from __future__ import annotations

from liveshow.settings import Settings


async def run(settings: Settings, *, broadcast: bool) -> None:
    """Run the demo until a signal; without ``broadcast`` its show waits for a real host."""
    # The whole product and the encoders are needed only now.
    from liveshow.demo.evening import run_evening

    await run_evening(settings, broadcast=broadcast)

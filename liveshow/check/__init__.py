"""Says in plain words what in the settings or the surroundings will not work.

Each part yields :class:`Finding`s: ``ok``, a ``warning`` (it works, but not as you may think) or
a ``problem`` (it will not work). Nothing is changed: no file is written, no table created.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from liveshow.check import machine, payments, reachability, services
from liveshow.check.findings import Finding, Level, explain
from liveshow.settings import Settings

__all__ = ["Finding", "Level", "check", "explain"]


async def check(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Return what there is to say about every part, in the order in which to mend it."""
    found = [
        *machine.settings_and_environment(settings, environment),
        *machine.data_folder(settings),
        *machine.secret(settings),
        *machine.ports(settings),
        *machine.fan_out_kernel(settings),
        *reachability.tls_certificate(settings),
        *reachability.public_url(settings),
        *reachability.public_address(settings),
        *payments.providers(settings),
    ]
    found += await asyncio.to_thread(
        lambda: [*payments.orphans(settings), *services.database(settings)]
    )
    found += [finding async for finding in payments.stripe(settings)]
    found += [finding async for finding in services.redis(settings)]
    return [*found, *machine.limits(settings)]

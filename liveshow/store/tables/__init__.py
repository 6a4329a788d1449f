"""Every table, one module per aggregate. Importing this package knows them all.

Times are milliseconds since 1970 UTC, money is in minor units.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from liveshow.store.tables.base import metadata

# A table that no module has imported yet would be missing from ``metadata``.
for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["metadata"]

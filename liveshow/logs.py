"""Structured logs on standard error, one line per event, without anything secret.

Everything goes through one pipeline: our own events (structlog) and what libraries say through
``logging``. The last step before rendering is :func:`scrub`, so that a token or an SDP cannot
slip out through a traceback either. What a person did is never tied to a name: requests are
logged by their route, not by the path that was asked for, and carry a request id.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from liveshow.settings import Settings

# Libraries that report every packet, ping or statement below this level.
CHATTY = (
    "aiohttp.access",
    "aioice",
    "aiortc",
    "aiosqlite",
    "alembic",
    "asyncio",
    "engineio",
    "PIL",
    "socketio",
    "sqlalchemy",
    "stripe",
)

HIDDEN = "[hidden]"
_HIDDEN_NAMES = re.compile(
    r"token|password|passwd|secret|authorization|cookie|credential|sdp|(^|_)key$", re.IGNORECASE
)
_HIDDEN_PARTS: tuple[tuple[re.Pattern[str], str], ...] = (
    # ?token=..., "token": "...", password='...'
    (
        re.compile(
            r"\b((?:access_|stream_)?(?:token|password|secret|key)[\"']?\s*[=:]\s*[\"']?)"
            r"[^\s\"'&,;}]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b(Bearer\s+)[A-Za-z0-9._~+/=-]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    # Keys and secrets of Stripe; the publishable key (pk_) is none.
    (re.compile(r"\b(?:[sr]k_(?:live|test)_|whsec_)\w+|\b(?:pi|seti)_\w+?_secret_\w+"), HIDDEN),
    # postgresql://user:password@host
    (re.compile(r"(\w://[^\s:/@]*:)[^\s@/]+(@)"), rf"\1{HIDDEN}\2"),
    # A session description, as text or as it looks inside a repr.
    (re.compile(r"v=0(?:\r?\n|\\r\\n|\\n)o=.*", re.DOTALL), "[sdp hidden]"),
)


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send the logs of this process to ``stream`` (standard error) as the settings say."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Tests configure more than once; a logger must not remember the first time.
        cache_logger_on_first_use=False,
    )
    renderer: Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        colors = (stream or sys.stderr).isatty()
        renderer = structlog.dev.ConsoleRenderer(
            colors=colors, exception_formatter=structlog.dev.plain_traceback
        )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                scrub,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    level = settings.log_level.upper()
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("engineio.server").addFilter(_is_ours)
    # A traceback per connection that an outage ended; the store tells the outage itself.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    logging.captureWarnings(True)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether it is no mistake of a client; engineio reports the first of each kind as an error."""
    return "(further occurrences of this error" not in str(record.msg)


def scrub(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace what must not be in a log: tokens, passwords, keys, session descriptions."""
    for name, value in event.items():
        event[name] = HIDDEN if _HIDDEN_NAMES.search(name) else _scrubbed(value)
    return event


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, MutableMapping):
        return scrub(None, "", dict(value))
    if isinstance(value, list | tuple):
        return [_scrubbed(part) for part in value]
    return value


def scrub_text(text: str) -> str:
    """Return ``text`` with secrets replaced by ``[hidden]``."""
    for pattern, replacement in _HIDDEN_PARTS:
        text = pattern.sub(replacement, text)
    return text

"""Tables as CSV (RFC 4180): every export of the server is written here.

What people have written ends up in a spreadsheet, which takes a cell that begins with ``=`` for a
formula. So a cell of text never has a sign there that means one, nor behind anything that some
spreadsheet takes for the end of a cell: quotes, and the separators of any country
(https://owasp.org/www-community/attacks/CSV_Injection). Numbers and times are ours, and stay so.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from aiohttp import web

from liveshow.codes import DECIMALS

# Without it a spreadsheet reads the letters of the world in the encoding of its own country.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# Rows of one file. A spreadsheet takes a million.
MOST_ROWS = 100_000
CUT = "More rows than fit into one file. The oldest ones are left out."
# Written at once.
_BATCH = 200

Cell = str | int | Decimal | None

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FORMULA = re.compile(r"(^|[\"',;|])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def amount(minor: int, currency: str) -> Decimal:
    """Return an amount in minor units as a number of its currency."""
    return Decimal(minor).scaleb(-DECIMALS[currency])


def moment(at: int) -> str:
    """Return a time (ms) as spreadsheets read it, in UTC."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def text_cell(text: str) -> str:
    """Return text as one line that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'\2", _CONTROLS.sub(" ", text))


def row_text(cells: Sequence[Cell]) -> str:
    """Return a row with its end of line."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + text_cell(value).replace('"', '""') + '"'
    return str(value)


async def send(
    request: web.Request, name: str, head: Sequence[str], rows: AsyncIterator[Sequence[Cell]]
) -> web.StreamResponse:
    """Send rows as a file as they come; a refusal of the first one is still a refusal.

    Beyond ``MOST_ROWS`` the file ends with a row that says so.
    """
    first = await anext(rows, None)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8; header=present",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    waiting = [BOM + row_text(head)]
    written = 0
    if first is not None:
        waiting.append(row_text(first))
        written = 1
        async for row in rows:
            if written >= MOST_ROWS:
                waiting.append(row_text([CUT]))
                break
            waiting.append(row_text(row))
            written += 1
            if len(waiting) >= _BATCH:
                await response.write("".join(waiting).encode())
                waiting.clear()
    await response.write("".join(waiting).encode())
    await response.write_eof()
    return response

"""What a shared link shows where it is pasted: a title, a sentence and a picture.

Messengers and search engines run no scripts, so the server writes it into the page
(https://ogp.me, and the name that X reads first). It says what a guest would see. What guests may
not see, and what is not there, leaves the page as it is for everybody.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Protocol

from aiohttp import web

from liveshow.accounts.service import Accounts
from liveshow.catalog.listings import Listings
from liveshow.domain.show.admission import check_visible
from liveshow.errors import LiveshowError, NotFound
from liveshow.fields import is_handle, is_id
from liveshow.rooms.directory import Directory

#: A page does not wait longer for its preview, seconds.
PATIENCE = 1.0
#: Characters of a description; what is beyond them nobody shows.
MOST = 200

_TITLE = re.compile(r"<title>[^<]*</title>")


class Picture(Protocol):
    """A photo at the address where it is served; pixels."""

    @property
    def url(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


@dataclass(frozen=True)
class Preview:
    """``kind``: a type of Open Graph."""

    title: str
    description: str
    picture: Picture | None = None
    kind: str = "website"


class Previews:
    """Writes previews into pages."""

    def __init__(
        self,
        directory: Directory,
        accounts: Accounts,
        listings: Listings,
        public_url: Callable[[web.Request], str],
    ) -> None:
        self._directory = directory
        self._accounts = accounts
        self._listings = listings
        self._public_url = public_url
        self._of: Mapping[str, Callable[[web.Request], Awaitable[Preview | None]]] = {
            "show": self._show,
            "closet": self._closet,
        }

    async def write(self, page: str, html: str, request: web.Request) -> str:
        """Return the HTML of ``page`` with the preview of what is at the request's address."""
        find = self._of.get(page)
        if find is None:
            return html
        try:
            async with asyncio.timeout(PATIENCE):
                preview = await find(request)
        except (LiveshowError, TimeoutError):
            return html
        return html if preview is None else self._written(preview, html, request)

    async def _show(self, request: web.Request) -> Preview:
        state = await self._directory.snapshot(_id(request.match_info["show"]))
        check_visible(state, None)
        show = state.show
        about = show.description or f"A live selling show by {show.host.name}: watch, ask, claim."
        return Preview(show.title, about, show.cover, "video.other")

    async def _closet(self, request: web.Request) -> Preview | None:
        handle = request.match_info.get("handle")
        if handle is None:  # one's own
            return None
        handle = handle.lower()  # as where it is typed
        if not is_handle(handle):
            return None
        if (wanted := request.query.get("listing")) is not None:
            listing = await self._listings.get(_id(wanted))
            if listing.archived_at is not None or listing.owner.handle != handle:
                return None
            about = listing.description or f"From the closet of {listing.owner.name}."
            return Preview(listing.title, about, next(iter(listing.photos), None))
        account = (await self._accounts.profile(handle, None)).account
        newest = await self._listings.closet(handle, None, archived=False, before=None, limit=6)
        pictures = (photo for listing in newest for photo in listing.photos)
        about = account.bio or f"What {account.user.name} sells, and brings to live shows."
        title = f"{account.user.name}'s closet"
        return Preview(title, about, next(pictures, None), "profile")

    def _written(self, preview: Preview, html: str, request: web.Request) -> str:
        base = self._public_url(request)
        about = " ".join(preview.description.split())
        if len(about) > MOST:
            about = about[: MOST - 1].rstrip() + "…"
        named = {"description": about, "twitter:card": "summary"}
        properties = {
            "og:site_name": "liveshow",
            "og:type": preview.kind,
            "og:title": preview.title,
            "og:description": about,
            "og:url": f"{base}{request.rel_url.raw_path_qs}",
        }
        if picture := preview.picture:
            named["twitter:card"] = "summary_large_image"
            properties |= {
                "og:image": f"{base}{picture.url}",
                "og:image:type": "image/webp",
                "og:image:width": str(picture.width),
                "og:image:height": str(picture.height),
                "og:image:alt": preview.title,
            }
        lines = [
            *(
                f'    <meta name="{name}" content="{escape(text)}" />\n'
                for name, text in named.items()
            ),
            *(
                f'    <meta property="{name}" content="{escape(text)}" />\n'
                for name, text in properties.items()
            ),
        ]
        title = f"<title>{escape(preview.title)} · liveshow</title>\n{''.join(lines)}".rstrip()
        return _TITLE.sub(lambda _found: title, html, count=1)


def _id(text: str) -> str:
    if not is_id(text):
        raise NotFound("not_found", "There is nothing at this address.")
    return text

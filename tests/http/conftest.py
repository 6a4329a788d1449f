"""An application of the HTTP resources, on both databases, with a clock that the test turns.

``api``   the application behind a real socket; ``await api.account("ana")`` signs somebody up
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update
from sqlmodel import SQLModel, col

from liveshow.accounts.attempts import LimitedAttempts
from liveshow.accounts.identity import Gate
from liveshow.accounts.passwords import Cost, Passwords
from liveshow.accounts.service import Accounts
from liveshow.budgets import Limits
from liveshow.catalog.listings import Listings
from liveshow.catalog.mandates import Mandates
from liveshow.catalog.photos import PhotoFiles, Photos
from liveshow.http.accounts import AccountResource
from liveshow.http.api import PACES, add_endpoints
from liveshow.http.headers import add_security_headers
from liveshow.http.identity import GATE, TRUSTED_PROXIES
from liveshow.http.listings import ListingResource
from liveshow.http.mandates import MandateResource
from liveshow.http.photos import PhotoResource
from liveshow.http.problems import problems_middleware
from liveshow.ids import new_id
from liveshow.pace import Paces
from liveshow.store.accounts import AccountRepository
from liveshow.store.database import Database
from liveshow.store.listings import ListingRepository
from liveshow.store.mandates import MandateRepository
from liveshow.store.photos import PhotoRepository
from liveshow.store.rows import insert_rows
from liveshow.store.tables.listings import VariantRow
from liveshow.store.tables.shows import ShowItemRow, ShowRow
from tests.support import rows_of

M = TypeVar("M", bound=SQLModel)

UPLOAD_BYTES = 200_000
PASSWORD = "correct horse"


class Clock:
    """Time of the test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def advance(self, *, days: int = 0, seconds: int = 0) -> None:
        self.now += (days * 86_400 + seconds) * 1000


@dataclass
class Answer:
    """A response that was read to its end."""

    status: int
    headers: Any
    raw: bytes
    body: Any

    @property
    def code(self) -> str:
        assert self.headers["Content-Type"].startswith("application/problem+json")
        assert self.body["status"] == self.status
        return str(self.body["code"])

    @property
    def fields(self) -> list[str]:
        """The fields that a problem complains of."""
        return [error["field"] for error in self.body["errors"]]


@dataclass
class Caller:
    """Somebody who sends requests; without a token it is a guest."""

    client: TestClient[Any, Any]
    token: str = ""
    user: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, json: Any = None, **options: Any) -> Answer:
        headers = dict(self.headers)
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        headers |= options.pop("headers", {})
        if json is not None:
            options["json"] = json
        async with self.client.request(method, path, headers=headers, **options) as response:
            raw = await response.read()
            body = await response.json(content_type=None) if b"{" in raw[:1] else None
            return Answer(response.status, response.headers, raw, body)

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.send("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return await self.send("POST", path, json, **options)

    async def patch(self, path: str, json: Any, **options: Any) -> Answer:
        return await self.send("PATCH", path, json, **options)

    async def put(self, path: str, **options: Any) -> Answer:
        return await self.send("PUT", path, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        return await self.send("DELETE", path, **options)

    async def listing(self, **draft: Any) -> Any:
        """Create a listing and return it."""
        whole = {"title": "Coat", "price": 1000, "shipping": {"flat": 0}} | draft
        answer = await self.post("/api/listings", whole)
        assert answer.status == 201, answer.body
        return answer.body


class Api:
    """The application under test and what the tests look at behind it."""

    def __init__(
        self,
        client: TestClient[Any, Any],
        database: Database,
        accounts: Accounts,
        photos: Photos,
        clock: Clock,
        changed: list[str],
        folder: Path,
    ) -> None:
        self.client = client
        self.database = database
        self.accounts = accounts
        self.photos = photos
        self.clock = clock
        #: Listings that shows were told of.
        self.changed = changed
        self.folder = folder
        self.guest = Caller(client)

    async def account(self, handle: str) -> Caller:
        """Sign somebody up without a password and return them signed in."""
        (token,) = await self.accounts.create_tokens([handle])
        account = await self.accounts.by_handle(handle)
        return Caller(self.client, token, msgspec.to_builtins(account.user))

    async def show(
        self, host: Caller, *, status: str = "live", currency: str = "USD", title: str = "Show"
    ) -> str:
        """Insert a show and return its id."""
        show_id = new_id()
        await self.add(
            ShowRow(
                id=show_id,
                host_id=host.user["id"],
                title=title,
                status=status,
                currency=currency,
                created_at=self.clock.now,
            )
        )
        return show_id

    async def item(self, show_id: str, listing_id: str, number: int = 1) -> str:
        """Put a listing into the run of show and return the item's id."""
        item_id = new_id()
        await self.add(
            ShowItemRow(
                id=item_id,
                show_id=show_id,
                listing_id=listing_id,
                number=number,
                position=number - 1,
                price=1000,
            )
        )
        return item_id

    async def hold(self, variant_id: str, *, held: int = 0, sold: int = 0) -> None:
        """Set what is held and sold of a variant."""
        this = col(VariantRow.id) == variant_id
        await self.execute(update(VariantRow).where(this).values(held=held, sold=sold))

    async def execute(self, statement: Any) -> None:
        async with self.database.write() as connection:
            await connection.execute(statement)

    async def add(self, row: SQLModel) -> None:
        async with self.database.write() as connection:
            await insert_rows(connection, row)

    async def rows(self, table: type[M]) -> list[M]:
        return await rows_of(self.database, table)


# Tests ask more often than people do.
GENEROUS = {
    "sign_in_limit": "1000/second",
    "sign_up_limit": "1000/second",
    "write_limit": "1000/second",
    "upload_limit": "1000000000/second",
}


@pytest.fixture
def limits() -> dict[str, Any]:
    """Settings of budgets; override it in a test that runs into one."""
    return {}


@pytest.fixture
def trusted_proxies() -> int:
    return 0


@pytest.fixture
async def api(
    database: Database, tmp_path: Path, limits: dict[str, Any], trusted_proxies: int
) -> AsyncIterator[Api]:
    clock, changed = Clock(), list[str]()

    async def on_listing_changed(listing_id: str) -> None:
        changed.append(listing_id)

    set_limits = Limits(**GENEROUS | limits)
    passwords = Passwords(Cost(time=1, memory_kib=8, parallelism=1))
    accounts = Accounts(
        AccountRepository(database),
        passwords,
        attempts=LimitedAttempts(set_limits),
        clock=clock,
    )
    files = PhotoFiles(tmp_path / "photos")
    photos = Photos(PhotoRepository(database), files, limits=set_limits, clock=clock)
    listings = Listings(
        ListingRepository(database), changed=on_listing_changed, limits=set_limits, clock=clock
    )
    mandates = Mandates(MandateRepository(database), changed=on_listing_changed, clock=clock)

    app = web.Application(middlewares=[problems_middleware()])
    app[GATE] = Gate(accounts)
    app[TRUSTED_PROXIES] = trusted_proxies
    app[PACES] = Paces(set_limits, clock)
    add_security_headers(app)
    for endpoints in (
        AccountResource(accounts).endpoints(),
        PhotoResource(photos, files, UPLOAD_BYTES).endpoints(),
        ListingResource(listings, "USD").endpoints(),
        MandateResource(mandates).endpoints(),
    ):
        add_endpoints(app, endpoints)
    # Everybody identifies themselves by header: a shared cookie would mix them up.
    async with TestClient(TestServer(app), cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield Api(client, database, accounts, photos, clock, changed, tmp_path / "photos")
    await photos.close()
    passwords.close()

"""Photos over HTTP: PROTOCOL.md 2.2 and 2.7."""

from __future__ import annotations

import asyncio
import errno
import io
import shutil
import struct
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update
from sqlmodel import col
from structlog.testing import capture_logs

from liveshow import budgets
from liveshow.catalog import photos as photo_rules
from liveshow.http import bodies
from liveshow.payments.records import ENDING
from liveshow.store.tables.listings import PhotoRow
from liveshow.store.tables.payments import PaymentRow
from liveshow.store.tables.shows import ShowRow
from tests.http.conftest import UPLOAD_BYTES, Answer, Api, Caller
from tests.support import seconds


def image(width: int = 40, height: int = 30, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, kind, **options)
    return out.getvalue()


async def upload(caller: Caller, data: bytes, kind: str = "image/jpeg") -> Answer:
    return await caller.post("/api/photos", data=data, headers={"Content-Type": kind})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_comes_back_as_webp_in_two_sizes_and_stays(api: Api, kind: str) -> None:
    ana = await api.account("ana")
    answer = await upload(ana, image(2000, 1000, kind), f"image/{kind.lower()}")
    assert answer.status == 201
    photo = answer.body
    assert photo == {
        "id": photo["id"],
        "url": f"/photos/{photo['id']}/full.webp",
        "thumb_url": f"/photos/{photo['id']}/thumb.webp",
        "width": 1600,
        "height": 800,
    }
    for url, size in ((photo["url"], (1600, 800)), (photo["thumb_url"], (400, 300))):
        served = await api.guest.get(url)
        assert served.status == 200
        assert served.headers["Content-Type"] == "image/webp"
        assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        opened = Image.open(io.BytesIO(served.raw))
        assert (opened.format, opened.size) == ("WEBP", size)


async def test_only_the_two_files_are_left_in_the_folder(api: Api) -> None:
    ana = await api.account("ana")
    photo = (await upload(ana, image())).body
    names = sorted(path.name for path in (api.folder / photo["id"]).iterdir())
    assert names == ["full.webp", "thumb.webp"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\0" * 40,
        b"\xff\xd8\xff" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"RIFF\0\0\0\0WEBPVP8 ",
        image(400, 300)[:900],
        image(400, 300, "PNG")[:-30],
    ],
)
async def test_what_is_not_an_image_is_refused(api: Api, data: bytes) -> None:
    ana = await api.account("ana")
    answer = await upload(ana, data)
    assert (answer.status, answer.code) == (422, "not_an_image")
    assert await api.rows(PhotoRow) == []
    assert not api.folder.exists()


async def test_a_bomb_of_few_bytes_and_many_pixels_is_not_decoded(api: Api) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1_000_000)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)
    ana = await api.account("ana")
    answer = await upload(ana, bomb + chunk(b"IEND", b""), "image/png")
    assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize("chunked", [True, False])
async def test_too_many_bytes_are_refused(api: Api, chunked: bool) -> None:
    ana = await api.account("ana")
    data = image() + b"\0" * UPLOAD_BYTES

    async def chunks() -> Any:
        for start in range(0, len(data), 10_000):
            yield data[start : start + 10_000]

    answer = await upload(ana, chunks() if chunked else data)
    assert (answer.status, answer.code) == (413, "too_large")


async def test_only_photos_of_known_kinds_from_people_signed_in(api: Api) -> None:
    ana = await api.account("ana")
    for kind in ("image/gif", "application/json", "multipart/form-data"):
        answer = await upload(ana, image(), kind)
        assert (answer.status, answer.code) == (415, "unsupported_media_type")
    assert (await upload(api.guest, image())).code == "unauthenticated"


async def test_a_photo_stands_upright_and_has_forgotten_where_it_was_taken(api: Api) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (41.0, 9.0, 0.0)
    data = image(400, 200, exif=exif, comment=b"at home")
    assert b"Secret Camera" in data
    ana = await api.account("ana")
    photo = (await upload(ana, data)).body
    assert (photo["width"], photo["height"]) == (200, 400)
    for url in (photo["url"], photo["thumb_url"]):
        raw = (await api.guest.get(url)).raw
        assert b"Secret" not in raw
        assert b"home" not in raw
        opened = Image.open(io.BytesIO(raw))
        assert not opened.getexif()
        assert "icc_profile" not in opened.info
        assert "xmp" not in opened.info


async def test_what_hides_behind_an_image_is_not_kept(api: Api) -> None:
    ana = await api.account("ana")
    photo = (await upload(ana, image() + b"PK\x03\x04<script>")).body
    assert b"<script>" not in (await api.guest.get(photo["url"])).raw


@pytest.mark.parametrize(
    "path",
    ["nosuch/full.webp", "nosuch/original.webp", "%2e%2e/full.webp", "a%2fb/full.webp", "x/full"],
)
async def test_other_addresses_hold_no_photo(api: Api, path: str) -> None:
    assert (await api.guest.get(f"/photos/{path}")).code == "not_found"


@pytest.mark.parametrize("limits", [{"max_photos": 2}])
async def test_an_account_has_a_bounded_number_of_photos(api: Api) -> None:
    """faults.md 23: no total, and no way to remove one."""
    ana, bob = await api.account("ana"), await api.account("bob")
    first = (await upload(ana, image())).body
    api.clock.advance(seconds=1)
    second = (await upload(ana, image())).body
    refused = await upload(ana, image())
    assert (refused.status, refused.code) == (409, "too_many_photos")
    assert (await upload(bob, image())).status == 201
    listed = await ana.get("/api/photos?limit=1")
    assert [photo["id"] for photo in listed.body["items"]] == [second["id"]]
    rest = await ana.get(f"/api/photos?limit=1&after={listed.body['next']}")
    assert rest.body == {"items": [first], "next": None}
    path = f"/api/photos/{first['id']}"
    assert (await bob.delete(path)).code == "unknown_photo"
    assert (await ana.delete(path)).status == 204
    assert (await ana.delete(path)).code == "unknown_photo"
    assert not (api.folder / first["id"]).exists()
    assert (await api.guest.get(first["url"])).status == 404
    assert (await upload(ana, image())).status == 201


async def test_a_photo_that_is_shown_somewhere_stays(api: Api) -> None:
    ana = await api.account("ana")
    one, other = (await upload(ana, image())).body, (await upload(ana, image())).body
    listing = await ana.listing(photos=[one["id"]])
    show = await api.show(ana)
    await api.execute(update(ShowRow).where(col(ShowRow.id) == show).values(cover=other["id"]))
    for photo in (one, other):
        refused = await ana.delete(f"/api/photos/{photo['id']}")
        assert (refused.status, refused.code) == (409, "photo_in_use")
        assert (await api.guest.get(photo["url"])).status == 200
    await ana.patch(f"/api/listings/{listing['id']}", {"version": 1, "photos": []})
    assert (await ana.delete(f"/api/photos/{one['id']}")).status == 204


@pytest.mark.parametrize("status", ENDING)
async def test_what_late_money_may_buy_keeps_its_picture(api: Api, status: str) -> None:
    """scandipwa/scandipwa#2758: an order that was paid late had a picture that was gone."""
    ana, bob = await api.account("ana"), await api.account("bob")
    photo = (await upload(ana, image())).body["id"]
    row = PaymentRow(
        id="late",
        show_id=await api.show(ana),
        buyer_id=bob.user["id"],
        status=status,
        amount=1,
        currency="USD",
        address={},
        parcels=[{"lines": [{"photo": {"id": photo}}]}],
        until=0,
        provider="test",
        created_at=0,
    )
    await api.add(row)
    refused = await ana.delete(f"/api/photos/{photo}")
    assert (refused.status, refused.code) == (409, "photo_in_use")
    ended = update(PaymentRow).values(status="cancelled")
    await api.execute(ended)
    assert (await ana.delete(f"/api/photos/{photo}")).status == 204


@pytest.mark.parametrize("limits", [{"max_photo_bytes": 1}])
async def test_an_account_takes_a_bounded_part_of_the_disk(api: Api) -> None:
    """faults.md 23: 8.7 GB of photos of one account."""
    ana = await api.account("ana")
    assert (await upload(ana, image())).status == 201
    assert (await upload(ana, image())).code == "too_many_photos"


@pytest.mark.parametrize("limits", [{"keep_free_bytes": 1 << 60}])
async def test_photos_leave_room_on_the_disk_for_the_database(api: Api) -> None:
    """faults.md 75"""
    ana = await api.account("ana")
    with capture_logs() as log:
        refused = [await upload(ana, image()) for _ in range(2)]
    assert [answer.status for answer in refused] == [503, 503]
    assert "no room for photos" in refused[0].body["detail"]
    assert [line["log_level"] for line in log] == ["error"]
    assert not api.folder.exists()


async def test_a_photo_that_cannot_be_written_leaves_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 75: failed writes left empty folders, and were our fault (500)."""

    def full(_fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    ana = await api.account("ana")
    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        refused = await upload(ana, image())
    assert (refused.status, refused.code) == (503, "unavailable")
    assert list(api.folder.iterdir()) == []
    assert await api.rows(PhotoRow) == []


async def test_a_disk_that_hangs_keeps_nobody_waiting_and_leaves_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await api.account("ana")
    goes_on, over = threading.Event(), threading.Event()
    monkeypatch.setattr(photo_rules, "DISK_SECONDS", 0.2)
    remove_all = shutil.rmtree

    def removed(path: Path, **options: Any) -> None:
        remove_all(path, **options)
        over.set()

    monkeypatch.setattr("os.fsync", lambda _fd: goes_on.wait())
    monkeypatch.setattr(photo_rules.shutil, "rmtree", removed)
    try:
        refused = await upload(ana, image())
        assert (refused.status, refused.code) == (503, "unavailable")
        assert refused.headers["Retry-After"] == "60"
    finally:
        goes_on.set()
    # It was written at last, and nobody had asked for it any more.
    assert await asyncio.to_thread(over.wait, seconds(10))
    assert list(api.folder.iterdir()) == []


# What two photos have.
TWO = len(image(900, 600)) * 2


@pytest.mark.parametrize("limits", [{"upload_limit": f"{TWO}/minute"}])
@pytest.mark.parametrize("trusted_proxies", [1])
async def test_what_is_uploaded_in_a_minute_is_bounded_by_bytes(api: Api) -> None:
    """faults.md 75: 509 MB a minute of a stranger."""
    data = image(900, 600)
    people = [await api.account(f"a{n}") for n in range(5)]

    async def send(person: int, address: str) -> Answer:
        headers = {"Content-Type": "image/jpeg", "X-Forwarded-For": address}
        return await people[person].post("/api/photos", data=data, headers=headers)

    assert [(await send(0, "192.0.2.1")).status for _ in range(2)] == [201, 201]
    refused = await send(0, "192.0.2.2")
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    # One address has three times as much, whoever it is.
    assert [(await send(n, "192.0.2.1")).status for n in (1, 1, 2, 2)] == [201] * 4
    assert (await send(3, "192.0.2.1")).status == 429
    assert (await send(4, "192.0.2.3")).status == 201


@pytest.mark.parametrize("limits", [{"max_listings": 2}])
async def test_an_account_has_a_bounded_number_of_listings(api: Api) -> None:
    """faults.md 23"""
    ana, bob = await api.account("ana"), await api.account("bob")
    first = await ana.listing()
    await ana.listing()
    await ana.delete(f"/api/listings/{first['id']}")
    coat = {"title": "Coat", "price": 1000, "shipping": {"flat": 0}}
    refused = await ana.post("/api/listings", coat)
    assert (refused.status, refused.code) == (409, "too_many_listings")
    await bob.listing()


async def test_uploads_at_once_wait_for_their_turn(api: Api) -> None:
    ana = await api.account("ana")
    answers = await asyncio.gather(*(upload(ana, image(n + 1, 9)) for n in range(8)))
    assert [answer.status for answer in answers] == [201] * 8
    assert sorted(answer.body["width"] for answer in answers) == list(range(1, 9))


async def test_one_account_does_not_take_all_the_room_for_uploads(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_rules, "MAX_UPLOADS_EACH", 1)
    ana, bob = await api.account("ana"), await api.account("bob")
    started, finish = asyncio.Event(), asyncio.Event()

    async def slowly() -> Any:
        yield image()[:100]
        started.set()
        await finish.wait()
        yield image()[100:]

    slow = asyncio.create_task(upload(ana, slowly()))
    await started.wait()
    while not api.photos.uploading:
        await asyncio.sleep(0)
    busy = await upload(ana, image())
    assert (busy.status, busy.code, busy.headers["Retry-After"]) == (503, "unavailable", "2")
    assert (await upload(bob, image())).status == 201
    finish.set()
    assert (await slow).status == 201
    assert (await upload(ana, image())).status == 201


@pytest.mark.parametrize("trusted_proxies", [1])
async def test_one_address_does_not_take_all_the_room_for_uploads(api: Api) -> None:
    """Three accounts with eight half-sent bodies each held all places, and might again."""
    never = asyncio.Event()
    answers: asyncio.Queue[Answer] = asyncio.Queue()

    async def half() -> Any:
        yield image()[:100]
        await never.wait()

    async def send(person: Caller, data: Any, address: str) -> Answer:
        headers = {"Content-Type": "image/jpeg", "X-Forwarded-For": address}
        return await person.post("/api/photos", data=data, headers=headers)

    async def hold(person: Caller) -> None:
        answers.put_nowait(await send(person, half(), "192.0.2.1"))

    people = [await api.account(f"slow{n}") for n in range(3)]
    ana, bob = await api.account("ana"), await api.account("bob")
    async with asyncio.TaskGroup() as group:
        held = [group.create_task(hold(person)) for person in people for _ in range(8)]
        for _ in range(8):
            busy = await answers.get()
            assert (busy.status, busy.code, busy.headers["Retry-After"]) == (
                503,
                "unavailable",
                "2",
            )
        while api.photos.uploading < photo_rules.MAX_UPLOADS_FROM:
            await asyncio.sleep(0)
        assert (await send(ana, image(), "192.0.2.2")).status == 201
        assert (await send(bob, image(), "192.0.2.1")).status == 503
        for task in held:
            task.cancel()
    while api.photos.uploading:
        await asyncio.sleep(0)
    assert (await send(bob, image(), "192.0.2.1")).status == 201


async def test_a_body_that_hardly_comes_gives_its_place_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It kept its place for a minute, with a byte now and then."""
    pace = seconds(0.5)
    monkeypatch.setattr(bodies, "PACE_SECONDS", pace)
    ana = await api.account("ana")

    async def drips() -> Any:
        while True:
            yield b"x"
            await asyncio.sleep(pace / 10)

    answer = await upload(ana, drips())
    assert (answer.status, answer.code) == (408, "invalid")
    assert api.photos.uploading == 0

    noise = io.BytesIO()
    Image.effect_noise((260, 260), 100).save(noise, "PNG")
    data, part = noise.getvalue(), budgets.UPLOAD_PACE.amount
    assert len(data) > 3 * part

    async def slow_but_enough() -> Any:
        for at in range(0, len(data), part):
            await asyncio.sleep(pace / 2)
            yield data[at : at + part]

    assert (await upload(ana, slow_but_enough(), "image/png")).status == 201


async def test_a_body_that_does_not_come_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "READ_SECONDS", 0.05)
    ana = await api.account("ana")
    never = asyncio.Event()

    async def stalls() -> Any:
        yield image()[:100]
        await never.wait()

    answer = await upload(ana, stalls())
    assert (answer.status, answer.code) == (408, "invalid")


@pytest.mark.parametrize("asked", ["bytes=2-4", "bytes=99999999-", "bytes=-", None])
async def test_ranges_are_of_get_alone(api: Api, asked: str | None) -> None:
    """Effect-TS/effect#7690, thumbor/thumbor#341: HEAD tells of the whole photo."""
    ana = await api.account("ana")
    url = (await upload(ana, image())).body["url"]
    whole = await api.guest.get(url)
    headers = {"Range": asked} if asked else {}
    answer = await api.guest.send("HEAD", url, headers=headers)
    assert (answer.status, answer.raw) == (200, b"")
    for name in ("Content-Length", "Content-Type", "Cache-Control"):
        assert answer.headers[name] == whole.headers[name]
    assert "Content-Range" not in answer.headers
    part = await api.guest.get(url, headers={"Range": "bytes=2-4"})
    assert (part.status, part.raw) == (206, whole.raw[2:5])

"""Photos over HTTP: PROTOCOL.md 2.2 and 2.7."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from liveshow.catalog import photos as photo_rules
from liveshow.http import bodies
from liveshow.store.tables.listings import PhotoRow
from tests.http.conftest import UPLOAD_BYTES, Answer, Api, Caller


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


async def test_an_account_has_a_bounded_number_of_photos(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_rules, "MAX_PHOTOS", 1)
    ana = await api.account("ana")
    assert (await upload(ana, image())).status == 201
    assert (await upload(ana, image())).code == "conflict"


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

"""Labels: who gets them, and that an address stands there whole or not at all."""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from liveshow.codes import COUNTRIES
from liveshow.domain.values import Address
from liveshow.payments.labels import Fonts, Label, NoLetters, draw
from liveshow.payments.simulated import SUCCEEDS
from liveshow.postal import country_names, envelope
from liveshow.store.database import Database
from tests.payments.api import Api, serve
from tests.payments.world import ADDRESS, ANA, HOST, SELLER, World

NAME = "山田花子"
JAPAN = Address(NAME, "1-2-3 Jinnan", "", "Shibuya-ku", "Tokyo", "150-0041", "JP")


def font(folder: Path, letters: str) -> Path:
    """Make a font that has boxes for some letters."""
    names = {ord(letter): f"g{ord(letter)}" for letter in letters}
    pen = TTGlyphPen(None)
    for at, corner in enumerate(((0, 0), (0, 700), (500, 700), (500, 0))):
        (pen.lineTo if at else pen.moveTo)(corner)
    pen.closePath()
    box = pen.glyph()
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, box))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    file = folder / f"boxes{len(letters)}.ttf"
    builder.save(file)
    return file


def pages(pdf: bytes) -> list[str]:
    """What is drawn on each page."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    plain = []
    for stream in streams:
        try:
            plain.append(zlib.decompress(stream).decode("latin-1"))
        except zlib.error:
            continue
    return [text for text in plain if " Tj" in text or " TJ" in text]


@pytest.fixture
async def shop(sqlite_database: Database) -> AsyncIterator[Api]:
    world = await World.build(sqlite_database)
    async with serve(world) as api:
        yield api
    await world.close()


def test_an_address_stands_there_as_its_country_writes_it() -> None:
    assert envelope(ADDRESS) == [
        "Ana",
        "1 Main Street",
        "Springfield, NY 12345",
        "UNITED STATES",
    ]
    # Within the country its name is left out.
    assert envelope(ADDRESS, at_home="US")[-1] == "Springfield, NY 12345"
    lines = envelope(JAPAN)
    assert lines[0] == NAME
    assert lines[-1] == "JAPAN"
    assert {"150-0041", "Tokyo", "Shibuya-ku"} <= set(re.split(r"[,\n] ?", "\n".join(lines)))


def test_every_country_has_a_name() -> None:
    assert country_names().keys() == COUNTRIES
    assert all(len(name) > 2 for name in country_names().values())


def test_latin_letters_need_no_font_and_every_label_has_a_page(tmp_path: Path) -> None:
    labels = [Label(["Hana"], envelope(ADDRESS), ["Order a"]), Label([], ["Zoë Müller"], [])]
    drawn = pages(draw(labels, Fonts([tmp_path])))
    assert len(drawn) == 2
    assert "(1 Main Street)" in drawn[0]
    assert "(Zo\u00eb M\u00fcller)" in drawn[1]


def test_a_font_that_has_all_letters_writes_them(tmp_path: Path) -> None:
    font(tmp_path, NAME[:2])
    whole = font(tmp_path, NAME)
    fonts = Fonts([tmp_path])
    assert fonts.for_line(NAME) == whole
    drawn = draw([Label([], [NAME], [])], fonts)
    assert b"Boxes" in drawn
    assert len(pages(drawn)) == 1


def test_what_no_font_can_write_is_refused_and_never_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    font(tmp_path, NAME[:2])
    with pytest.raises(NoLetters) as refused:
        draw([Label([], [NAME], [])], Fonts([tmp_path]))
    assert refused.value.code == "no_letters"
    assert NAME in refused.value.message


def test_a_long_line_stays_on_the_label(tmp_path: Path) -> None:
    long = "The Very Long Name Of A Street That Nobody Wants To Write By Hand 12345 b"
    [drawn] = pages(draw([Label([], [long * 2], [])], Fonts([tmp_path])))
    assert "Nobody" in drawn


async def test_only_the_owner_has_labels_of_what_is_to_be_sent(shop: Api) -> None:
    lent, other = await shop.world.piece(3_000, owner=SELLER), await shop.world.piece(1_000)
    theirs = (await shop.server.bought(ANA, lent, number=SUCCEEDS)).orders[0]
    ours = (await shop.server.bought(ANA, other, number=SUCCEEDS)).orders[0]
    path = "/api/orders/labels.pdf?orders="
    headers = {"Authorization": f"Bearer {SELLER.id}"}
    async with shop.client.get(path + theirs, headers=headers) as response:
        body = await response.read()
        assert (response.status, response.content_type) == (200, "application/pdf")
    [drawn] = pages(body)
    assert "(1 Main Street)" in drawn
    assert f"(Order {theirs}, for @ana)" in drawn
    # The host, the buyer, and whoever has another one to send.
    for who, orders, code in (
        (HOST, theirs, "forbidden"),
        (ANA, theirs, "forbidden"),
        (SELLER, f"{theirs},{ours}", "not_found"),
        (SELLER, "nothing", "not_found"),
        (SELLER, "", "invalid"),
    ):
        assert (await shop.get(path + orders, who)).code == code
    await shop.server.orders.cancel(ours, ANA, "")
    assert (await shop.get(path + ours, HOST)).code == "not_found"
    assert (await shop.get(path + theirs, None)).status == 401

"""The fixtures of the suite keep their own promises."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
import redis
from playwright.async_api import Page
from sqlalchemy import text

from liveshow.settings import Settings
from liveshow.store.database import Database
from tests.conftest import PageErrors


@pytest.mark.parametrize("attempt", [1, 2])
async def test_each_test_has_an_empty_database_of_its_own(database: Database, attempt: int) -> None:
    async with database.write() as connection:
        count = (await connection.execute(text("SELECT count(*) FROM users"))).scalar_one()
        assert count == 0
        await connection.execute(
            text(
                "INSERT INTO users (id, handle, name, bio, password_hash, created_at)"
                " VALUES ('1', 'a', 'A', '', '', 0)"
            )
        )


def test_an_empty_valkey_answers(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        assert client.dbsize() == 0
        client.set("a", 1)


def test_a_free_port_is_free_for_tcp_and_udp(free_port: Callable[[], int]) -> None:
    port = free_port()
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            sock.bind(("127.0.0.1", port))


def test_settings_do_not_depend_on_who_runs_the_tests(settings: Settings) -> None:
    assert settings.redis_url == ""
    assert not settings.data_dir.exists()


async def test_a_phone_has_touch_and_a_camera(phone: Page) -> None:
    await phone.set_content('<meta name="viewport" content="width=device-width">')
    assert await phone.evaluate("innerWidth") == 390
    assert await phone.evaluate("navigator.maxTouchPoints") > 0


async def test_an_uncaught_page_error_is_collected(desktop: Page, page_errors: PageErrors) -> None:
    async with desktop.expect_event("pageerror"):
        await desktop.evaluate("setTimeout(() => { throw new Error('on purpose') })")
    assert any("on purpose" in message for message in page_errors.messages)
    page_errors.expected.append("on purpose")

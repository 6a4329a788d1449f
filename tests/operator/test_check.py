"""``liveshow check``: each finding tells an operator what to do."""

from __future__ import annotations

import datetime as dt
import socket
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from liveshow import tls
from liveshow.check import Level, check, explain, machine
from liveshow.settings import Settings
from liveshow.store import migrate
from liveshow.store.database import Database
from tests.outages import full_disk
from tests.payments.acme import open_bank
from tests.payments.stripe.edge import PUBLISHABLE_KEY, SECRET_KEY, open_stripe
from tests.payments.world import ANA, BEN
from tests.payments.world import World as PaymentWorld
from tests.support import free_port

GOOD_SECRET = "0123456789abcdefghijklmnopqrstuv"
PUBLIC = "203.0.113.7"


@pytest.fixture
def make(tmp_path: Path) -> Any:
    """Makes settings with a data folder and a port of their own."""

    def make(**given: Any) -> Settings:
        return Settings(**{"data_dir": tmp_path / "data", "port": free_port(), **given})

    return make


async def found(
    settings: Settings, part: str, environment: dict[str, str] | None = None
) -> list[tuple[Level, str]]:
    findings = await check(settings, environment or {})
    return [(finding.level, finding.text) for finding in findings if finding.part == part]


async def only(settings: Settings, part: str) -> tuple[Level, str]:
    (finding,) = await found(settings, part)
    return finding


async def test_the_defaults_work(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "native_available", lambda: True)
    findings = await check(make(), {})
    # A shop that cannot be paid is said, whatever else is fine.
    assert {finding.part for finding in findings if finding.level != "ok"} == {"payments"}
    assert "problem" not in {finding.level for finding in findings}
    assert [finding.part for finding in findings] == [
        "settings",
        "data folder",
        "secret",
        "port",
        "media",
        "TLS",
        "public URL",
        "public address",
        "payments",
        "database",
        "Redis",
        "limits",
    ]


async def test_nothing_is_created(make: Any, tmp_path: Path) -> None:
    await check(make(tls_self_signed=True), {})
    assert list(tmp_path.iterdir()) == []


async def test_a_server_that_nobody_can_pay_is_named(make: Any) -> None:
    """faults.md 25"""
    level, text = await only(make(), "payments")
    assert level == "warning"
    assert "nobody can pay" in text
    assert "test_payments" in text


async def test_test_cards_are_named(make: Any) -> None:
    """faults.md 25"""
    level, text = await only(make(test_payments=True), "payments")
    assert level == "warning"
    assert "nobody has paid for" in text


async def test_payments_whose_provider_is_gone_are_counted(make: Any, database_url: str) -> None:
    settings = make(database_url=database_url, test_payments=True)
    assert len(await found(settings, "payments")) == 1
    database = Database(settings.sql_url)
    try:
        world = await PaymentWorld.build(database)
        async with open_bank(world.clock) as counter:
            server = world.server(counter.provider)
            pieces = [await world.piece() for _ in range(2)]
            for piece, buyer in zip(pieces, (ANA, BEN), strict=True):
                await server.claim(buyer, piece)
                payment = await server.checkout(buyer)
            client = await server.payments.client(payment)
            assert client is not None
            await counter.pay(client.parameters)
            await server.payments.get(payment.id, BEN.id)
        await world.close()
    finally:
        await database.close()
    _, (level, text) = await found(settings, "payments")
    assert level == "warning"
    assert text == (
        "The provider “acme” is not set up: 1 payment cannot come to an end and 1 order cannot be "
        "refunded until it is again."
    )


async def test_a_misspelt_variable_is_named(make: Any) -> None:
    environment = {"LIVESHOW_PROT": "1", "LIVESHOW_PORT": "1", "PATH": ""}
    assert await found(make(), "settings", environment) == [
        (
            "warning",
            "LIVESHOW_PROT is not a setting and has no effect (did you mean LIVESHOW_PORT?).",
        )
    ]


async def test_a_data_folder_that_is_a_file_is_a_problem(make: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert (await only(make(), "data folder"))[0] == "problem"


async def test_sqlite_on_a_network_disk_is_a_problem(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "file_system_of", lambda path: "nfs4")
    level, text = await only(make(), "data folder")
    assert level == "problem"
    assert "nfs4" in text
    shared = make(database_url="postgresql://127.0.0.1/x")
    assert next(iter(machine.data_folder(shared))).level == "ok"


@pytest.mark.parametrize(
    ("secret", "level"),
    [
        ("", "ok"),
        ("short", "warning"),
        ("changemechangemechangemechangeme", "warning"),
        (GOOD_SECRET, "ok"),
    ],
)
@pytest.mark.parametrize("database_url", ["", "postgresql://127.0.0.1/x"])
def test_a_secret_may_be_left_out_but_not_be_easy_to_guess(
    make: Any, secret: str, level: Level, database_url: str
) -> None:
    (finding,) = machine.secret(make(secret=secret, database_url=database_url))
    assert finding.level == level


@pytest.mark.parametrize(
    ("kind", "protocol"), [(socket.SOCK_STREAM, "TCP"), (socket.SOCK_DGRAM, "UDP")]
)
async def test_a_port_that_is_taken_is_a_problem(make: Any, kind: int, protocol: str) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        level, text = await only(make(port=other.getsockname()[1]), "port")
    assert level == "problem"
    assert text.startswith(f"{protocol} for ")


@pytest.mark.parametrize(
    ("age", "level", "words"),
    [
        (dt.timedelta(0), "ok", "valid until"),
        (dt.timedelta(days=390), "warning", "expires on"),
        (dt.timedelta(days=500), "problem", "expired on"),
        (dt.timedelta(days=-2), "problem", "not valid yet"),
    ],
)
async def test_a_certificate_has_its_time(
    make: Any, tmp_path: Path, age: dt.timedelta, level: Level, words: str
) -> None:
    now = dt.datetime.now(dt.UTC) - age
    certificate, key = tls.self_signed(tmp_path, names=["live.example"], addresses=[], now=now)
    settings = make(tls_certificate=certificate, tls_key=key, public_url="https://live.example")
    found_level, text = await only(settings, "TLS")
    assert found_level == level
    assert words in text


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("live.example", True),
        ("www.live.example", False),
        ("a.shop.example", True),
        ("a.b.shop.example", False),
        ("192.0.2.1", True),
        ("192.0.2.2", False),
    ],
)
async def test_a_certificate_is_for_the_name_that_people_open(
    make: Any, tmp_path: Path, name: str, covered: bool
) -> None:
    certificate, key = tls.self_signed(
        tmp_path, names=["live.example", "*.shop.example"], addresses=["192.0.2.1"]
    )
    settings = make(tls_certificate=certificate, tls_key=key, public_url=f"https://{name}")
    assert any(level == "problem" for level, _ in await found(settings, "TLS")) is not covered


async def test_a_certificate_without_its_key_is_a_problem(make: Any, tmp_path: Path) -> None:
    level, text = await only(make(tls_certificate=tmp_path / "a.pem"), "TLS")
    assert (level, text) == ("problem", "tls_key is not set; the two go together.")


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({"host": "127.0.0.1"}, "ok"),
        ({"host": "192.0.2.1"}, "ok"),
        ({"host": "0.0.0.0"}, "warning"),
        ({"host": "0.0.0.0", "public_address": [PUBLIC]}, "ok"),
        ({"host": "0.0.0.0", "public_address": ["no-such-name.invalid"]}, "problem"),
        ({"host": "127.0.0.1", "public_address": [PUBLIC]}, "problem"),
        ({"host": "127.0.0.1", "public_url": "https://live.example"}, "problem"),
        (
            {
                "host": "0.0.0.0",
                "public_address": ["10.0.0.2"],
                "public_url": "https://live.example",
            },
            "warning",
        ),
    ],
)
async def test_viewers_must_be_told_an_address_that_they_reach(
    make: Any, given: dict[str, Any], level: Level
) -> None:
    assert (await found(make(**given), "public address"))[0][0] == level


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({}, "ok"),
        ({"host": "0.0.0.0"}, "warning"),
        ({"host": "0.0.0.0", "tls_self_signed": True}, "ok"),
        ({"public_url": "https://live.example", "trusted_proxies": 1}, "ok"),
        ({"public_url": "https://live.example"}, "ok"),
        ({"public_url": "http://live.example"}, "warning"),
        ({"public_url": "http://localhost:8080"}, "ok"),
        ({"public_url": "live.example"}, "problem"),
        ({"public_url": "https://live.example/shop"}, "problem"),
    ],
)
async def test_a_camera_needs_a_secure_origin(
    make: Any, given: dict[str, Any], level: Level
) -> None:
    assert (await found(make(**given), "public URL"))[0][0] == level


async def test_a_proxy_that_is_not_trusted_makes_all_visitors_one(make: Any) -> None:
    texts = [text for _, text in await found(make(public_url="https://live.example"), "public URL")]
    assert any("trusted_proxies" in text for text in texts)


WELL = ("ok", "It answers, can be written and is up to date.")


async def test_a_postgres_must_be_migrated(make: Any, postgres_url: str) -> None:
    settings = make(database_url=postgres_url)
    level, text = await only(settings, "database")
    assert (level, text) == ("problem", migrate.behind(settings.sql_url))
    assert text.startswith("The database has no tables yet, and this version needs ")
    migrate.upgrade(settings.sql_url)
    assert await only(settings, "database") == WELL


async def test_a_database_that_does_not_answer_is_a_problem(make: Any) -> None:
    url = f"postgresql://liveshow:s3cr3t@127.0.0.1:{free_port()}/x"
    level, text = await only(make(database_url=url), "database")
    assert level == "problem"
    assert "s3cr3t" not in text


async def test_a_file_that_is_no_database_is_a_problem(make: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "liveshow.db").write_text("something else entirely" * 100)
    assert (await only(make(), "database"))[0] == "problem"


async def test_redis_is_asked(make: Any, valkey: str) -> None:
    assert await only(make(redis_url=valkey), "Redis") == ("ok", "It answers.")
    away = f"redis://127.0.0.1:{free_port()}/0"
    assert (await only(make(redis_url=away), "Redis"))[0] == "warning"


def test_too_few_files_or_small_buffers_are_warnings(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "raise_file_limit", lambda: 1024)
    (tmp_path / "rmem_max").write_text("212992\n")
    (tmp_path / "wmem_max").write_text("8388608\n")
    first, second = machine.limits(make(), tmp_path)
    assert (first.level, second.level) == ("warning", "warning")
    assert "LimitNOFILE" in first.text
    assert "net.core.rmem_max" in second.text


@pytest.mark.parametrize(
    ("kernel", "built", "level"),
    [
        ("auto", True, "ok"),
        ("python", True, "ok"),
        ("auto", False, "warning"),
        ("native", False, "problem"),
    ],
)
def test_what_the_fan_out_kernel_is_and_how_to_get_the_native_one(
    make: Any, monkeypatch: pytest.MonkeyPatch, kernel: str, built: bool, level: str
) -> None:
    monkeypatch.setattr(machine, "native_available", lambda: built)
    (finding,) = machine.fan_out_kernel(make(kernel=kernel))
    assert finding.level == level
    assert ("libssl-dev" in finding.text) is not built


@pytest.mark.parametrize("server", ["sqlite", "postgres"])
async def test_a_database_that_cannot_be_written_is_a_problem(
    make: Any, server: str, request: pytest.FixtureRequest
) -> None:
    """faults.md 72"""
    url = request.getfixturevalue("postgres_url") if server == "postgres" else ""
    settings = make(database_url=url)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.sql_url)
    database = Database(settings.sql_url)
    try:
        async with full_disk(database):
            level, said = await only(settings, "database")
    finally:
        await database.close()
    assert level == "problem"
    assert "cannot be written: database or disk is full" in said
    assert await only(settings, "database") == WELL


async def test_the_key_of_stripe_is_tried(make: Any) -> None:
    keys = {"stripe_secret_key": SECRET_KEY, "stripe_publishable_key": PUBLISHABLE_KEY}
    async with open_stripe() as edge:
        settings = make(stripe_api_base=edge.url, stripe_webhook_secret="whsec_x", **keys)
        provider, stand_in = await found(settings, "payments")
        assert provider == ("ok", "New payments go to stripe.")
        assert stand_in[0] == "warning"
        assert "stands in for Stripe" in stand_in[1]
        for status, words in ((401, "refuses"), (403, "restricted key"), (500, "does not answer")):
            edge.canned["GET /v1/payment_intents"] = (status, {"error": {"message": SECRET_KEY}})
            _, (level, text) = await found(settings, "payments")
            assert level == "problem"
            assert words in text
            assert SECRET_KEY not in text
        edge.canned.clear()
        settings = make(stripe_api_base=edge.url, **keys)
        *_, (level, text) = await found(settings, "payments")
        assert level == "warning"
        assert "stripe_webhook_secret" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"stripe_secret_key": "sk_test_x"}, "need each other"),
        ({"stripe_publishable_key": "pk_test_x"}, "need each other"),
        ({"stripe_secret_key": "pk_test_x", "stripe_publishable_key": "pk_test_x"}, "sk_ or rk_"),
        ({"stripe_secret_key": "sk_live_x", "stripe_publishable_key": "pk_test_x"}, "one is live"),
        ({"stripe_api_base": "http://a.example/; script-src *"}, "match"),
    ],
)
def test_keys_of_stripe_that_do_not_fit_are_refused_without_being_shown(
    given: dict[str, str], said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**given)  # type: ignore[arg-type]
    (sentence,) = explain(refused.value)
    assert said in sentence
    assert "sk_" not in sentence.replace("sk_ or", "")

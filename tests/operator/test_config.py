"""What is in ``config/`` fits the program: names exist, the table is current, examples load."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from liveshow import budgets_table
from liveshow.accounts.identity import Credentials, Gate, Identity
from liveshow.cli import main
from liveshow.errors import Unauthenticated
from liveshow.settings import Settings
from liveshow.settings_table import table
from liveshow.store import migrate

CONFIG = Path(__file__).parents[2] / "config"
SETTINGS = {f"LIVESHOW_{name.upper()}" for name in Settings.model_fields}
FILES = sorted(path.name for path in CONFIG.iterdir() if path.is_file())
OPTION = re.compile(r"^# (\w+ = .+)$", re.MULTILINE)


def test_the_table_of_settings_is_current() -> None:
    """If this fails: ``python -m liveshow.settings_table > config/settings.md``."""
    assert (CONFIG / "settings.md").read_text() == table()


def test_the_table_of_budgets_is_current() -> None:
    """If this fails: ``python -m liveshow.budgets_table > config/budgets.md``."""
    assert (CONFIG / "budgets.md").read_text() == budgets_table.table()


def test_the_example_shows_every_setting_once() -> None:
    shown = [
        line.partition(" ")[0]
        for line in OPTION.findall((CONFIG / "liveshow.example.toml").read_text())
    ]
    assert sorted(shown) == sorted(Settings.model_fields)


def test_the_example_loads_as_it_is_and_with_everything_uncommented(tmp_path: Path) -> None:
    text = (CONFIG / "liveshow.example.toml").read_text()
    assert Settings.load(CONFIG / "liveshow.example.toml") == Settings()
    path = tmp_path / "all.toml"
    path.write_text("\n".join(OPTION.findall(text)))
    everything = Settings.load(path)
    assert everything.public_address == ["203.0.113.7"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example:8443/", "https://xn--bcher-kva.example:8443/"),
        # As browsers have it (UTS #46, not transitional), not as IDNA 2003.
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://live.example", "https://live.example"),
    ],
)
def test_a_name_is_what_browsers_send(written: str, name: str) -> None:
    """getsentry/sentry PR#4437: an origin in Unicode never equals the one that browsers send."""
    settings = Settings(public_url=written)
    assert settings.public_url == name
    origin = name.lower().rstrip("/")
    assert Gate(NoAccounts(), settings.public_url).own_origin(
        Credentials(origin=origin, host="127.0.0.1:8080", secure=True)
    )


class NoAccounts:
    """Knows nobody."""

    async def authenticate(self, token: str) -> Identity:
        raise Unauthenticated("unauthenticated")


def test_only_a_currency_that_people_pay_with_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """faults.md 28: `ZZZ` was sold."""
    for code in ("XXZ", "ZZZ", "XXX", "XAU", "usd"):
        monkeypatch.setenv("LIVESHOW_CURRENCY", code)
        with pytest.raises(ValidationError):
            Settings()
    monkeypatch.setenv("LIVESHOW_CURRENCY", "HUF")
    assert Settings().currency == "HUF"


@pytest.mark.parametrize(
    "name",
    [
        "host",
        "port",
        "trusted_proxies",
        "tls_self_signed",
        "data_dir",
        "currency",
        "fee_percent",
        "test_payments",
        "max_viewers",
        "max_unseen_minutes",
        "max_interrupted_minutes",
        "upload_bytes",
        "token_days",
        "max_listings",
        "max_photos",
        "max_photo_bytes",
        "keep_free_bytes",
        "sign_in_limit",
        "sign_up_limit",
        "write_limit",
        "upload_limit",
        "command_limit",
        "media_limit",
        "log_level",
        "log_format",
    ],
)
def test_the_example_shows_the_real_defaults(tmp_path: Path, name: str) -> None:
    text = (CONFIG / "liveshow.example.toml").read_text()
    path = tmp_path / "all.toml"
    path.write_text("\n".join(OPTION.findall(text)))
    assert getattr(Settings.load(path), name) == getattr(Settings(), name)


@pytest.mark.parametrize("name", FILES)
def test_files_name_settings_that_exist(name: str) -> None:
    named = set(re.findall(r"\bLIVESHOW_[A-Z_]+\b", (CONFIG / name).read_text()))
    assert named <= SETTINGS


def test_what_compose_asks_for_is_what_the_example_environment_gives() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (CONFIG / "compose.yaml").read_text()))
    given = set(re.findall(r"^([A-Z_]+)=", (CONFIG / "env.example").read_text(), re.MULTILINE))
    assert asked == given


def test_secrets_have_no_default_that_somebody_could_leave() -> None:
    text = (CONFIG / "env.example").read_text()
    for name in ("SECRET", "POSTGRES_PASSWORD"):
        assert re.search(rf"^{name}=$", text, re.MULTILINE)


def test_files_run_commands_that_exist() -> None:
    text = (CONFIG / "compose.yaml").read_text() + (CONFIG / "liveshow.service").read_text()
    commands = set(re.findall(r"bin/liveshow (?!user )(\w+)", text))
    commands |= set(re.findall(r"command: \[(\w+)\]", text))
    assert commands == {"serve", "migrate"}
    assert commands <= set(main.commands)


@pytest.mark.parametrize(
    "given",
    [
        {"ice_servers": ["https://turn.example"]},
        {"ice_servers": ['turn:a.example"; rel="x']},
        {"ice_servers": ["turn:turn.example:3478"]},  # and no secret
    ],
)
def test_ice_servers_that_cannot_work_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**given)
    many = Settings(ice_servers="stun:a.example, turn:[2001:db8::1]:3478", turn_secret="s" * 16)
    assert many.ice_servers == ["stun:a.example", "turn:[2001:db8::1]:3478"]


def test_caddy_takes_its_configuration() -> None:
    """faults.md 76: Debian 12 has Caddy 2.6, which refuses what it does not know.

    Caddy is asked itself where it is installed, which in CI it is.
    """
    text = (CONFIG / "Caddyfile").read_text()
    newer = ("stream_close_delay", "stream_timeout", "lb_retries", "request_buffers")
    lines = [line.strip().partition(" ")[0] for line in text.splitlines()]
    assert not [name for name in newer if name in lines]
    caddy = shutil.which("caddy")
    assert caddy or not os.environ.get("CI")
    if caddy:
        command = [caddy, "validate", "--adapter", "caddyfile", "--config", CONFIG / "Caddyfile"]
        environment = os.environ | {"DOMAIN": "live.example"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def test_accounts_of_the_unit_are_made_with_the_settings_of_the_server() -> None:
    """faults.md 76: environment file, data folder and configuration, as the unit names them."""
    text = (CONFIG / "liveshow.service").read_text()
    comment, _, unit = text.partition("[Unit]")
    command = comment.partition("systemd-run")[2]
    (environment_file,) = re.findall(r"^EnvironmentFile=(.+)$", unit, re.MULTILINE)
    (variable,) = re.findall(r"^Environment=(.+)$", unit, re.MULTILINE)
    (config,) = re.findall(r"^ExecStart=.* serve (--config .+)$", unit, re.MULTILINE)
    for part in (f"EnvironmentFile={environment_file}", variable, config, "user create anna"):
        assert part in command


@pytest.mark.parametrize("name", ["what?", "a#b", "100%", "%41", "a&b?mode=ro", "sp ace", "ü;+"])
def test_a_folder_of_any_name_has_the_database(tmp_path: Path, name: str) -> None:
    """abrignoni/ALEAPP#711, calebevans/mulder PR#86: "?" and "%41" named another file."""
    settings = Settings(data_dir=tmp_path / name)
    migrate.make_folder(settings.sql_url)
    migrate.upgrade(settings.sql_url)
    assert migrate.file_of(settings.sql_url) == tmp_path / name / "liveshow.db"
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "liveshow.db").is_file()

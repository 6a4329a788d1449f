"""The ``liveshow`` command: results on standard output, sentences on standard error."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner, Result

from liveshow import logs
from liveshow.cli import main
from liveshow.settings import Settings
from liveshow.store import migrate, server_lock
from tests.support import eventually, free_port, seconds

ROOT = Path(__file__).parents[2]
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command with a data folder of its own."""
    monkeypatch.setattr(logs, "configure", lambda settings: None)
    monkeypatch.setenv("LIVESHOW_DATA_DIR", str(tmp_path / "data"))

    def invoke(*arguments: str, typed: str | None = None, status: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments, input=typed)
        assert result.exit_code == status, result.output + repr(result.exception)
        assert "Traceback" not in result.output
        return result

    return invoke


def test_a_token_is_all_that_is_printed(run: Callable[..., Result]) -> None:
    run("user", "create", "anna", "--no-password")
    result = run("token", "anna")
    assert TOKEN.fullmatch(result.stdout.removesuffix("\n"))
    assert result.stderr == ""


def test_an_operator_makes_lists_and_stops_coupons(run: Callable[..., Result]) -> None:
    run("user", "create", "anna", "--no-password")
    code = run("coupon", "make", "--percent", "10", "--uses", "3").stdout.strip()
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code)
    listed, id_, used = run("coupon", "list").stdout.split()
    assert (listed, used) == (code, "0/3")
    run("coupon", "stop", id_)
    assert run("coupon", "list").stdout.split()[-1] == "stopped"
    both = run("coupon", "make", "--percent", "10", "--amount", "5", status=1)
    assert "not both" in both.stderr
    unknown = run("coupon", "make", "--amount", "5", "--currency", "ZZZ", status=2)
    assert "ISO 4217" in unknown.stderr


def test_many_tokens_are_one_a_line_each_for_an_account_of_its_own(
    run: Callable[..., Result],
) -> None:
    result = run("token", "--count", "2500", "--prefix", "crowd")
    tokens = result.stdout.splitlines()
    assert len(set(tokens)) == 2500
    assert all(TOKEN.fullmatch(token) for token in tokens)
    handles = [line.split()[0] for line in run("user", "list").stdout.splitlines()]
    assert sorted(handles) == sorted(f"crowd{number}" for number in range(1, 2501))


def test_asking_for_tokens_again_gives_new_ones_to_the_same_accounts(
    run: Callable[..., Result],
) -> None:
    first = run("token", "--count", "2").stdout
    assert first != run("token", "--count", "2").stdout
    assert len(run("user", "list").stdout.splitlines()) == 2


def test_a_token_for_nobody_says_how_to_make_somebody(run: Callable[..., Result]) -> None:
    run("migrate")
    result = run("token", "nobody", status=1)
    assert result.stdout == ""
    assert result.stderr == (
        "There is no account nobody: `liveshow user create nobody` makes one.\n"
    )


@pytest.mark.parametrize("arguments", [["token"], ["token", "anna", "--count", "2"]])
def test_a_token_is_for_one_or_for_many(run: Callable[..., Result], arguments: list[str]) -> None:
    assert run(*arguments, status=1).stderr == "Give either a handle, or --count N.\n"


def test_a_password_is_asked_for_twice_and_not_shown(run: Callable[..., Result]) -> None:
    result = run("user", "create", "Anna", typed="long enough\nlong enough\n")
    assert "long enough" not in result.output
    assert result.stdout.startswith("Created anna (")


def test_a_handle_that_is_taken_is_said(run: Callable[..., Result]) -> None:
    run("user", "create", "anna", "--no-password")
    result = run("user", "create", "anna", "--no-password", status=1)
    assert result.stderr == "That handle is taken, or looks like one that is. Choose another.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["user", "create", "no spaces", "--no-password"], "A handle is 2-24 characters"),
        (["user", "create", "anna", "--password", "short"], "at least 8 characters"),
    ],
)
def test_accounts_follow_the_rules_of_the_wire(
    run: Callable[..., Result], arguments: list[str], sentence: str
) -> None:
    assert sentence in run(*arguments, status=2).stderr


def test_a_new_password_signs_the_account_out(run: Callable[..., Result]) -> None:
    run("user", "create", "anna", "--no-password")
    run("token", "anna")
    run("user", "password", "anna", "--password", "another one")
    assert run("user", "sessions", "anna").stdout == ""


def test_one_sign_in_or_all_of_them_are_ended(run: Callable[..., Result]) -> None:
    run("user", "create", "anna", "--no-password")
    for _ in range(3):
        run("token", "anna")
    first = run("user", "sessions", "anna").stdout.split()[0]
    assert run("user", "revoke", "anna", first).stdout == "Ended 1 sign-in of anna.\n"
    assert run("user", "revoke", "anna", first, status=1).stderr == "There is no such sign-in.\n"
    assert run("user", "revoke", "anna", "--all").stdout == "Ended 2 sign-ins of anna.\n"
    assert "Give the id" in run("user", "revoke", "anna", status=1).stderr


ASKING = [
    ["user", "list"],
    ["user", "sessions", "anna"],
    ["user", "password", "anna", "--password", "a long new one"],
    ["user", "revoke", "anna", "--all"],
    ["token", "anna"],
]


@pytest.mark.parametrize("arguments", ASKING, ids=" ".join)
def test_what_asks_for_accounts_makes_no_database(
    run: Callable[..., Result], tmp_path: Path, arguments: list[str]
) -> None:
    """faults.md 74: nor a folder; and the sentence says where the server's data has to be named."""
    result = run(*arguments, status=1)
    assert "There is no database at" in result.stderr
    assert "LIVESHOW_DATA_DIR" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["create", "password"])
def test_nobody_is_asked_for_a_password_that_cannot_be_kept(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.delenv("LIVESHOW_DATA_DIR")
    monkeypatch.chdir(tmp_path)
    result = run("user", what, "anna", status=1)
    assert result.stderr.startswith("There is no database at")


def test_a_variable_that_is_no_json_is_named(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESHOW_SHIPPING_RATES", "{bad")
    assert run("check", status=1).stderr.startswith("shipping_rates: LIVESHOW_SHIPPING_RATES is")


@pytest.mark.parametrize(
    "arguments", [["user", "create", "anna", "--no-password"], ["token", "--count", "2"], *ASKING]
)
def test_nothing_is_made_in_a_folder_that_nobody_named(
    run: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    """faults.md 74: in the wrong folder, without the server's settings."""
    monkeypatch.delenv("LIVESHOW_DATA_DIR")
    monkeypatch.chdir(tmp_path)
    assert "There is no database at data/liveshow.db" in run(*arguments, status=1).stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["user", "create", "anna", "--no-password"], ["token", "--count", "2"], *ASKING]
)
def test_a_database_of_another_version_is_left_as_it_is(
    run: Callable[..., Result], tmp_path: Path, arguments: list[str]
) -> None:
    """faults.md 74: an old server may be running on it."""
    url = f"sqlite:///{tmp_path / 'data' / 'liveshow.db'}"
    migrate.make_folder(url)
    migrate.upgrade(url, "0001")
    assert "run `liveshow migrate` first" in run(*arguments, status=1).stderr
    assert migrate.current(url) == "0001"


@pytest.mark.parametrize(
    "arguments", [["migrate"], ["serve", "--port", "0"], ["check", "--port", "0"], *ASKING]
)
def test_a_database_of_a_newer_version_is_left_as_it_is_and_each_command_says_the_same(
    run: Callable[..., Result], tmp_path: Path, arguments: list[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'data' / 'liveshow.db'}"
    migrate.make_folder(url)
    migrate.upgrade(url)
    with migrate._connection(url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    said = run(*arguments, status=1)
    sentence = "A newer version of liveshow has used the database (revision 9999): install that "
    assert sentence in (said.stdout if arguments[0] == "check" else said.stderr)
    assert migrate.current(url) == "9999"


async def test_a_running_server_keeps_its_tables(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    """faults.md 73, 74: nobody migrates under it, a second one does not start, `check` says so."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'liveshow.db'}"
    migrate.make_folder(url)
    migrate.upgrade(url, "0001")
    async with server_lock.held(url):
        refused = await asyncio.to_thread(run, "migrate", status=1)
        assert "Another server uses this database (process " in refused.stderr
        assert migrate.current(url) == "0001"
        said = await asyncio.to_thread(run, "check", "--port", "0")
        assert "a second one will not start" in said.stdout
        monkeypatch = pytest.MonkeyPatch()
        with monkeypatch.context() as patched:
            patched.setattr(server_lock, "PATIENCE", 0.1)
            second = await asyncio.to_thread(run, "serve", "--port", "0", status=1)
        assert "Another server uses this database (process " in second.stderr
    assert "was brought up to date" in (await asyncio.to_thread(run, "migrate")).stdout


def test_migrate_says_what_it_did(run: Callable[..., Result]) -> None:
    head = migrate.head()
    expected = f"The database was brought up to date (revision {head}).\n"
    assert run("migrate").stdout == expected
    assert run("migrate").stdout == f"The database is up to date (revision {head}).\n"


def test_a_setting_that_is_not_valid_is_a_sentence_without_its_value(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    assert run("check", "--port", "99999", status=1).stderr == (
        "port: Input should be less than or equal to 65535.\n"
    )
    config = tmp_path / "liveshow.toml"
    config.write_text('prot = 1\nsecret = ["s3cr3t"]\n')
    result = run("serve", "--config", str(config), status=1)
    assert "prot: there is no such setting (did you mean port?).\n" in result.stderr
    assert "s3cr3t" not in result.stderr


@pytest.mark.parametrize("command", ["serve", "check", "migrate"])
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "DATABASE_URL",
            "mysql://u:s3cr3t@host/x",
            "database_url: it names neither sqlite nor postgresql.\n",
        ),
        (
            "SIGN_IN_LIMIT",
            "often",
            'sign_in_limit: write a number from 1 and a time, such as "10/minute".\n',
        ),
        (
            "COMMAND_LIMIT",
            "0/second",
            'command_limit: write a number from 1 and a time, such as "10/minute".\n',
        ),
    ],
)
def test_a_setting_that_means_nothing_is_a_sentence(
    run: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    name: str,
    value: str,
    sentence: str,
) -> None:
    """faults.md 77: a limit of nothing was accepted."""
    monkeypatch.setenv(f"LIVESHOW_{name}", value)
    assert run(command, status=1).stderr == sentence


RATES = ["often", "0/second", "-1/second", "1/0second", "10/minute; 1/second"]
#: Of every setting, values that cannot work. Where any text can, there is none.
HOSTILE: dict[str, list[str]] = {
    "host": ["no.such.host.invalid"],
    "port": ["abc", "-1", "65536", "1e3"],
    "public_address": ["no.such.host.invalid", "999.1.1.1"],
    "media_tcp": ["maybe"],
    "ice_servers": ["https://turn.example", "turn:turn.example:3478"],  # and no secret
    "turn_secret": [],
    "public_url": [f"https://{'ü' * 70}.example"],  # of what is ASCII `check` says what is wrong
    "data_dir": ["/dev/null", "/dev/null/data"],
    "database_url": [
        *("mysql://u:s3cr3t@host/x", "postgresql://u:s3cr3t@host:abc/x", "nonsense"),
        *("sqlite://", "sqlite:///:memory:", "sqlite:////dev/null/x.db"),
    ],
    "redis_url": ["foo://:s3cr3t@host", "redis://host:abc", "nonsense"],
    "secret": [],
    "tls_certificate": ["/no/such/file"],
    "tls_key": ["/no/such/file"],
    "tls_self_signed": ["maybe"],
    "trusted_proxies": ["x", "-1", "9"],
    "log_level": ["loud"],
    "log_format": ["xml"],
    "currency": ["XXZ", "usd", "XXX"],
    "fee_percent": ["51", "-1", "x"],
    "shipping_rates": [
        *("often", '{"ZZZ": {"250": 1}}', '{"SEK": {}}', '{"SEK": {"0": 1}}'),
        '{"SEK": {"250": -1}}',
    ],
    "case_days": ["0", "181", "x"],
    "payout_days": ["-1", "181"],
    "require_card": ["maybe"],
    "stripe_secret_key": [],  # `check` tries it
    "stripe_publishable_key": ["sk_s3cr3t", "pk_ x"],
    "stripe_webhook_secret": [],
    "stripe_api_base": ["api.stripe.com", "https://api.stripe.com/v1"],
    "giveaways_for_buyers": ["maybe"],
    "giveaway_beacon": ["maybe"],
    "giveaway_beacon_url": ["api.drand.sh", "ftp://drand"],
    "test_payments": ["maybe"],
    "reserved_handles": ["no handle", "a", "shop,not-one"],
    "token_days": ["0", "366", "1e9"],
    "upload_bytes": ["1", "100000001"],
    "max_unseen_minutes": ["0", "-1", "10081", "1.5", "half an hour", "1e9999"],
    "max_interrupted_minutes": ["0", "-1", "10081", "1.5", "6h"],
    "max_viewers": ["0", "99999999999999999999999"],
    "kernel": ["rust"],
    "media_threads": ["0", "65"],
    "max_listings": ["0"],
    "max_photos": ["0"],
    "max_photo_bytes": ["0"],
    "keep_free_bytes": ["-1"],
    "sign_in_limit": RATES,
    "sign_up_limit": RATES,
    "command_limit": RATES,
    "write_limit": RATES,
    "upload_limit": RATES,
    "media_limit": RATES,
}


def test_of_every_setting_it_is_known_what_cannot_work() -> None:
    assert HOSTILE.keys() == Settings.model_fields.keys()


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HOSTILE.items() for value in values]
)
def test_what_cannot_work_is_one_plain_sentence(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """faults.md 77: it names the setting or what was wrong with it, and shows no secret."""
    monkeypatch.setenv("LIVESHOW_PORT", "0")
    monkeypatch.setenv(f"LIVESHOW_{name.upper()}", value)
    refused = run("serve", status=1).stderr.strip().splitlines()[-1]
    assert "should not have happened" not in refused
    assert "s3cr3t" not in refused
    said = (f"{name}: ", "TLS: ", "/dev/null: ")
    assert refused.startswith(said) or name in refused or value in refused, refused
    assert refused[0] not in ": "
    assert refused.endswith((".", ")"))


def test_an_empty_variable_is_one_that_is_not_set(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 77: compose files give `${NAME:-}`."""
    for name in HOSTILE.keys() - {"data_dir"}:
        monkeypatch.setenv(f"LIVESHOW_{name.upper()}", "")
    assert Settings(data_dir=Path("x")) == Settings.model_construct(
        **{
            name: field.get_default(call_default_factory=True)
            for name, field in Settings.model_fields.items()
        }
        | {"data_dir": Path("x")}
    )


def test_a_kernel_that_was_not_built_is_a_sentence(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "liveshow.relay.kernel._native", None)
    monkeypatch.delattr("liveshow.relay.kernel._native", raising=False)
    monkeypatch.setenv("LIVESHOW_KERNEL", "native")
    refused = run("serve", "--port", "0", status=1).stderr
    assert "The native fan-out kernel was not built." in refused
    assert "should not have happened" not in refused


def test_a_file_that_is_not_toml_is_named(run: Callable[..., Result], tmp_path: Path) -> None:
    config = tmp_path / "liveshow.toml"
    config.write_text("port: 8080\n")
    assert str(config) in run("serve", "--config", str(config), status=1).stderr


def test_flags_win_over_the_environment_and_that_over_the_file(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, environment, flag = free_port(), free_port(), free_port()
    config = tmp_path / "liveshow.toml"
    config.write_text(f"port = {file}\n")
    assert f"{file} can be had" in run("check", "--config", str(config)).stdout
    monkeypatch.setenv("LIVESHOW_PORT", str(environment))
    assert f"{environment} can be had" in run("check", "--config", str(config)).stdout
    arguments = ["check", "--config", str(config), "--port", str(flag)]
    assert f"{flag} can be had" in run(*arguments).stdout


def test_a_database_that_does_not_answer_is_a_sentence_without_the_password(
    run: Callable[..., Result],
) -> None:
    url = f"postgresql://liveshow:s3cr3t@127.0.0.1:{free_port()}/liveshow"
    result = run("user", "list", "--database-url", url, status=1)
    assert result.stderr.startswith("The database does not answer: ")
    assert "s3cr3t" not in result.stderr


def test_a_data_folder_that_cannot_be_made_is_a_sentence(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = run("serve", "--data-dir", str(tmp_path / "file" / "data"), status=1)
    assert "Not a directory" in result.stderr


def test_check_fails_when_something_will_not_work(run: Callable[..., Result]) -> None:
    result = run("check", "--host", "192.0.2.1", "--port", "8080", status=1)
    assert "problem  port" in result.stdout
    assert result.stderr == "2 problems: this will not work.\n"
    warned = run("check", "--port", "0").stdout
    assert "warning  payments" in warned
    assert warned.endswith("This will work, but for what the warnings say.\n")


def test_serve_refuses_a_shared_database_that_is_not_up_to_date(
    run: Callable[..., Result], postgres_url: str
) -> None:
    result = run("serve", "--port", "0", "--database-url", postgres_url, status=1)
    assert "run `liveshow migrate` first" in result.stderr


@pytest.mark.slow
async def test_serve_is_a_server_that_says_where_it_is_and_stops_when_told(
    tmp_path: Path,
) -> None:
    environment = os.environ | {
        "LIVESHOW_DATA_DIR": str(tmp_path / "data"),
        "PYTHONPATH": str(ROOT),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "liveshow", "serve", "--port", "0"),
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds(60)):
            line = (await process.stdout.readline()).decode()
        assert line, (await process.communicate())[1].decode()
        url = line.strip().removeprefix("liveshow is at ")
        async with aiohttp.ClientSession() as http:

            async def ready() -> bool:
                async with http.get(f"{url}/readyz") as response:
                    return response.status == 200

            await eventually(ready, within=10)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(seconds(20)):
            _out, err = await process.communicate()
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = [json.loads(line) for line in err.decode().splitlines()]
    assert "listening" in [line["event"] for line in lines]
    assert lines[-1]["event"] == "stopped"
    assert lines[-1]["seconds"] < 5
    settings = Settings(data_dir=tmp_path / "data")
    assert migrate.current(settings.sql_url) == migrate.head()

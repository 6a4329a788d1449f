"""The ``liveshow`` command.

Results are on standard output, everything else on standard error. What went wrong is one plain
sentence and a non-zero exit; ``LIVESHOW_LOG_LEVEL=debug`` shows where in the code it was.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import os
import re
import tomllib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO, TypeVar, get_args, get_origin

import click
from pydantic import TypeAdapter, ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import SQLAlchemyError

from liveshow import __version__, logs, server
from liveshow.accounts.passwords import Passwords
from liveshow.accounts.service import Accounts
from liveshow.catalog.coupons import Coupons
from liveshow.check import Finding, check, explain
from liveshow.check.services import why
from liveshow.clock import wall_clock
from liveshow.domain.checkout.coupons import Coupon
from liveshow.errors import LiveshowError, NotFound, StoreUnavailable
from liveshow.fields import Currency, Handle
from liveshow.http.accounts import NewSecret
from liveshow.settings import Settings
from liveshow.store import migrate, server_lock
from liveshow.store.accounts import AccountRepository
from liveshow.store.coupons import CouponRepository
from liveshow.store.database import Database
from liveshow.verify import auction, giveaway

T = TypeVar("T")

STORAGE = ("data_dir", "database_url")
SERVING = (
    *("host", "port", "public_address", "public_url"),
    *STORAGE,
    "test_payments",
    *("redis_url", "tls_certificate", "tls_key", "tls_self_signed", "trusted_proxies"),
    *("log_level", "log_format"),
)
DEMO = ("host", "port", "public_address", "tls_self_signed", "log_level", "log_format")

MAX_TOKENS = 100_000
_AGREES = {True: "yes ", False: "NO  ", None: "note"}
_COLORS = {"ok": "green", "warning": "yellow", "problem": "red"}


class Refused(click.ClickException):
    """One sentence, or several lines of them, on standard error."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


class Commands(click.Group):
    """Turns what went wrong into a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None or os.environ.get("LIVESHOW_LOG_LEVEL", "").lower() == "debug":
                raise
            raise Refused(sentence) from error


def _sentence(error: Exception) -> str | None:
    """Return what to tell the operator; None for what click itself deals with."""
    if isinstance(error, StoreUnavailable) and isinstance(error.__cause__, SQLAlchemyError):
        error = error.__cause__
    if isinstance(error, LiveshowError):
        return error.message
    if isinstance(error, ValidationError):
        return "\n".join(explain(error))
    if isinstance(error, SQLAlchemyError):
        return f"The database does not answer: {why(error)}"
    if isinstance(error, OSError):
        if error.errno == errno.EPIPE:
            return None
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error}."
    return (
        f"This should not have happened: {type(error).__name__}: {error}\n"
        "LIVESHOW_LOG_LEVEL=debug shows where."
    )


# --- Settings as options --------------------------------------------------------------------


def settings_options(*names: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Give a command ``--config`` and an option for each named setting; pass it ``settings``."""

    def decorate(command: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(command)
        def run(*arguments: Any, config: Path | None, **options: Any) -> T:
            flags = {name: options.pop(name) for name in names}
            return command(*arguments, settings=load_settings(config, flags), **options)

        wrapped: Callable[..., T] = run
        for name in reversed(names):
            wrapped = _option(name)(wrapped)
        return click.option(
            "--config",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="TOML file with settings; the environment (LIVESHOW_*) and flags win over it.",
        )(wrapped)

    return decorate


def _option(name: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    field = Settings.model_fields[name]
    flag = f"--{name.replace('_', '-')}"
    description = field.description or ""
    kind = field.annotation
    if get_origin(kind) is Literal:
        choices = click.Choice(get_args(kind))
        return click.option(flag, type=choices, default=None, help=description)
    if kind is bool:
        return click.option(f"{flag}/--no-{flag[2:]}", default=None, help=description)
    plain: Any = int if kind is int else str
    return click.option(flag, type=plain, default=None, help=description)


def load_settings(config: Path | None, flags: dict[str, Any]) -> Settings:
    """Return the settings, or refuse with a sentence for each that is not valid."""
    try:
        return Settings.load(config, **flags)
    except ValidationError as error:
        raise Refused("\n".join(explain(error))) from error
    except SettingsError as error:
        raise Refused(_unreadable(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{config or 'settings'}: {error}.") from error


def _unreadable(error: SettingsError) -> str:
    """Say which variable of the environment is not what it should be; pydantic names its field."""
    named = re.search('field "([a-z_]+)"', str(error))
    if named is None:
        return f"settings: {error}."
    return f"{named[1]}: LIVESHOW_{named[1].upper()} is not JSON."


# --- Running --------------------------------------------------------------------------------


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="liveshow")
def main() -> None:
    """Self-hosted live-selling shows."""


@main.command()
@settings_options(*SERVING)
def serve(settings: Settings) -> None:
    """Run the server."""
    logs.configure(settings)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    from liveshow.app import create_app

    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate.make_folder(settings.sql_url)
    # Before anything is changed: what another server uses is not brought up to date under it.
    async with server_lock.held(settings.sql_url):
        await migrate.prepare(settings)
        await server.serve(settings, create_app, _say_addresses)


def _say_addresses(running: server.Server) -> None:
    for url in running.urls:
        click.echo(f"liveshow is at {url}")


@main.command()
@click.option("--broadcast/--no-broadcast", default=True, help="Whether a synthetic host is live.")
@settings_options(*DEMO)
def demo(settings: Settings, broadcast: bool) -> None:
    """Run a server with a temporary database and a show to look at."""
    from liveshow import demo as demonstration

    given = settings.model_fields_set
    quiet = {"log_format": "text", "log_level": "warning"}
    settings = settings.model_copy(
        update={name: value for name, value in quiet.items() if name not in given}
    )
    logs.configure(settings)
    asyncio.run(demonstration.run(settings, broadcast=broadcast))


@main.command("migrate")
@settings_options(*STORAGE)
def migrate_command(settings: Settings) -> None:
    """Bring the database up to date."""
    url = settings.sql_url
    migrate.make_folder(url)
    if not migrate.behind(url):
        click.echo(f"The database is up to date (revision {migrate.head()}).")
        return
    with server_lock.alone(url):
        migrate.upgrade(url)
    click.echo(f"The database was brought up to date (revision {migrate.current(url)}).")


@main.command("check")
@settings_options(*SERVING)
def check_command(settings: Settings) -> None:
    """Say what in the settings or surroundings will not work."""
    findings = asyncio.run(check(settings))
    width = max(len(finding.part) for finding in findings)
    for finding in findings:
        click.echo(_line(finding, width))
    problems = sum(finding.level == "problem" for finding in findings)
    if problems:
        raise Refused(f"{problems} problem{'s' if problems > 1 else ''}: this will not work.")
    warned = any(finding.level == "warning" for finding in findings)
    click.echo(f"This will work{', but for what the warnings say' if warned else ''}.")


def _line(finding: Finding, width: int) -> str:
    level = click.style(f"{finding.level:7}", fg=_COLORS[finding.level])
    return f"{level}  {finding.part:{width}}  {finding.text}"


# --- What was published ---------------------------------------------------------------------


@main.group()
def verify() -> None:
    """Check what a server has published, without asking it."""


@verify.command("auction")
@click.argument("file", type=click.File(encoding="utf-8"))
def verify_auction(file: TextIO) -> None:
    """Compute an auction again from its record (`-` reads standard input)."""
    try:
        steps = auction.verify(file.read())
    except (auction.Malformed, UnicodeDecodeError) as error:
        raise Refused(f"{file.name}: {error}") from error
    for step in steps:
        click.echo(f"{_AGREES[step.ok]}  {step.words}")
    if not auction.agrees(steps):
        raise Refused("This does not agree.")
    click.echo("This agrees.")


@verify.command("giveaway")
@click.argument("file", type=click.File(encoding="utf-8"))
def verify_giveaway(file: TextIO) -> None:
    """Draw a giveaway again from its exported proof (`-` reads standard input)."""
    try:
        steps = giveaway.verify(file.read())
    except (giveaway.Malformed, UnicodeDecodeError) as error:
        raise Refused(f"{file.name}: {error}") from error
    for step in steps:
        click.echo(f"{_AGREES[step.ok]}  {step.words}")
    if not giveaway.agrees(steps):
        raise Refused("This does not agree.")
    click.echo("This agrees.")


# --- Accounts -------------------------------------------------------------------------------


@asynccontextmanager
async def _accounts(settings: Settings, *, create: bool) -> AsyncIterator[Accounts]:
    """The accounts of a database; with ``create`` it is made when it was named and is not there."""
    await asyncio.to_thread(look_for_database, settings, create=create)
    database = Database(settings.sql_url)
    passwords = Passwords()
    try:
        yield Accounts(AccountRepository(database), passwords, token_days=settings.token_days)
    finally:
        passwords.close()
        await database.close()


def look_for_database(settings: Settings, *, create: bool) -> None:
    """Refuse to work on a database that is not there, or not of this version.

    A command that is run in the wrong folder, or without the server's settings, would otherwise
    make a database that nobody serves. A running server must not find its tables changed.
    """
    url = settings.sql_url
    if (file := migrate.file_of(url)) is not None and not file.exists():
        if not create or not {"data_dir", "database_url"} & settings.model_fields_set:
            raise Refused(
                f"There is no database at {file}. Say where the server keeps its data: run this "
                "with the server's --config FILE, its LIVESHOW_DATA_DIR or LIVESHOW_DATABASE_URL. "
                "A new database is made by `liveshow migrate`, or by the server itself."
            )
        migrate.make_folder(url)
        migrate.upgrade(url)
        return
    if lack := migrate.behind(url):
        raise Refused(lack)


def _with_accounts(
    settings: Settings,
    work: Callable[[Accounts], Coroutine[Any, Any, T]],
    *,
    create: bool = False,
) -> T:
    async def run() -> T:
        async with _accounts(settings, create=create) as accounts:
            return await work(accounts)

    return asyncio.run(run())


def with_database(settings: Settings, work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Work on a database that is there, and let go of it."""

    async def run() -> T:
        await asyncio.to_thread(look_for_database, settings, create=False)
        database = Database(settings.sql_url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


class _Checked(click.ParamType[str]):
    """An argument under the same rule as on the wire."""

    def __init__(self, name: str, rule: Any) -> None:
        self.name = name
        self._rule: TypeAdapter[str] = TypeAdapter(rule)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self._rule.validate_python(value)
        except ValidationError as error:
            self.fail(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.", param, ctx)


HANDLE = _Checked("handle", Handle)
PASSWORD = _Checked("password", NewSecret)
CURRENCY = _Checked("currency", Currency)

_password_option = click.option(
    "--password",
    type=PASSWORD,
    help="Asked for when it is not given, so that it is not in the shell's history.",
)


def _asked_password(password: str | None) -> str:
    if password is not None:
        return password
    value: str = click.prompt(
        "Password", hide_input=True, confirmation_prompt=True, type=PASSWORD, err=True
    )
    return value


@main.group()
def user() -> None:
    """Accounts: create, list, password, sessions."""


@user.command("create")
@click.argument("handle", type=HANDLE)
@click.option("--name", default="", help="What people see; default: the handle.")
@click.option("--no-password", is_flag=True, help="Only tokens open this account.")
@_password_option
@settings_options(*STORAGE)
def user_create(
    settings: Settings, handle: str, name: str, no_password: bool, password: str | None
) -> None:
    """Create an account."""
    look_for_database(settings, create=True)
    secret = None if no_password else _asked_password(password)
    account = _with_accounts(
        settings, lambda accounts: accounts.create(handle, secret, name), create=True
    )
    click.echo(f"Created {account.handle} ({account.id}).")


@user.command("list")
@settings_options(*STORAGE)
def user_list(settings: Settings) -> None:
    """List all accounts: handle, id, when it was created, name."""
    for account in _with_accounts(settings, lambda accounts: accounts.all()):
        created = _day(account.created_at)
        click.echo(f"{account.handle:24}  {account.id:12}  {created}  {account.name}")


@user.command("password")
@click.argument("handle", type=HANDLE)
@_password_option
@settings_options(*STORAGE)
def user_password(settings: Settings, handle: str, password: str | None) -> None:
    """Set an account's password and sign it out everywhere."""
    look_for_database(settings, create=False)
    secret = _asked_password(password)
    _with_accounts(settings, lambda accounts: accounts.reset_password(handle, secret))
    click.echo(f"{handle} has a new password and is signed out everywhere.")


@user.command("sessions")
@click.argument("handle", type=HANDLE)
@settings_options(*STORAGE)
def user_sessions(settings: Settings, handle: str) -> None:
    """List an account's sign-ins: id, last used, agent."""

    async def work(accounts: Accounts) -> list[Any]:
        return list(await accounts.sessions((await accounts.by_handle(handle)).id))

    for session in _with_accounts(settings, work):
        click.echo(f"{session.id:12}  {_day(session.last_used_at)}  {session.agent or '-'}")


@user.command("revoke")
@click.argument("handle", type=HANDLE)
@click.argument("session", required=False)
@click.option("--all", "everything", is_flag=True, help="Sign the account out everywhere.")
@settings_options(*STORAGE)
def user_revoke(settings: Settings, handle: str, session: str | None, everything: bool) -> None:
    """End one sign-in of an account, or all of them."""
    if (session is None) is not everything:
        raise Refused("Give the id of a sign-in (see `liveshow user sessions`), or --all.")

    async def work(accounts: Accounts) -> int:
        account = await accounts.by_handle(handle)
        if session is not None:
            await accounts.revoke(account.id, session)
            return 1
        ended = 0
        # The list is bounded; the account may have more.
        while found := await accounts.sessions(account.id):
            for record in found:
                await accounts.revoke(account.id, record.id)
            ended += len(found)
        return ended

    ended = _with_accounts(settings, work)
    click.echo(f"Ended {ended} sign-in{'' if ended == 1 else 's'} of {handle}.")


@main.command()
@click.argument("handle", type=HANDLE, required=False)
@click.option("--count", type=click.IntRange(1, MAX_TOKENS), help="Create this many accounts.")
@click.option("--prefix", default="buyer", show_default=True, help="Their handles: buyer1, ...")
@settings_options(*STORAGE)
def token(settings: Settings, handle: str | None, count: int | None, prefix: str) -> None:
    """Print a bearer token for an account, or one a line for each of many new accounts."""
    if (handle is None) is (count is None):
        raise Refused("Give either a handle, or --count N.")

    async def work(accounts: Accounts) -> list[str]:
        if handle is None:
            numbers = range(1, (count or 0) + 1)
            handles = [HANDLE.convert(f"{prefix}{number}", None, None) for number in numbers]
            return await accounts.create_tokens(handles, agent="liveshow token")
        try:
            return [await accounts.create_token(handle, agent="liveshow token")]
        except NotFound as error:
            raise Refused(
                f"There is no account {handle}: `liveshow user create {handle}` makes one."
            ) from error

    for line in _with_accounts(settings, work, create=handle is None):
        click.echo(line)


# --- Coupons --------------------------------------------------------------------------------


def _with_coupons(settings: Settings, work: Callable[[Coupons], Coroutine[Any, Any, T]]) -> T:
    return with_database(
        settings,
        lambda database: work(Coupons(CouponRepository(database), settings.limits, wall_clock)),
    )


@main.group()
def coupon() -> None:
    """Coupons for everything on this server, which its operator pays: make, list, stop."""


@coupon.command("make")
@click.option("--percent", type=click.IntRange(1, 90), help="What it takes off.")
@click.option("--amount", type=click.IntRange(1), help="What it takes off, in minor units.")
@click.option("--currency", help="Of the amounts: ISO 4217.")
@click.option("--cap", type=click.IntRange(1), help="What it takes off at most, in minor units.")
@click.option("--minimum", type=click.IntRange(0), default=0, help="What has to be bought.")
@click.option("--new", is_flag=True, help="Only for who has bought nothing yet.")
@click.option("--uses", type=click.IntRange(1), help="How often in all.")
@click.option("--days", type=click.IntRange(1, 3650), help="For so many days.")
@settings_options(*STORAGE)
def coupon_make(settings: Settings, new: bool, days: int | None, **terms: Any) -> None:
    """Make a coupon and print its code."""
    if terms["currency"] is not None:
        terms["currency"] = CURRENCY.convert(terms["currency"].upper(), None, None)
    made = Coupon(
        id="",
        code="",
        maker=None,
        items="all",
        who="new" if new else "everyone",
        ends_at=None if days is None else wall_clock() + days * 86_400_000,
        **terms,
    )
    click.echo(_with_coupons(settings, lambda coupons: coupons.make(made)).coupon.code)


@coupon.command("list")
@settings_options(*STORAGE)
def coupon_list(settings: Settings) -> None:
    """List the operator's coupons: code, id, how often each was used, whether it is stopped."""
    for made in _with_coupons(settings, lambda coupons: coupons.made_by(None)):
        often = f"{made.used}/{made.coupon.uses or '-'}"
        stopped = "stopped" if made.coupon.stopped else ""
        click.echo(f"{made.coupon.code:24}  {made.coupon.id:12}  {often:>9}  {stopped}".rstrip())


@coupon.command("stop")
@click.argument("id_", metavar="ID")
@settings_options(*STORAGE)
def coupon_stop(settings: Settings, id_: str) -> None:
    """Let nobody use a coupon any more. What is being paid with it stays as it is."""
    change = {"stopped": True}
    made = _with_coupons(settings, lambda coupons: coupons.change(id_, None, change))
    click.echo(f"{made.coupon.code} is stopped.")


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}"


# Groups of their own add themselves.
from liveshow import cli_cases, cli_payouts  # noqa: E402, F401

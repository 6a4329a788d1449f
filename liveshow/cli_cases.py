"""``liveshow operator`` and ``liveshow case``: who decides between others, and how."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

import click
import msgspec

from liveshow.cases import course
from liveshow.cases.course import Case, Decision, Said
from liveshow.cli import HANDLE, STORAGE, Refused, main, settings_options, with_database
from liveshow.clock import wall_clock
from liveshow.domain.values import Person
from liveshow.settings import Settings
from liveshow.store.accounts import AccountRepository
from liveshow.store.cases import CaseRepository
from liveshow.store.database import Database

T = TypeVar("T")

# A table has so many at most: the newest.
MAX_SHOWN = 200


class _Desk:
    """What operators look into."""

    def __init__(self, database: Database) -> None:
        self.cases = CaseRepository(database)
        self.accounts = AccountRepository(database)

    async def person(self, handle: str) -> Person:
        account = await self.accounts.by_handle(handle)
        if account is None:
            raise Refused(f"There is no account {handle}.")
        return Person(account.id, account.handle, account.name)

    async def case(self, case_id: str) -> Case:
        case = await self.cases.get(case_id)
        if case is None:
            raise Refused(f"There is no case {case_id}. See `liveshow case list`.")
        return case


def _at_desk(settings: Settings, work: Callable[[_Desk], Coroutine[Any, Any, T]]) -> T:
    return with_database(settings, lambda database: work(_Desk(database)))


@main.command()
@click.argument("handle", type=HANDLE, required=False)
@click.option("--remove", is_flag=True, help="They are no operator any more.")
@settings_options(*STORAGE)
def operator(settings: Settings, handle: str | None, remove: bool) -> None:
    """Make an account an operator of this server, or list those that are."""

    async def work(desk: _Desk) -> list[str]:
        if handle is None:
            return [account.handle for account in await desk.accounts.operators()]
        person = await desk.person(handle)
        await desk.accounts.make_operator(person.id, not remove)
        return [f"{handle} is {'no operator any more' if remove else 'an operator now'}."]

    for line in _at_desk(settings, work) or ["There are none. Name one: `liveshow operator ann`."]:
        click.echo(line)


@main.group()
def case() -> None:
    """Cases about orders that are not as described: list, show, rule, file."""


@case.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are closed, too.")
@settings_options(*STORAGE)
def case_list(settings: Settings, everything: bool) -> None:
    """List open cases, newest first: id, status, until when, what can go back, who."""

    async def work(desk: _Desk) -> list[Case]:
        return await desk.cases.page(None, open_only=not everything, after=None, limit=MAX_SHOWN)

    for each in _at_desk(settings, work):
        due = _time(each.due_at) if each.due_at else "-"
        click.echo(
            f"{each.id:12}  {each.status:9}  {due:16}  {each.most:>10}  "
            f"{each.buyer.handle} against {each.owner.handle}"
        )


@case.command("show")
@click.argument("case_id")
@settings_options(*STORAGE)
def case_show(settings: Settings, case_id: str) -> None:
    """Say what was said and done in a case."""
    found = _at_desk(settings, lambda desk: desk.case(case_id))
    click.echo(f"{found.buyer.handle} against {found.owner.handle}, order {found.order}")
    click.echo(f"{found.status}; at most {found.most} (minor units) can go back")
    for entry in found.entries:
        who = entry.by.handle if entry.by else "-"
        amount = f" {entry.amount}" if entry.amount is not None else ""
        photos = "".join(f" {photo.url}" for photo in entry.photos)
        line = f"{_time(entry.at)}  {who:16}  {entry.kind}{amount}  {entry.text}{photos}"
        click.echo(line.rstrip())


@case.command("file")
@click.argument("case_id")
@settings_options(*STORAGE)
def case_file(settings: Settings, case_id: str) -> None:
    """Print all that a case is decided on, as JSON."""

    async def work(desk: _Desk) -> bytes:
        return msgspec.json.encode(await desk.cases.file(await desk.case(case_id)))

    click.echo(msgspec.json.format(_at_desk(settings, work), indent=2).decode())


@case.command("rule")
@click.argument("case_id")
@click.argument("decision", type=click.Choice(get_args(Decision)))
@click.option("--as", "handle", type=HANDLE, required=True, help="The operator who decides.")
@click.option("--text", required=True, help="Why. Both sides read it.")
@click.option("--amount", type=click.IntRange(1), help="What goes back of a part, minor units.")
@settings_options(*STORAGE)
def case_rule(
    settings: Settings, case_id: str, decision: Decision, handle: str, text: str, amount: int | None
) -> None:
    """Decide a case. Either side may appeal once in two days; the server does the rest."""

    async def work(desk: _Desk) -> Case:
        person = await desk.person(handle)
        if not await desk.accounts.is_operator(person.id):
            raise Refused(f"{handle} is no operator. `liveshow operator {handle}` makes them one.")
        said = Said(text.strip()[:1000], amount)
        await desk.case(case_id)
        return await desk.cases.change(
            case_id, lambda case: course.rule(case, decision, person, said, wall_clock())
        )

    ruled = _at_desk(settings, work)
    until = f" until {_time(ruled.due_at)}" if ruled.due_at else ""
    click.echo(f"{case_id} is {ruled.status}{until}.")


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")

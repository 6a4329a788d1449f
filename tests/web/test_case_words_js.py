"""What a page offers in a case is what the server takes."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from playwright.async_api import Page

from liveshow.cases import course
from liveshow.cases.course import Action, Case, Entry, Ruling, Said, Status
from liveshow.domain.values import Person
from liveshow.errors import LiveshowError

BUYER, OWNER, HOST, RULER = (Person(name, name, name) for name in ("ana", "sol", "hana", "rut"))
OFFERS = """
async ([of]) => (await import("/web/features/cases/cases.js")).actions(of)
"""
SAYS = """
async ([of]) => {
  const words = await import("/web/features/cases/cases.js");
  return [words.stands(of), words.SHORT[of.status],
          ...words.actions(of).map((name) => words.ACTIONS[name].button)];
}
"""


def at(status: Status) -> Case:
    return Case(
        id="case",
        order="order",
        lines=(0,),
        buyer=BUYER,
        owner=OWNER,
        host=HOST,
        status=status,
        due_at=10,
        most=500,
        before="delivered",
        entries=(Entry(1, "opened", BUYER),),
        opened_at=1,
        proposed=100,
        ruling=Ruling("nothing", 0, RULER),
    )


def taken(case: Case, who: Person) -> set[str]:
    """What the server lets somebody do."""
    allowed = set()
    for action in get_args(Action):
        try:
            course.act(case, action, who, Said("x", 1), 2)
        except LiveshowError:
            continue
        allowed.add(action)
    return allowed


@pytest.mark.parametrize("status", get_args(Status))
async def test_what_can_be_done_is_offered_and_nothing_else(page: Page, status: Status) -> None:
    case = at(status)
    for role, who in (("buyer", BUYER), ("owner", OWNER), ("host", HOST)):
        shown = {**msgspec.to_builtins(case), "role": role, "outcome": None}
        offered = set(await page.evaluate(OFFERS, [shown]))
        allowed = taken(case, who)
        assert offered <= allowed
        # What came back is taken in one way: paying it back without it is the same.
        assert allowed - offered <= {"refund"}
        assert all(await page.evaluate(SAYS, [shown]))

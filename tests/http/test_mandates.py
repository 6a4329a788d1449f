"""Mandates over HTTP: PROTOCOL.md 2.4."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from liveshow.store.tables.shows import ShowRow
from tests.http.conftest import Answer, Api, Caller


async def act(caller: Caller, mandate: Any, verb: str) -> Answer:
    return await caller.post(f"/api/mandates/{mandate['id']}/{verb}")


async def offer(owner: Caller, listing: Any, **terms: Any) -> Any:
    answer = await owner.post("/api/mandates", {"listing": listing["id"]} | terms)
    assert answer.status == 201, answer.body
    return answer.body


@pytest.fixture
async def ana(api: Api) -> Caller:
    """The owner."""
    return await api.account("ana")


@pytest.fixture
async def host(api: Api) -> Caller:
    return await api.account("host")


@pytest.fixture
async def coat(ana: Caller) -> Any:
    return await ana.listing(title="Coat", price=1500)


async def test_an_offer_to_a_show_has_the_price_as_floor_and_no_commission(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    show = await api.show(host, title="Friday")
    mandate = await offer(ana, coat, show=show)
    assert mandate == {
        "id": mandate["id"],
        "listing": coat["id"],
        "owner": ana.user,
        "host": host.user,
        "show": {"id": show, "title": "Friday"},
        "floor": 1500,
        "currency": "USD",
        "commission_percent": 0,
        "expires_at": None,
        "status": "offered",
        "created_at": api.clock.now,
    }


async def test_the_host_accepts_an_offer(ana: Caller, host: Caller, coat: Any) -> None:
    mandate = await offer(ana, coat, host="host", floor=900, commission_percent=90)
    assert mandate["show"] is None
    assert (await act(ana, mandate, "accept")).code == "forbidden"
    assert (await act(ana, mandate, "decline")).code == "forbidden"
    for _ in range(2):
        answer = await act(host, mandate, "accept")
        assert answer.status == 200
        assert answer.body == mandate | {"status": "active"}
    declined = await act(host, mandate, "decline")
    assert (declined.status, declined.code) == (409, "conflict")


async def test_shows_are_told_of_a_mandate_that_is_accepted(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    """They may have the item under another one, with a lower floor."""
    mandate = await offer(ana, coat, host="host")
    assert api.changed == []
    await act(host, mandate, "accept")
    assert api.changed == [coat["id"]]
    other = await offer(ana, coat, show=await api.show(host))
    await act(host, other, "decline")
    assert api.changed == [coat["id"]]


async def test_the_owner_answers_a_request(api: Api, ana: Caller, host: Caller, coat: Any) -> None:
    show = await api.show(host)
    mandate = (await host.post("/api/mandates", {"listing": coat["id"], "show": show})).body
    assert (mandate["status"], mandate["floor"]) == ("requested", 1500)
    assert (await act(host, mandate, "accept")).code == "forbidden"
    for _ in range(2):
        assert (await act(ana, mandate, "decline")).body["status"] == "declined"
    for verb in ("accept", "revoke"):
        assert (await act(ana, mandate, verb)).code == "conflict"
    # After a no one may ask again.
    again = await host.post("/api/mandates", {"listing": coat["id"], "host": "host"})
    assert (await act(ana, again.body, "accept")).body["status"] == "active"


@pytest.mark.parametrize("side", ["ana", "host"])
@pytest.mark.parametrize("accepted", [True, False])
async def test_either_side_takes_a_mandate_back_and_shows_are_told(
    api: Api, ana: Caller, host: Caller, coat: Any, side: str, accepted: bool
) -> None:
    mandate = await offer(ana, coat, host="host")
    if accepted:
        await act(host, mandate, "accept")
    caller = ana if side == "ana" else host
    for _ in range(2):
        assert (await act(caller, mandate, "revoke")).body["status"] == "revoked"
    assert api.changed[0] == coat["id"]
    assert (await act(host, mandate, "accept")).code == "conflict"


async def test_others_do_not_learn_of_a_mandate(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    eve = await api.account("eve")
    mandate = await offer(ana, coat, host="host")
    for verb in ("accept", "decline", "revoke"):
        assert (await act(eve, mandate, verb)).code == "not_found"
        assert (await act(eve, {"id": "nosuchmandate"}, verb)).code == "not_found"
        assert (await act(api.guest, mandate, verb)).code == "unauthenticated"
    assert (await eve.get("/api/mandates?as=host")).body["items"] == []
    assert (await api.guest.get("/api/mandates?as=host")).code == "unauthenticated"


async def test_each_side_sees_its_own_newest_first_in_pages(
    api: Api, ana: Caller, host: Caller
) -> None:
    mandates = []
    for _ in range(3):
        mandates.append(await offer(ana, await ana.listing(), host="host"))
        api.clock.advance(seconds=1)
    newest = [mandate["id"] for mandate in reversed(mandates)]
    for caller, side in ((ana, "owner"), (host, "host")):
        first = (await caller.get(f"/api/mandates?as={side}&limit=2")).body
        rest = (await caller.get(f"/api/mandates?as={side}&limit=2&after={first['next']}")).body
        assert [item["id"] for item in first["items"] + rest["items"]] == newest
        assert rest["next"] is None
    assert (await ana.get("/api/mandates?as=host")).body["items"] == []
    for query in ("", "?as=buyer"):
        assert (await ana.get(f"/api/mandates{query}")).fields == ["as"]


async def test_a_mandate_expires_by_the_clock_alone(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    mandate = await offer(ana, coat, host="host", expires_at=api.clock.now + 1000)
    api.clock.advance(seconds=1)
    (seen,) = (await host.get("/api/mandates?as=host")).body["items"]
    assert seen["status"] == "expired"
    for caller, verb in ((host, "accept"), (host, "decline"), (ana, "revoke")):
        assert (await act(caller, mandate, verb)).code == "conflict"
    # It does not stand in the way of a new one.
    await offer(ana, coat, host="host")


async def test_there_is_one_mandate_for_one_purpose_even_when_offered_twice_at_once(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    show = await api.show(host)
    body = {"listing": coat["id"], "show": show}
    answers = await asyncio.gather(
        *(caller.post("/api/mandates", body) for caller in (ana, host, ana, host))
    )
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"conflict"}
    # For another show, and for all of them, it is another matter.
    await offer(ana, coat, show=await api.show(host))
    await offer(ana, coat, host="host")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"host": "host", "floor": 0}, "floor"),
        ({"host": "host", "floor": "5"}, "floor"),
        ({"host": "host", "commission_percent": 91}, "commission_percent"),
        ({"host": "host", "commission_percent": -1}, "commission_percent"),
        ({"host": "host", "commission_percent": 2.5}, "commission_percent"),
        ({"host": "host", "expires_at": 10**400}, "expires_at"),
        ({"host": "host", "expires_at": "tomorrow"}, "expires_at"),
        ({"host": "host", "colour": "red"}, "colour"),
        ({"show": "../x"}, "show"),
    ],
)
async def test_malformed_terms_say_which(
    ana: Caller, host: Caller, coat: Any, terms: dict[str, Any], field: str
) -> None:
    answer = await ana.post("/api/mandates", {"listing": coat["id"]} | terms)
    assert (answer.status, answer.code, answer.fields) == (400, "invalid", [field])


@pytest.mark.parametrize(("terms", "field"), [({}, "show"), ({"host": "ana"}, "host")])
async def test_terms_that_do_not_fit_the_listing_say_which(
    ana: Caller, host: Caller, coat: Any, terms: dict[str, Any], field: str
) -> None:
    answer = await ana.post("/api/mandates", {"listing": coat["id"]} | terms)
    assert (answer.status, answer.code, answer.fields) == (409, "conflict", [field])


async def test_what_is_not_there_cannot_be_lent(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    async def refusal(**terms: Any) -> str:
        return (await ana.post("/api/mandates", {"listing": coat["id"]} | terms)).code

    assert await refusal(show="nosuchshow") == "not_found"
    assert await refusal(host="nobody") == "unknown_user"
    assert await refusal(listing="nosuchlisting", host="host") == "unknown_listing"
    assert await refusal(host="host", expires_at=api.clock.now) == "in_the_past"
    assert await refusal(show=await api.show(host, status="ended")) == "show_ended"
    assert await refusal(show=await api.show(ana)) == "conflict"
    assert await refusal(show=await api.show(host), host="ana") == "conflict"
    await ana.delete(f"/api/listings/{coat['id']}")
    assert await refusal(host="host") == "unknown_listing"


async def test_a_listing_goes_only_to_shows_of_its_currency(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    show = await api.show(host, currency="EUR")
    for caller in (ana, host):
        answer = await caller.post("/api/mandates", {"listing": coat["id"], "show": show})
        assert (answer.status, answer.code) == (409, "currency_mismatch")


async def test_a_host_asks_for_shows_of_their_own_only(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    eve = await api.account("eve")
    show = await api.show(host)
    for terms in ({"show": show}, {"host": "host"}):
        answer = await eve.post("/api/mandates", {"listing": coat["id"]} | terms)
        assert (answer.status, answer.code) == (403, "forbidden")
    answer = await api.guest.post("/api/mandates", {"listing": coat["id"], "show": show})
    assert answer.code == "unauthenticated"


async def test_what_ended_or_was_archived_meanwhile_cannot_be_accepted(
    api: Api, ana: Caller, host: Caller, coat: Any
) -> None:
    show = await api.show(host)
    ended = await offer(ana, coat, show=show)
    await api.execute(update(ShowRow).where(col(ShowRow.id) == show).values(status="ended"))
    assert (await act(host, ended, "accept")).code == "show_ended"
    archived = await offer(ana, coat, host="host")
    await ana.delete(f"/api/listings/{coat['id']}")
    # Its lending has ended with it.
    assert (await act(host, archived, "accept")).code == "conflict"
    [kept] = [
        m
        for m in (await host.get("/api/mandates?as=host")).body["items"]
        if m["id"] == archived["id"]
    ]
    assert kept["status"] == "revoked"

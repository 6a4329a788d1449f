"""Accounts over HTTP: PROTOCOL.md 2.1."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from liveshow.domain.values import Address as ShipTo
from liveshow.errors import Conflict
from liveshow.store.tables.accounts import TokenRow, UserRow
from tests.http.conftest import PASSWORD, Api, Caller
from tests.support import eventually

DAY = 86_400_000
ADDRESS = {
    "name": "Ana Lima",
    "line1": "Rua 1",
    "line2": "",
    "city": "Porto",
    "region": "",
    "postcode": "4000-001",
    "country": "PT",
}


async def sign_up(api: Api, handle: str, password: str = PASSWORD, **more: Any) -> Caller:
    body = {"handle": handle, "password": password} | more
    answer = await api.guest.post("/api/users", body)
    assert answer.status == 201, answer.body
    return Caller(api.client, answer.body["token"], answer.body["user"])


def cookie(caller: Caller) -> dict[str, str]:
    return {"Cookie": f"theme=dark; liveshow_session={caller.token}"}


def origin(api: Api) -> str:
    return str(api.client.make_url("/")).rstrip("/")


# --- Signing up and in ------------------------------------------------------------------------


async def test_signing_up_signs_in_and_sets_a_cookie(api: Api) -> None:
    answer = await api.guest.post(
        "/api/users", {"handle": "ana", "password": PASSWORD, "name": "Ana"}
    )
    assert answer.status == 201
    assert answer.body["user"] == {"id": answer.body["user"]["id"], "handle": "ana", "name": "Ana"}
    assert answer.body["expires_at"] == api.clock.now + 30 * DAY
    header = answer.headers["Set-Cookie"]
    assert header.startswith(f"liveshow_session={answer.body['token']};")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert f"Max-Age={30 * 86_400}" in header
    assert "Secure" not in header


async def test_without_a_name_the_handle_is_the_name(api: Api) -> None:
    assert (await sign_up(api, "ana")).user["name"] == "ana"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("anna", "anna_"),
        ("anna", "_anna"),
        ("an.na", "an_na"),
        ("an_na", "an__na"),
        ("ivo", "iv0"),
        ("carl", "car1"),
        ("amy", "arny"),
    ],
)
async def test_no_two_handles_look_alike(api: Api, first: str, second: str) -> None:
    """faults.md 48."""
    await sign_up(api, first)
    body = {"handle": second, "password": PASSWORD}
    answer = await api.guest.post("/api/users", body)
    assert (answer.status, answer.code) == (409, "handle_taken")


@pytest.mark.parametrize("handle", ["anna.", ".anna", "an..na", "..", "__"])
async def test_every_handle_has_an_address_and_can_be_mentioned(api: Api, handle: str) -> None:
    """faults.md 48: `/closet/..` is another page, and a full stop ends a sentence."""
    answer = await api.guest.post("/api/users", {"handle": handle, "password": PASSWORD})
    assert (answer.status, answer.code) == (409, "unusable_handle")


@pytest.mark.parametrize(
    "handle",
    [
        *("admin", "Support", "supp0rt", "_support", "rnoderator", "liveshow", "live.show."),
        # Whoever may be `adm1n` is asked for help as `admin` is.
        *(
            "adm1n",
            "offlcial",
            "l1vesh0w",
            "ad.min",
            "_t_e_a_m",
            "5upport",
            "h3lp",
            "4dmin",
            "vvebmaster",
        ),
    ],
)
async def test_nobody_signs_up_as_who_runs_the_server(api: Api, handle: str) -> None:
    """friendica/friendica#4753, bookwyrm-social/bookwyrm#2619: `@support` asked for cards."""
    answer = await api.guest.post("/api/users", {"handle": handle, "password": PASSWORD})
    assert (answer.status, answer.code) == (409, "unusable_handle")
    await sign_up(api, "supporter")


async def test_a_handle_is_taken_once_even_when_asked_for_twice_at_once(api: Api) -> None:
    body = {"handle": "ana", "password": PASSWORD}
    answers = await asyncio.gather(*(api.guest.post("/api/users", body) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"handle_taken"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"handle": "a", "password": PASSWORD}, "handle"),
        ({"handle": "a" * 25, "password": PASSWORD}, "handle"),
        ({"handle": "an a", "password": PASSWORD}, "handle"),
        ({"handle": "аna", "password": PASSWORD}, "handle"),  # noqa: RUF001 - Cyrillic
        ({"handle": 12345, "password": PASSWORD}, "handle"),
        ({"handle": "ana", "password": "1234567"}, "password"),
        ({"handle": "ana", "password": "x" * 201}, "password"),
        ({"handle": "ana", "password": 12345678}, "password"),
        ({"handle": "ana", "password": PASSWORD, "name": "x" * 61}, "name"),
        ({"handle": "ana", "password": PASSWORD, "name": "a\u0007b"}, "name"),
        ({"handle": "ana", "password": PASSWORD, "name": "   "}, "name"),
        ({"handle": "ana", "password": PASSWORD, "admin": True}, "admin"),
        ({"handle": "ana"}, "password"),
    ],
)
async def test_a_malformed_sign_up_says_which_field(
    api: Api, body: dict[str, Any], field: str
) -> None:
    answer = await api.guest.post("/api/users", body)
    assert (answer.status, answer.code) == (400, "invalid")
    assert answer.fields == [field]
    assert PASSWORD not in answer.raw.decode()


async def test_signing_in_gives_a_token_that_works_as_bearer_and_as_cookie(api: Api) -> None:
    await sign_up(api, "ana")
    answer = await api.guest.post("/api/session", {"handle": "ANA ", "password": PASSWORD})
    assert answer.status == 200
    caller = Caller(api.client, answer.body["token"])
    assert (await caller.get("/api/session")).body == {
        "user": answer.body["user"],
        "expires_at": answer.body["expires_at"],
    }
    by_cookie = await api.guest.get("/api/session", headers=cookie(caller))
    assert by_cookie.body["user"]["handle"] == "ana"


async def test_wrong_password_and_unknown_handle_look_the_same(api: Api) -> None:
    await sign_up(api, "ana")
    wrong = await api.guest.post("/api/session", {"handle": "ana", "password": "wrong horse"})
    unknown = await api.guest.post("/api/session", {"handle": "nobody", "password": PASSWORD})
    assert (wrong.status, wrong.code) == (401, "wrong_credentials")
    assert wrong.body == unknown.body


@pytest.mark.parametrize("handle", ["", "a\0b", "\u0430na", "x" * 100, "ana'--"])
async def test_what_cannot_be_a_handle_is_nobody(api: Api, handle: str) -> None:
    answer = await api.guest.post("/api/session", {"handle": handle, "password": "a\0b"})
    assert (answer.status, answer.code) == (401, "wrong_credentials")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("password", "top-10"),
        ("12345678", "top-10"),
        (" " * 8, "Repeats"),
        ("qwertyui", "very common"),
        ("p@ssw0rd1", "similar to"),
        ("anastasia-k", "words"),
        ("x" * 200, "Repeats"),
    ],
)
async def test_a_password_that_strangers_try_first_is_refused_in_words(
    api: Api, password: str, why: str
) -> None:
    """faults.md 19: `password`, `12345678` and eight spaces were accepted."""
    body = {"handle": "anastasia.k", "password": password}
    refused = await api.guest.post("/api/users", body)
    assert (refused.status, refused.code) == (409, "weak_password")
    assert "too easy to guess" in refused.body["detail"]
    assert why in refused.body["detail"]
    bea = await sign_up(api, "bea")
    changed = await bea.post("/api/me/password", {"current": PASSWORD, "new": password})
    assert changed.code == "weak_password"
    with pytest.raises(Conflict):
        await api.accounts.create("anastasia.k", password)


@pytest.mark.parametrize("limits", [{"sign_in_limit": "3/minute"}])
async def test_of_many_guesses_at_once_only_the_first_few_learn_anything(api: Api) -> None:
    await sign_up(api, "ana")
    guesses = ["wrong horse"] * 12 + [PASSWORD] * 2
    answers = await asyncio.gather(
        *(api.guest.post("/api/session", {"handle": "ana", "password": word}) for word in guesses)
    )
    assert sum(answer.status != 429 for answer in answers) <= 7


async def test_a_password_may_be_typed_composed_or_decomposed(api: Api) -> None:
    await sign_up(api, "ana", "caf\u00e9 au lait")
    answer = await api.guest.post(
        "/api/session", {"handle": "ana", "password": "cafe\u0301 au lait"}
    )
    assert answer.status == 200


async def test_an_account_without_a_password_cannot_sign_in(api: Api) -> None:
    await api.account("robot")
    answer = await api.guest.post("/api/session", {"handle": "robot", "password": "!"})
    assert answer.code == "wrong_credentials"


@pytest.mark.parametrize("limits", [{"sign_in_limit": "3/minute"}])
async def test_too_many_wrong_passwords_stop_the_right_one_too(api: Api) -> None:
    await sign_up(api, "ana")
    for _ in range(3):
        await api.guest.post("/api/session", {"handle": "ana", "password": "wrong horse"})
    answer = await api.guest.post("/api/session", {"handle": "ana", "password": PASSWORD})
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("limits", [{"sign_in_limit": "3/minute"}])
async def test_right_passwords_are_no_attempts_but_cost_checks(api: Api) -> None:
    """faults.md 18"""
    await sign_up(api, "ana")
    await sign_up(api, "bob")
    ana = {"handle": "ana", "password": PASSWORD}
    for _ in range(9):
        assert (await api.guest.post("/api/session", ana)).status == 200
    answer = await api.guest.post("/api/session", ana)
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    # Everybody else signs in, from the same address too.
    answer = await api.guest.post("/api/session", {"handle": "bob", "password": PASSWORD})
    assert answer.status == 200


@pytest.mark.parametrize("limits", [{"sign_in_limit": "3/minute"}])
async def test_changing_a_password_costs_checks_too(api: Api) -> None:
    """faults.md 18"""
    ana = await sign_up(api, "ana")
    answers = [
        await ana.post("/api/me/password", {"current": PASSWORD, "new": PASSWORD})
        for _ in range(10)
    ]
    assert [answer.status for answer in answers] == [204] * 9 + [429]


@pytest.mark.parametrize("limits", [{"sign_in_limit": "3/minute"}])
@pytest.mark.parametrize("trusted_proxies", [1])
async def test_wrong_passwords_from_elsewhere_do_not_lock_the_owner_out(api: Api) -> None:
    """faults.md 19: ten from ten addresses did."""
    await sign_up(api, "ana")

    async def sign_in(address: str, password: str = "wrong horse", handle: str = "ana") -> int:
        answer = await api.guest.post(
            "/api/session",
            {"handle": handle, "password": password},
            headers={"X-Forwarded-For": address},
        )
        return answer.status

    strangers = [f"203.0.113.{n}" for n in range(30)]
    assert {await sign_in(address) for address in strangers} == {401}
    # All that everybody has together is used up: who has guessed wrong learns nothing more.
    assert await sign_in(strangers[0], PASSWORD) == 429
    # A stranger who is new has one guess, and the owner needs one.
    assert await sign_in("198.51.100.1") == 401
    assert await sign_in("198.51.100.1") == 429
    assert await sign_in("192.0.2.1", PASSWORD) == 200


@pytest.mark.parametrize("limits", [{"sign_in_limit": "3/minute"}])
@pytest.mark.parametrize("trusted_proxies", [1])
async def test_guesses_count_per_address_for_any_handle(api: Api) -> None:
    async def wrong(handle: str, address: str) -> int:
        answer = await api.guest.post(
            "/api/session",
            {"handle": handle, "password": "wrong horse"},
            headers={"X-Forwarded-For": address},
        )
        return answer.status

    for n in range(30):
        assert await wrong(f"h{n}", "198.51.100.7") == 401
    assert await wrong("h30", "198.51.100.7") == 429
    assert await wrong("other", "192.0.2.1") == 401


@pytest.mark.parametrize("limits", [{"sign_up_limit": "3/minute"}])
async def test_signing_up_is_limited_per_address(api: Api) -> None:
    for n in range(3):
        await sign_up(api, f"user{n}")
    answer = await api.guest.post("/api/users", {"handle": "more", "password": PASSWORD})
    assert (answer.status, answer.code) == (429, "rate_limited")


# --- Tokens -----------------------------------------------------------------------------------


async def test_a_token_is_stored_as_its_hash_only(api: Api) -> None:
    ana = await sign_up(api, "ana")
    (row,) = await api.rows(TokenRow)
    assert ana.token not in row.model_dump_json()
    assert len(row.hash) == 64
    (user,) = await api.rows(UserRow)
    assert user.password_hash.startswith("$argon2id$")


async def test_an_expired_token_is_refused_by_name(api: Api) -> None:
    ana = await sign_up(api, "ana")
    api.clock.advance(days=30)
    answer = await ana.get("/api/session")
    assert (answer.status, answer.code) == (401, "token_expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_signed_out_token_does_not_work_any_more(api: Api) -> None:
    ana = await sign_up(api, "ana")
    answer = await ana.delete("/api/session")
    assert answer.status == 204
    assert 'liveshow_session=""' in answer.headers["Set-Cookie"]
    assert (await ana.get("/api/session")).code == "unauthenticated"


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer", "Basic YTpi", "Bearer " + "x" * 600, "Bearer \u00e9"]
)
async def test_a_bearer_that_is_not_valid_is_refused_even_where_guests_are_welcome(
    api: Api, header: str
) -> None:
    await sign_up(api, "ana")
    answer = await api.guest.get("/api/users/ana", headers={"Authorization": header})
    assert (answer.status, answer.code) == (401, "unauthenticated")


async def test_a_stale_cookie_makes_a_guest(api: Api) -> None:
    ana = await sign_up(api, "ana")
    await ana.delete("/api/session")
    assert (await api.guest.get("/api/users/ana", headers=cookie(ana))).status == 200
    assert (await api.guest.get("/api/me", headers=cookie(ana))).code == "unauthenticated"


async def test_sessions_are_listed_and_can_be_revoked_from_elsewhere(api: Api) -> None:
    phone = await sign_up(api, "ana")
    api.clock.advance(seconds=120)
    answer = await api.guest.post(
        "/api/session",
        {"handle": "ana", "password": PASSWORD},
        headers={"User-Agent": "Laptop\u00a0" + "x" * 500},
    )
    laptop = Caller(api.client, answer.body["token"])
    sessions = (await laptop.get("/api/sessions")).body["items"]
    assert [session["current"] for session in sessions] == [True, False]
    assert sessions[0]["agent"].startswith("Laptop")
    assert len(sessions[0]["agent"]) <= 200
    assert set(sessions[0]) == {
        "id", "created_at", "last_used_at", "expires_at", "agent", "current"
    }  # fmt: skip
    assert (await laptop.delete(f"/api/sessions/{sessions[1]['id']}")).status == 204
    assert (await phone.get("/api/session")).code == "unauthenticated"
    assert (await laptop.delete(f"/api/sessions/{sessions[1]['id']}")).code == "not_found"


async def test_nobody_revokes_the_session_of_somebody_else(api: Api) -> None:
    ana, bob = await sign_up(api, "ana"), await sign_up(api, "bob")
    (session,) = (await ana.get("/api/sessions")).body["items"]
    assert (await bob.delete(f"/api/sessions/{session['id']}")).code == "not_found"
    assert (await ana.get("/api/session")).status == 200


async def test_last_use_is_noted_at_most_once_a_minute(api: Api) -> None:
    ana = await sign_up(api, "ana")
    started = api.clock.now

    async def used() -> int:
        (session,) = (await ana.get("/api/sessions")).body["items"]
        return int(session["last_used_at"])

    api.clock.advance(seconds=59)
    assert await used() == started
    api.clock.advance(seconds=1)
    await used()

    async def noted() -> bool:
        return await used() == started + 60_000

    await eventually(noted)


async def test_changing_the_password_signs_out_everywhere_else(api: Api) -> None:
    ana = await sign_up(api, "ana")
    other = Caller(
        api.client,
        (await api.guest.post("/api/session", {"handle": "ana", "password": PASSWORD})).body[
            "token"
        ],
    )
    answer = await ana.post("/api/me/password", {"current": PASSWORD, "new": "battery staple"})
    assert answer.status == 204
    assert (await ana.get("/api/session")).status == 200
    assert (await other.get("/api/session")).code == "unauthenticated"
    old = await api.guest.post("/api/session", {"handle": "ana", "password": PASSWORD})
    assert old.code == "wrong_credentials"
    new = await api.guest.post("/api/session", {"handle": "ana", "password": "battery staple"})
    assert new.status == 200


async def test_the_password_changes_only_for_who_knows_it_and_to_a_fit_one(api: Api) -> None:
    ana = await sign_up(api, "ana")
    wrong = await ana.post("/api/me/password", {"current": "wrong", "new": "battery staple"})
    assert (wrong.status, wrong.code) == (401, "wrong_credentials")
    short = await ana.post("/api/me/password", {"current": PASSWORD, "new": "short"})
    assert short.fields == ["new"]


# --- Cookies from elsewhere ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_change_by_cookie_must_come_from_our_own_pages(
    api: Api, headers: dict[str, str]
) -> None:
    ana = await sign_up(api, "ana")
    answer = await api.guest.patch("/api/me", {"name": "X"}, headers=cookie(ana) | headers)
    assert (answer.status, answer.code) == (403, "cross_site")
    assert (await ana.get("/api/me")).body["user"]["name"] == "ana"


async def test_our_own_pages_may_change_things_by_cookie(api: Api) -> None:
    ana = await sign_up(api, "ana")
    for headers in ({"Origin": origin(api)}, {"Sec-Fetch-Site": "same-origin"}):
        answer = await api.guest.patch("/api/me", {"name": "X"}, headers=cookie(ana) | headers)
        assert answer.status == 200


async def test_a_bearer_may_change_things_from_anywhere(api: Api) -> None:
    ana = await sign_up(api, "ana")
    answer = await ana.patch(
        "/api/me", {"name": "X"}, headers={"Origin": "https://tools.example"} | cookie(ana)
    )
    assert answer.status == 200


# --- Oneself and others -------------------------------------------------------------------------


async def test_what_is_given_changes_and_nothing_else(api: Api) -> None:
    ana = await sign_up(api, "ana")
    assert (await ana.get("/api/me")).body == {
        "user": ana.user,
        "bio": "",
        "thanks": "",
        "address": None,
        "address_errors": [],
    }
    answer = await ana.patch("/api/me", {"bio": "Coats\r\nand hats", "address": ADDRESS})
    assert answer.body["bio"] == "Coats\nand hats"
    assert answer.body["address"] == ADDRESS
    assert answer.body["address_errors"] == []
    answer = await ana.patch("/api/me", {"name": "Ana", "thanks": "Thank you!"})
    assert (answer.body["bio"], answer.body["thanks"]) == ("Coats\nand hats", "Thank you!")
    assert answer.body["user"]["name"] == "Ana"
    assert answer.body["address"] == ADDRESS
    assert (await ana.patch("/api/me", {"address": None})).body["address"] is None
    assert (await ana.get("/api/session")).body["user"]["name"] == "Ana"


async def test_text_is_normalised(api: Api) -> None:
    ana = await sign_up(api, "ana")
    answer = await ana.patch("/api/me", {"name": "  Zoe\u0308  "})
    assert answer.body["user"]["name"] == "Zo\u00eb"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": None}, "name"),
        ({"bio": None}, "bio"),
        ({"bio": "x" * 501}, "bio"),
        ({"thanks": "x" * 501}, "thanks"),
        ({"bio": "\ud83d"}, ""),
        ({"name": "\u202e"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"handle": "other"}, "handle"),
        ({"address": {}}, "address.name"),
        ({"address": ADDRESS | {"country": "XX"}}, "address.country"),
        ({"address": ADDRESS | {"country": "pt"}}, "address.country"),
        ({"address": ADDRESS | {"planet": "Earth"}}, "address.planet"),
        ({"address": ADDRESS | {"postcode": ""}}, "address.postcode"),
        # A Hangul filler is a letter that nobody sees.
        ({"address": ADDRESS | {"city": "\u3164"}}, "address.city"),
        ({"address": "Porto"}, "address"),
    ],
)
async def test_a_malformed_change_is_refused(api: Api, body: dict[str, Any], field: str) -> None:
    ana = await sign_up(api, "ana")
    answer = await ana.patch("/api/me", body)
    assert (answer.status, answer.code) == (400, "invalid")
    if field:
        assert answer.fields[0] == field


async def test_a_postcode_that_the_country_cannot_have_is_refused_in_words(api: Api) -> None:
    """faults.md 30: a ZIP code ABC was kept, and the parcel came back."""
    ana = await sign_up(api, "ana")
    place = ADDRESS | {"country": "US", "region": "NY", "postcode": "ABC"}
    answer = await ana.patch("/api/me", {"name": "Other", "address": place})
    assert (answer.status, answer.code) == (409, "wrong_postcode")
    sentence = "A ZIP code of this country has 5 digits, for example 95014"
    assert answer.body["errors"] == [{"field": "address.postcode", "message": sentence}]
    assert answer.body["detail"] == f"{sentence}."
    me = (await ana.get("/api/me")).body
    assert (me["user"]["name"], me["address"]) == ("ana", None)
    kept = await ana.patch("/api/me", {"address": ADDRESS | {"postcode": "4000001"}})
    assert kept.body["address"]["postcode"] == "4000-001"
    tokyo = {"country": "JP", "region": "Tokyo", "city": "Setagaya", "postcode": "\u3012154-0023"}
    kept = await ana.patch("/api/me", {"address": ADDRESS | tokyo})
    assert kept.body["address"]["postcode"] == "154-0023"


async def test_an_address_from_before_is_shown_and_says_what_it_lacks(api: Api) -> None:
    """faults.md 30: nothing that was kept becomes unreadable, and other changes go on."""
    ana = await sign_up(api, "ana")
    old = ADDRESS | {"country": "US", "region": "", "postcode": "94103"}
    await api.accounts.update(ana.user["id"], {"address": ShipTo(**old)})
    me = (await ana.get("/api/me")).body
    assert me["address"] == old
    assert me["address_errors"] == [
        {"field": "address.region", "message": "A parcel to this country needs a state"}
    ]
    renamed = await ana.patch("/api/me", {"name": "Ana"})
    assert renamed.body["address"] == old


async def test_how_an_address_is_written_is_told_for_one_country(api: Api) -> None:
    """faults.md 30: forms ask for what the country has, in its words."""
    shape = (await api.guest.get("/api/address-shape?country=US")).body
    assert shape == {
        "country": "US",
        "written": "%C, %S %Z",
        "parts": [
            {"name": "city", "label": "City", "required": True, "example": ""},
            {"name": "region", "label": "State", "required": True, "example": ""},
            {"name": "postcode", "label": "ZIP code", "required": True, "example": "95014"},
        ],
    }
    japan = (await api.guest.get("/api/address-shape?country=JP")).body
    assert [part["label"] for part in japan["parts"]] == ["Prefecture", "Postcode", "City"]
    assert (await api.guest.get("/api/address-shape?country=AA")).status == 400


async def test_a_profile_counts_followers_and_listings(api: Api) -> None:
    ana, bob = await api.account("ana"), await api.account("bob")
    await ana.listing()
    archived = await ana.listing()
    await ana.delete(f"/api/listings/{archived['id']}")
    for _ in range(2):
        assert (await bob.put("/api/users/ana/follow")).status == 204
    assert (await bob.get("/api/users/ana")).body == {
        "user": ana.user,
        "bio": "",
        "followers": 1,
        "following": True,
        "listings": 1,
    }
    assert (await api.guest.get("/api/users/ana")).body["following"] is False
    # junhoyeo/tokscale#477: a handle in an address may be written as people write it.
    assert (await bob.get("/api/users/Ana")).body == (await bob.get("/api/users/ana")).body
    assert (await bob.put("/api/users/ANA/follow")).status == 204
    assert (await bob.get("/api/users/%EF%BC%A1na")).status == 404
    for _ in range(2):
        assert (await bob.delete("/api/users/ana/follow")).status == 204
    assert (await bob.get("/api/users/ana")).body["followers"] == 0


async def test_following_needs_an_account_and_somebody_else(api: Api) -> None:
    ana = await api.account("ana")
    assert (await api.guest.put("/api/users/ana/follow")).code == "unauthenticated"
    own = await ana.put("/api/users/ana/follow")
    assert (own.status, own.code) == (409, "conflict")
    assert (await ana.put("/api/users/nobody/follow")).code == "not_found"
    assert (await ana.delete("/api/users/nobody/follow")).code == "not_found"
    assert (await api.guest.get("/api/users/nobody")).code == "not_found"
    assert (await api.guest.get("/api/users/%00")).code == "not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/session"),
        ("DELETE", "/api/session"),
        ("GET", "/api/sessions"),
        ("DELETE", "/api/sessions/abc"),
        ("GET", "/api/me"),
        ("PATCH", "/api/me"),
        ("POST", "/api/me/password"),
        ("PUT", "/api/users/ana/follow"),
        ("DELETE", "/api/users/ana/follow"),
    ],
)
async def test_guests_have_nothing_of_their_own(api: Api, method: str, path: str) -> None:
    answer = await api.guest.send(method, path)
    assert (answer.status, answer.code) == (401, "unauthenticated")

"""Nothing changes anything without a budget, and who uses one up hears when there is more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liveshow import budgets
from liveshow.app import create_app
from liveshow.http.api import ENDPOINTS
from liveshow.http.identity import SAFE_METHODS
from liveshow.http.openapi import document
from liveshow.settings import Settings
from tests.http.conftest import Api

# Routes beside the API that count by themselves: media sessions by address, and what sockets say.
COUNTED_ELSEWHERE = ("/whip", "/whep", "/socket.io/")
PACKAGES = ("liveshow", "signaling")


async def test_every_route_that_changes_something_has_a_budget(tmp_path: Path) -> None:
    """faults.md 23: only commands and media sessions were counted."""
    app = create_app(Settings(data_dir=tmp_path, test_payments=True))
    known = {(row.method, row.path): row for row in app[ENDPOINTS]}
    described = document(app[ENDPOINTS])["paths"]
    writes = 0
    for route in app.router.routes():
        assert route.resource is not None
        path = route.resource.canonical
        if route.method in SAFE_METHODS or path.startswith(COUNTED_ELSEWHERE):
            continue
        row = known[route.method, path]
        assert row.paced_by, f"{route.method} {path} is not counted"
        whose = {budget.of for budget in row.paced_by}
        wanted = "person" if row.signature.caller == "required" else "address"
        assert wanted in whose, f"{route.method} {path} is counted for {whose}"
        assert "429" in described[path][route.method.lower()]["responses"]
        writes += 1
    assert writes > 25


def test_the_code_takes_its_limits_from_where_they_are_declared() -> None:
    root = Path(budgets.__file__).parents[1]
    named = [
        path.read_text()
        for package in PACKAGES
        for path in (root / package).rglob("*.py")
        if path.name != "budgets.py"
    ]
    for name, budget in budgets.declared():
        assert any(name in text for text in named), f"nobody asks for {name}"
        assert bool(budget.setting) is not bool(budget.fixed), f"{name}: a setting, or why none"
        if budget.setting:
            assert Settings.model_fields[budget.setting].default in (
                budget.text,
                budget.amount,
            ), f"{name} and its setting differ"


@pytest.mark.parametrize("limits", [{"write_limit": "3/minute"}])
async def test_who_changes_too_much_is_told_when_to_go_on(api: Api) -> None:
    """faults.md 23: one account made 160 listings a second."""
    ana, bob = await api.account("ana"), await api.account("bob")
    listing: dict[str, Any] = {"title": "A coat", "price": 4500, "shipping": {"flat": 0}}
    answers = [await ana.post("/api/listings", listing) for _ in range(3)]
    assert [answer.status for answer in answers] == [201] * 3
    for refused in (
        await ana.post("/api/listings", listing),
        await ana.patch("/api/me", {"name": "Ana"}),
        await ana.put("/api/users/bob/follow"),
        await ana.delete("/api/users/bob/follow"),
    ):
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
    # Reading is not counted, and nobody else is held up.
    assert (await ana.get("/api/me")).status == 200
    assert (await bob.patch("/api/me", {"name": "Bob"})).status == 200


@pytest.mark.parametrize("limits", [{"write_limit": "2/minute"}])
@pytest.mark.parametrize("trusted_proxies", [1])
async def test_one_address_has_what_a_hall_needs_and_no_more(api: Api) -> None:
    callers = [await api.account(f"buyer{n}") for n in range(40)]

    async def change(number: int, address: str) -> int:
        headers = {"X-Forwarded-For": address}
        answer = await callers[number].patch("/api/me", {"name": "N"}, headers=headers)
        return answer.status

    statuses = [await change(n, "203.0.113.7") for n in range(30) for _ in range(2)]
    assert statuses == [200] * 60
    assert await change(35, "203.0.113.7") == 429
    assert await change(35, "203.0.113.8") == 200

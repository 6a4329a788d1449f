"""One link per role, in the demo only."""

from __future__ import annotations

import pytest

from liveshow.demo.links import ROLES, address_of, welcome
from tests.demo.conftest import StartDemo
from tests.support import RunningServer

PAGES = {
    "host": "/shows/demo/studio",
    "seller": "/closet",
    "moderator": "/shows/demo",
    "viewer": "/shows/demo",
    "viewer2": "/shows/demo",
}


async def test_each_link_signs_in_and_leads_to_where_the_role_begins(
    start_demo: StartDemo,
) -> None:
    demo = await start_demo()
    for role, page in PAGES.items():
        url = f"{demo.server.url}/demo/{role}"
        async with demo.http.get(url, allow_redirects=False) as response:
            assert response.status == 303
            assert response.headers["Location"] == page
            cookie = response.cookies["liveshow_session"]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"
        headers = {"Cookie": f"liveshow_session={cookie.value}"}
        async with demo.http.get(f"{demo.server.url}/api/session", headers=headers) as response:
            assert (await response.json())["user"]["handle"] == role
        # Coming back does not make one more sign-in each time.
        async with demo.http.get(url, headers=headers, allow_redirects=False) as response:
            assert response.status == 303
            assert not response.cookies


async def test_there_is_no_link_for_anybody_else(start_demo: StartDemo) -> None:
    demo = await start_demo()
    for role in ("lotte", "nobody", "host/"):
        url = f"{demo.server.url}/demo/{role}"
        async with demo.http.get(url, allow_redirects=False) as response:
            assert response.status == 404


async def test_a_server_that_is_not_the_demo_has_no_links(running_server: RunningServer) -> None:
    await running_server.account("host")
    for role in ROLES:
        url = f"{running_server.url}/demo/{role}"
        async with running_server.http.get(url, allow_redirects=False) as response:
            assert response.status == 404
            assert not response.cookies
    routed = [r.resource.canonical for r in running_server.app.router.routes() if r.resource]
    assert not [path for path in routed if path.startswith("/demo")]


@pytest.mark.parametrize(
    ("host", "secure", "address"),
    [
        ("127.0.0.1", False, "http://viewer.localhost:8080/demo/viewer"),
        ("0.0.0.0", False, "http://viewer.localhost:8080/demo/viewer"),
        ("127.0.0.1", True, "https://localhost:8080/demo/viewer"),
        ("192.168.1.7", False, "http://192.168.1.7:8080/demo/viewer"),
        ("fd00::7", True, "https://[fd00::7]:8080/demo/viewer"),
    ],
)
def test_roles_have_names_of_their_own_where_that_works(
    host: str, secure: bool, address: str
) -> None:
    assert address_of("viewer", host=host, port=8080, secure=secure) == address


def test_the_welcome_names_every_role_and_the_front_page() -> None:
    text = welcome(host="127.0.0.1", port=8080, secure=False, broadcast=True)
    assert "http://localhost:8080\n" in text
    for role in ROLES:
        assert f"http://{role}.localhost:8080/demo/{role}" in text
    assert all(len(line) <= 120 for line in text.splitlines())

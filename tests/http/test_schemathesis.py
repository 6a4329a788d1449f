"""The document says what the server does: Schemathesis finds no difference (faults.md 40).

Bounded and seeded. ``SCHEMATHESIS_EXAMPLES`` is the number of cases for each operation, and more of
them for a long run by hand; ``SCHEMATHESIS_SEED`` draws others.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.security.world import World
from tests.support import RunningServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "")
SEED = os.environ.get("SCHEMATHESIS_SEED", "1")
# Each of them ends a sign-in, or shows which there are: they are asked with another's token.
ABOUT_SIGN_INS = ("delete_session", "delete_sessions_id", "get_sessions", "post_me_password")
# The values of `{id}` by the beginning of the path, as names in `World.ids`.
IDS = {
    "/api/orders/": ("order",),
    "/api/payments/": ("payment",),
    "/api/mandates/": ("mandate", "accepted"),
    "/api/listings/": ("listing", "lent_listing"),
}


async def configuration(world: World, who: str) -> str:
    """Return what Schemathesis has to know to reach what is there: ids, and who asks."""
    server, ids = world.server, world.ids
    people = [await server.account(name) for name in ("host", "seller", "buyer", "stranger")]
    values = {
        "show": [world.show],
        "item": [ids["item"], ids["lent"]],
        "listing": [ids["listing"], ids["lent_listing"]],
        "user": [person.id for person in people],
        "handle": [person.handle for person in people],
    }
    places = {
        "path.show": "show",
        "path.item": "item",
        "path.handle": "handle",
        "body.item": "item",
        "body.listing": "listing",
        "body.user": "user",
        "body.show": "show",
        "body.host": "handle",
    }
    operations: list[str] = []
    for prefix, names in IDS.items():
        name = f"of_{prefix.split('/')[2]}"
        values[name] = [ids[key] for key in names]
        operations += _operation(
            f'include-path-regex = "^{prefix}"', f"parameters = {{ {_use('path.id', name)} }}"
        )
    for operation in ABOUT_SIGN_INS:
        spare = await server.account(f"spare{len(operations)}")
        headers = f'headers = {{ Authorization = "Bearer {spare.token}" }}'
        operations += _operation(f'include-operation-id = "{operation}"', headers)
    account = await server.account(who)
    return "\n".join(
        [
            "[dictionaries]",
            *(f"{name} = {{ values = {json.dumps(those)} }}" for name, those in values.items()),
            "[parameters]",
            *(_use(place, name) for place, name in places.items()),
            "[headers]",
            f'Authorization = "Bearer {account.token}"',
            *operations,
        ]
    )


def _operation(which: str, setting: str) -> list[str]:
    return ["[[operations]]", which, setting]


def _use(place: str, name: str) -> str:
    return f'"{place}" = {{ dictionary = "{name}", probability = 0.7 }}'


async def schemathesis(server: RunningServer, folder: Path, *options: str) -> tuple[int, str]:
    """Run the command; return its exit status and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(folder / "schemathesis.toml"), "run"),
        f"{server.url}/api/openapi.json",
        *("--seed", SEED, "--checks", "all", "--no-color", "--continue-on-failure"),
        *options,
        cwd=folder,
        env=os.environ
        | {"SCHEMATHESIS_HOOKS": "tests.http.schemathesis_hooks", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


# Two routes have a third of the cases that cover a schema: thirty commands, and an address. A long
# run has them, too.
LARGE = ("/api/shows/{show}/commands", "/api/shows/{show}/checkout")
SHORT = {
    "every operation": ("--phases", "fuzzing,stateful", "--max-examples", "5"),
    "every bound": ("--phases", "coverage", *(f"--exclude-path={path}" for path in LARGE)),
}
LONG = {"everything": ("--phases", "coverage,fuzzing,stateful", "--max-examples", EXAMPLES)}
RUNS = LONG if EXAMPLES else SHORT


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("who", ["host", "buyer"] if EXAMPLES else ["host"])
async def test_the_server_does_what_its_document_says(
    running_server: RunningServer, tmp_path: Path, who: str, run: str
) -> None:
    world = await World.make(running_server)
    (tmp_path / "schemathesis.toml").write_text(await configuration(world, who))
    status, said = await schemathesis(running_server, tmp_path, *RUNS[run])
    print(said)
    await world.stage.clear()
    assert status == 0, said
    passed = re.search(r"(\d+) generated, \1 passed", said)
    assert passed, said
    assert int(passed[1]) > 200

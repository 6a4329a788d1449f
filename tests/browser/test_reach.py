"""The studio says how the picture reaches the viewers that there really are."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.people import go_live
from tests.browser.tours import LOOK
from tests.conftest import DEVICES
from tests.stage import Stage
from tests.support import eventually, seconds

pytestmark = [pytest.mark.slow, pytest.mark.video]


async def test_the_host_reads_how_the_picture_reaches_the_viewers(
    stage: Stage, enter: Enter
) -> None:
    expect.set_options(timeout=seconds(30) * 1000)
    show = f"/shows/{stage.show}"
    studio = await enter("host", f"{show}/studio")
    said = studio.get_by_test_id("reach-summary")
    await expect(studio.get_by_test_id("go-live")).to_be_visible()
    assert not await said.count()  # nothing is on the air: nothing to say

    await go_live(studio, empty=True)
    await expect(said).to_have_text("No viewers at the moment.")
    await asyncio.gather(enter("ann", show), enter(None, show, "desktop"))
    await eventually(lambda: stage.parts.relay.viewers(stage.show) == 2, within=30)
    # Which of them it is depends on how busy this machine is.
    await expect(said).to_have_text(re.compile("^(Both viewers|All 2 viewers|1 viewer) (see|ha)"))

    # The figures are there for who wants them.
    figures = studio.get_by_test_id("reach-figures")
    await expect(figures).to_be_hidden()
    await said.click()
    await expect(figures).to_contain_text("Way to the server")
    await expect(figures.get_by_test_id("layer").first).to_contain_text("1280")
    assert not await studio.evaluate(LOOK, DEVICES["phone"]["viewport"]["width"])
    connections = (await stage.server.get(f"/api{show}/stats", by=stage.host))["connections"]
    assert sum(connections.values()) == 2

    # The pause is no time to read figures, nor is the time after the end.
    await studio.get_by_test_id("pause").click()
    await expect(said).to_be_hidden()
    await studio.get_by_test_id("resume").click()
    await expect(said).to_be_visible()
    await studio.get_by_test_id("end").click()
    await studio.get_by_test_id("end-confirm").click()
    await expect(said).to_be_hidden()

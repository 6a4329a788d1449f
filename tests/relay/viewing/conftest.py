"""Fixtures of what one viewer gets."""

from __future__ import annotations

import pytest

from tests.relay.kernel.bed import kernel_names


@pytest.fixture(params=kernel_names())
def kernel(request: pytest.FixtureRequest) -> str:
    return str(request.param)

"""No test reads the config file of whoever runs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_config_file() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLOWTUI_CONFIG", "")
        yield

"""What holds for every test: nothing is skipped in CI, asyncio complains early, hypothesis repeats itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

IN_CI = os.environ.get("CI") == "true"

os.environ["PYTHONASYNCIODEBUG"] = "1"

# Two shared cores: no deadlines. In CI the examples are the same every time, at the desk they wander.
settings.register_profile(
    "ours", deadline=None, derandomize=IN_CI, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ours")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself in CI has failed: what it needs is for `make test` to install."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and in CI nothing may be: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _sealed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are sealed in this process: beginning one for each costs more than most tests (`test_vault` does)."""
    if vault := sys.modules.get("pbx.store.secrets.vault"):
        from pbx.programs import seal

        monkeypatch.setattr(vault, "answered", seal.work)

"""What the pump survives it logs: in these tests nothing may have needed surviving unless the test says so."""

import logging
from collections.abc import Iterator

import pytest

from tests.media.wire import PumpRig


@pytest.fixture(autouse=True)
def nothing_went_wrong(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    failures = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert bool(failures) == ("owner_that_fails" in request.node.name), failures


@pytest.fixture
def rig() -> Iterator[PumpRig]:
    rig = PumpRig()
    yield rig
    rig.pump.close()

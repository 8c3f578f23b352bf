"""The network that the boxes stand in, and for each file of tests a box and its people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from image.trial.box import Box
from image.trial.office import Phones, two_people
from image.trial.router import Router

BROKEN = pytest.StashKey[bool]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A file is one story: after what failed, the rest of it would only wait for what cannot come."""
    if item.parent is not None and item.parent.stash.get(BROKEN, False):
        pytest.skip("the story ended before")


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Note what failed."""
    if item.parent is not None and call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        item.parent.stash[BROKEN] = True


@pytest.fixture(scope="session", autouse=True)
def router() -> Router:
    """The office's router."""
    return Router()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A box with a new card that was just plugged in."""
    box = Box(tmp_path_factory.mktemp("box"))
    try:
        print(f"the page answered after {box.plug_in():.0f} s")
        yield box
    finally:
        box.pull_the_plug()
        shutil.rmtree(box.folder)


@pytest.fixture(scope="module")
def phones(box: Box) -> Phones:
    """Those of the box's people, by extension."""
    return two_people(box)

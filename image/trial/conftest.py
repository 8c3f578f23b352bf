"""The network that the boxes stand in, and for each file of tests a box and its people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from image.trial.box import Box
from image.trial.office import Phones, two_people
from image.trial.router import Router


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

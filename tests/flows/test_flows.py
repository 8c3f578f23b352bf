"""Every whole call of this folder goes as its file tells."""

from pathlib import Path

import pytest

from tests.flows.flow import Flow
from tests.line import play

FILES = sorted(Path(__file__).parent.glob("*.flow"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_call_goes_as_told(path: Path) -> None:
    play(Flow(path).play())

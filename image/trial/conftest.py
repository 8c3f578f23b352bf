"""The network that the boxes stand in."""

import pytest

from image.trial.router import Router


@pytest.fixture(scope="session", autouse=True)
def router() -> Router:
    """The office's router."""
    return Router()

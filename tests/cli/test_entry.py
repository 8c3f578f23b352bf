"""The way into the command."""

import pytest

from pbx.cli import entry


def test_ctrl_c_ends_it_quietly_also_while_it_still_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "load", interrupted)
    assert entry.main() == 130

"""Modules that are loaded when they are first needed."""

import gc
import sys
from pathlib import Path

import pytest

from pbx.service.later import Later, load


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that nobody has loaded; it knows whether garbage was collected meanwhile."""
    (tmp_path / "late_module.py").write_text("import gc\n\ncollects = gc.isenabled()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "late_module", raising=False)
    return "late_module"


def test_a_module_is_loaded_at_its_first_use(late: str) -> None:
    stand_in = Later(late)
    assert late not in sys.modules
    assert stand_in.gc is gc
    assert late in sys.modules


def test_what_a_module_does_not_have_its_stand_in_has_neither(late: str) -> None:
    with pytest.raises(AttributeError, match="late_module"):
        _ = Later(late).nothing


def test_garbage_is_collected_after_a_module_loads_and_not_meanwhile(late: str) -> None:
    assert load(late).collects is False
    assert gc.isenabled()


def test_where_garbage_is_not_collected_loading_does_not_start_it(late: str) -> None:
    gc.disable()
    try:
        load(late)
        assert not gc.isenabled()
    finally:
        gc.enable()

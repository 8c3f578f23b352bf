"""Modules that are loaded when somebody needs something of them: what is loaded costs a start its time, and memory."""

import gc
from importlib import import_module
from types import ModuleType
from typing import Any


class Later:
    """Stands for a module, and has what the module has."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(load(self._name), attribute)


def load(name: str) -> ModuleType:
    """The module, loaded without a look for garbage: nearly all that is made then stays, and each look goes over it."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        if collects:
            gc.enable()

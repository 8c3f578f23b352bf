"""Modules that are loaded when they are first needed: loading takes time at the start, and memory for good."""

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
    """The module, loaded without collecting garbage: what modules make while they load stays, nearly all of it."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        if collects:
            gc.enable()

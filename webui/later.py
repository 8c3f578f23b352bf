"""Modules that few pages need, loaded when one does: what is loaded stays in memory for good."""

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


phone_number = Later("pbx.phone_number")
segno = Later("segno")
xml = Later("xml.etree.ElementTree")

"""A page module's paths: which function answers, and who may ask."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

May = Literal["visitor", "user", "admin"]
"""Who may open a page: anybody, people who are logged in, admins."""

Act = Callable[..., Any]
A = TypeVar("A", bound=Act)


@dataclass(frozen=True, slots=True)
class Route:
    """One path and what answers it."""

    method: Literal["GET", "POST"]
    path: str
    """As Bottle writes it: /people/<extension>."""
    may: May
    uploads: bool
    """Whether files may be sent: up to 32 MB instead of 64 kB."""
    bare: bool
    """Whether nobody needs to know who asks: it works with the daemon down."""
    act: Act
    """Called with the request and the path's parts; returns a page's text, or one of the request's replies."""


class Routes:
    """The paths of one page module."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def get(self, path: str, may: May = "user", bare: bool = False) -> Callable[[A], A]:
        """The function below shows this path; it changes nothing."""
        return self._route("GET", path, may, False, bare)

    def post(self, path: str, may: May = "user", uploads: bool = False) -> Callable[[A], A]:
        """The function below changes something; the frame has checked where the form came from."""
        return self._route("POST", path, may, uploads, False)

    def _route(
        self, method: Literal["GET", "POST"], path: str, may: May, uploads: bool, bare: bool
    ) -> Callable[[A], A]:
        def added(act: A) -> A:
            self.all.append(Route(method, path, may, uploads, bare, act))
            return act

        return added

"""About: which version this is, under which licence it may be used and passed on, and what it is made of."""

from functools import cache

from pbx import VERSION
from webui.libraries import Library, libraries
from webui.request import Request
from webui.routes import Routes

routes = Routes()


@routes.get("/about")
def about(request: Request) -> str:
    """Only for people who are logged in: strangers do not see which versions run here."""
    return request.page("about", version=VERSION, libraries=_libraries())


@cache
def _libraries() -> list[Library]:
    return libraries()

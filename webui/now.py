"""What goes on right now."""

from webui.routes import Routes
from webui.visit import Visit

routes = Routes()


@routes.get("/now")
def now(visit: Visit) -> str:
    """A place for what goes on; NOW's page comes here."""
    return visit.page("now")

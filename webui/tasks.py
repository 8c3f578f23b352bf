"""Tasks: whom to call back, and who does it."""

from typing import Any

from bottle import HTTPResponse

from webui.mine import newest_first, takers
from webui.routes import Routes
from webui.visit import Visit

routes = Routes()

_BACK = ("/tasks", "/tasks?show=done", "/tasks?show=everybody", "/mine", "/now")
"""Where a press on a task's buttons may lead back to."""


@routes.get("/tasks")
def tasks(visit: Visit) -> str:
    """Those that are open, those that are done, or, for admins, everybody's."""
    show = visit.query.get("show", "open")
    everybody = show == "everybody" and visit.is_admin
    found = visit.ask("task list", open_only=show != "done", everybody=everybody)
    shown = newest_first(task for task in found if task["done"] == (show == "done"))
    back = f"/tasks?show={show}" if show in ("done", "everybody") else "/tasks"
    return visit.page("tasks", tasks=shown, show=show, takers=takers(visit), back=back)


@routes.post("/tasks/<id:int>/done")
def done(visit: Visit, id: int) -> HTTPResponse:
    """Nobody has to call back any more."""
    visit.ask("task done", task=id)
    return _back(visit, visit._("Done."))


@routes.post("/tasks/<id:int>/reopen")
def reopen(visit: Visit, id: int) -> HTTPResponse:
    """Somebody has to after all."""
    visit.ask("task reopen", task=id)
    return _back(visit, visit._("The task is open again."))


@routes.post("/tasks/<id:int>/give")
def give(visit: Visit, id: int) -> HTTPResponse:
    """Hand it over."""
    task: dict[str, Any] = visit.ask("task give", task=id, to=visit.sent("to"))
    owner = task["owner"] or visit._("the office")
    return _back(visit, visit._("The task is {name}'s now.").format(name=owner))


@routes.post("/tasks/<id:int>/call")
def call(visit: Visit, id: int) -> HTTPResponse:
    """Ring one's own phone, then the caller."""
    visit.ask("task call", task=id)
    return _back(visit, visit._("Your phone rings; answer it, and the call is made."))


def _back(visit: Visit, message: str) -> HTTPResponse:
    wanted = visit.sent("back")
    return visit.see_other(wanted if wanted in _BACK else "/tasks", message)

"""Tasks: whom to call back, and who does it."""

from typing import Any
from urllib.parse import urlencode

from bottle import HTTPResponse

from webui.pages.mine import takers
from webui.parts import paging
from webui.request import Visit
from webui.routes import Routes

routes = Routes()

_PAGE = 25


@routes.get("/tasks")
def tasks(visit: Visit) -> str:
    """Those that are open, those that are done, or, for admins, everybody's."""
    show = visit.query.get("show", "open")
    everybody = show == "everybody" and visit.is_admin
    found = visit.ask("task list", done=show == "done", everybody=everybody, limit=_PAGE, **paging.turn(visit))
    here = ({"show": show} if show in ("done", "everybody") else {}) | paging.turn(visit)
    return visit.page(
        "tasks",
        tasks=found["tasks"],
        show=show,
        pages=paging.turned(visit, found, found["tasks"]),
        back="/tasks" + ("?" + urlencode(here) if here else ""),
    )


@routes.get("/tasks/<id:int>/give")
def whom(visit: Visit, id: int) -> str:
    """Where it is chosen to whom a task is handed over."""
    task = visit.ask("task show", task=id)
    others = [each for each in takers(visit) if each[0] != task["extension"]]
    return visit.page("task_give", task=task, takers=others, back=_ours(visit.query.get("back", "")))


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
    return _back(visit, visit._("The task now belongs to {name}.").format(name=owner))


@routes.post("/tasks/<id:int>/call")
def call(visit: Visit, id: int) -> HTTPResponse:
    """Ring one's own phone, then the caller."""
    visit.ask("task call", task=id)
    return _back(visit, visit._("Your phone is ringing. Pick up to make the call."))


def _back(visit: Visit, message: str) -> HTTPResponse:
    return visit.see_other(_ours(visit.sent("back")), message)


def _ours(back: str) -> str:
    """Where a press on a task's buttons may lead back to."""
    return back if back in ("/tasks", "/mine", "/now") or back.startswith("/tasks?") else "/tasks"

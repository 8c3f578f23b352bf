"""Tasks: whom to call back, and who does it."""

from typing import Any
from urllib.parse import urlencode

from bottle import HTTPResponse

from webui.pages.mine import takers
from webui.parts import paging
from webui.request import Request
from webui.routes import Routes

routes = Routes()

_PAGE = 25


@routes.get("/tasks")
def tasks(request: Request) -> str:
    """Those that are open, those that are done, or, for admins, everybody's."""
    show = request.query.get("show", "open")
    everybody = show == "everybody" and request.is_admin
    found = request.ask("task list", done=show == "done", everybody=everybody, limit=_PAGE, **paging.turn(request))
    here = ({"show": show} if show in ("done", "everybody") else {}) | paging.turn(request)
    return request.page(
        "tasks",
        tasks=found["tasks"],
        show=show,
        pages=paging.turned(request, found, found["tasks"]),
        back="/tasks" + ("?" + urlencode(here) if here else ""),
    )


@routes.get("/tasks/<id:int>/give")
def whom(request: Request, id: int) -> str:
    """Where it is chosen to whom a task is handed over."""
    task = request.ask("task show", task=id)
    others = [each for each in takers(request) if each[0] != task["extension"]]
    return request.page("task_give", task=task, takers=others, back=_ours(request.query.get("back", "")))


@routes.post("/tasks/<id:int>/done")
def done(request: Request, id: int) -> HTTPResponse:
    """Nobody has to call back any more."""
    request.ask("task done", task=id)
    return _back(request, request._("Done."))


@routes.post("/tasks/<id:int>/reopen")
def reopen(request: Request, id: int) -> HTTPResponse:
    """Somebody has to after all."""
    request.ask("task reopen", task=id)
    return _back(request, request._("The task is open again."))


@routes.post("/tasks/<id:int>/give")
def give(request: Request, id: int) -> HTTPResponse:
    """Hand it over."""
    task: dict[str, Any] = request.ask("task give", task=id, to=request.sent("to"))
    owner = task["owner"] or request._("the office")
    return _back(request, request._("The task now belongs to {name}.").format(name=owner))


@routes.post("/tasks/<id:int>/call")
def call(request: Request, id: int) -> HTTPResponse:
    """Ring one's own phone, then the caller."""
    request.ask("task call", task=id)
    return _back(request, request._("Your phone is ringing. Pick up to make the call."))


def _back(request: Request, message: str) -> HTTPResponse:
    return request.see_other(_ours(request.sent("back")), message)


def _ours(back: str) -> str:
    """Where a press on a task's buttons may lead back to."""
    return back if back in ("/tasks", "/mine", "/now") or back.startswith("/tasks?") else "/tasks"

"""Messages: the mailboxes one may hear, played in the page."""

from bottle import HTTPResponse

from webui.parts import paging
from webui.parts.sound import played, unpacked
from webui.parts.waveform import waveform
from webui.request import Request
from webui.routes import Routes

routes = Routes()

_MOST = 20
"""Messages on a page."""


@routes.get("/messages")
def messages(request: Request) -> str:
    """The newest, of all mailboxes or of one."""
    box = request.query.get("box", "")
    chosen = {"extension": box} if box else {}
    found = request.ask("message list", most=_MOST, drawn=True, **chosen, **paging.turn(request))
    shown = paging.turned(request, found, found["messages"])
    return request.page("messages", found=found, box=box, pages=shown, waveform=waveform, back=request.here)


@routes.get("/messages/<id:int>/sound")
def listen(request: Request, id: int) -> HTTPResponse:
    """For the player; hearing is reported by the page, as no GET changes anything."""
    return played(request, unpacked(request.ask("message sound", message=id)))


@routes.get("/messages/<id:int>/download")
def download(request: Request, id: int) -> HTTPResponse:
    """To keep it elsewhere."""
    found = request.ask("message sound", message=id)
    return request.download(unpacked(found), found["name"], "audio/wav")


@routes.post("/messages/<id:int>/heard")
def heard(request: Request, id: int) -> HTTPResponse:
    """It was listened to, or shall count as new."""
    request.ask("message heard", message=id, heard=request.sent("heard") != "0")
    return _back(request, "")


@routes.post("/messages/<id:int>/remove")
def remove(request: Request, id: int) -> HTTPResponse:
    """Delete it for good."""
    request.ask("message remove", message=id)
    return _back(request, request._("The message has been deleted."))


def _back(request: Request, message: str) -> HTTPResponse:
    wanted = request.sent("back")
    is_ours = wanted == "/messages" or wanted.startswith("/messages?") or wanted == "/mine"
    return request.see_other(wanted if is_ours else "/messages", message)

"""Messages: the mailboxes one may hear, played in the page."""

from bottle import HTTPResponse

from webui.parts import paging
from webui.parts.sound import played, unpacked
from webui.parts.waveform import waveform
from webui.request import Visit
from webui.routes import Routes

routes = Routes()

_MOST = 20
"""Messages on a page."""


@routes.get("/messages")
def messages(visit: Visit) -> str:
    """The newest, of all mailboxes or of one."""
    box = visit.query.get("box", "")
    chosen = {"extension": box} if box else {}
    found = visit.ask("message list", most=_MOST, drawn=True, **chosen, **paging.turn(visit))
    shown = paging.turned(visit, found, found["messages"])
    return visit.page("messages", found=found, box=box, pages=shown, waveform=waveform, back=visit.here)


@routes.get("/messages/<id:int>/sound")
def listen(visit: Visit, id: int) -> HTTPResponse:
    """For the player; hearing is reported by the page, as no GET changes anything."""
    return played(visit, unpacked(visit.ask("message sound", message=id)))


@routes.get("/messages/<id:int>/download")
def download(visit: Visit, id: int) -> HTTPResponse:
    """To keep it elsewhere."""
    found = visit.ask("message sound", message=id)
    return visit.download(unpacked(found), found["name"], "audio/wav")


@routes.post("/messages/<id:int>/heard")
def heard(visit: Visit, id: int) -> HTTPResponse:
    """It was listened to, or shall count as new."""
    visit.ask("message heard", message=id, heard=visit.sent("heard") != "0")
    return _back(visit, "")


@routes.post("/messages/<id:int>/remove")
def remove(visit: Visit, id: int) -> HTTPResponse:
    """Delete it for good."""
    visit.ask("message remove", message=id)
    return _back(visit, visit._("The message has been deleted."))


def _back(visit: Visit, message: str) -> HTTPResponse:
    wanted = visit.sent("back")
    is_ours = wanted == "/messages" or wanted.startswith("/messages?") or wanted == "/mine"
    return visit.see_other(wanted if is_ours else "/messages", message)

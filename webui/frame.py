"""What belongs to no page: the way home, the language, static files, the live stream."""

from bottle import HTTPResponse

from pbx.control.client import ControlError, NotRunning, Refused
from webui.live import written
from webui.request import Request
from webui.routes import Routes
from webui.words import LANGUAGES

routes = Routes()


@routes.get("/", may="visitor")
def home(request: Request) -> HTTPResponse:
    """The page one starts at: the first visit's, the login, or one's own."""
    if request.account is not None:
        return request.see_other("/now" if request.is_admin else "/mine")
    try:
        first = request.ask("welcome state").get("first")
    except Refused:
        first = False
    return request.see_other("/welcome" if first else "/login")


@routes.post("/language", may="visitor")
def language(request: Request) -> HTTPResponse:
    """Say everything in another language, here and, with an account, everywhere."""
    chosen, back = request.sent("language"), request.sent("back")
    if chosen in LANGUAGES:
        request.set_cookie("language", chosen, 365 * 86400)
        if request.account is not None:
            request.ask("account own", language=chosen)
    return request.see_other(back or "/")


@routes.get("/live", may="visitor")
def live(request: Request) -> HTTPResponse:
    """Topics of what happens, for as long as the session lasts."""
    if request.account is None:
        return HTTPResponse("", 403)
    headers = [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")]
    if request.http.method == "HEAD":  # nobody would read the stream, and so nobody would close it
        return HTTPResponse("", 200, headers)
    mark = request.http.get_header("Last-Event-ID") or request.query.get("heard", "")
    stream = request.site.hub.open(request.source, request.token, mark)
    if stream is None:
        return HTTPResponse("", 503, [("Retry-After", "30")])

    def lasts() -> bool:
        try:
            return request.ask("session who") is not None
        except Refused:
            return False
        except (NotRunning, ControlError):
            return True

    return HTTPResponse(written(request.site.hub, stream, lasts), 200, headers)


@routes.get("/alive", may="visitor", bare=True)
def alive(request: Request) -> HTTPResponse:
    """Whether the exchange runs: 204, or 503. For pages that wait for it."""
    try:
        request.ask("session who")
    except Refused:
        pass
    except (NotRunning, ControlError):
        return HTTPResponse("", 503)
    return HTTPResponse("", 204)


@routes.get("/static/<name>", may="visitor", bare=True)
def static(request: Request, name: str) -> HTTPResponse:
    """A file that is the same for ever under its name."""
    file = request.site.files.get(name)
    if file is None:
        return HTTPResponse("", 404, [("Content-Type", "text/plain")])
    headers = [("Content-Type", file.type), ("Cache-Control", "public, max-age=31536000, immutable")]
    if file.packed and request.takes_gzip:
        return HTTPResponse(file.packed, 200, [*headers, ("Content-Encoding", "gzip")])
    return HTTPResponse(file.content, 200, headers)


@routes.get("/favicon.ico", may="visitor", bare=True)
def favicon(request: Request) -> HTTPResponse:
    """For browsers that do not read which picture a page names."""
    return request.see_other(request.site.files.path("icon.svg"))
